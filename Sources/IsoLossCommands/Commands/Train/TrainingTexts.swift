import IsoLoss

/// The tokens that a run trains on and is measured by, and what made them.
struct TrainingTexts {
  /// What made tokens of texts; `nil` where that is not known.
  let vocabulary: LoadedVocabulary?

  /// Tokens that can be told apart.
  let tokenCount: Int

  let training: TokenData
  let validation: TokenData?

  /// The bytes of all texts to train on; `nil` where ids were given.
  let byteCount: Int?

  /// The tokens of all texts that the vocabulary does not hold.
  let unknown: UnknownTokens?

  /// What looks mistaken about the texts.
  let warnings: [ReportWarning]

  /// Reads and encodes the texts, or maps the ids, that the words name.
  init(_ words: TrainingDataWords, in context: CommandContext) throws {
    let share = words.validationShare
    switch words.source {
    case .texts(let inputs, let held, let vocabulary):
      try self.init(inputs, held, share, LoadedVocabulary(vocabulary, in: context), in: context)
    case .ids(let ids):
      try self.init(ids, share, in: context)
    }
  }

  /// The bytes that each token stands for; `nil` where ``missingBytesReason`` says why.
  var tokenByteCounts: [Int]? {
    guard let vocabulary, missingBytesReason == nil else { return nil }
    return (0..<tokenCount).map { id in
      id < vocabulary.tokenizer.tokenCount ? vocabulary.tokenizer.byteLength(of: TokenID(id)) : 0
    }
  }

  /// Why the tokens to be measured by do not determine their bytes; `nil` where they do.
  var missingBytesReason: String? {
    guard let vocabulary else {
      return "no vocabulary says how many bytes a token stands for; `--vocabulary` names one"
    }
    if vocabulary.units?.dropsWhiteSpace == true { return "white space belongs to no word" }
    return validationHasUnknown ? "the vocabulary does not hold all validation tokens" : nil
  }

  /// Whether some of the tokens to be measured by are unknown.
  private var validationHasUnknown: Bool {
    guard let validation, let id = vocabulary?.tokenizer.unknownToken else { return false }
    return stride(from: 0, to: validation.count, by: 1 << 16).contains { start in
      validation[start..<min(validation.count, start + 1 << 16)].contains(Int32(id))
    }
  }

  /// How many of so many tokens, at the end, are kept to measure the loss on; one alone would be of no use.
  private static func kept(of count: Int, share: Double) -> Int {
    let kept = Int(Double(count) * share)
    return kept < 2 ? 0 : kept
  }

  /// What errors call the tokens that are kept.
  private static func endName(_ name: String) -> String { "\(name), its end" }
}

// MARK: - Texts

extension TrainingTexts {
  private init(
    _ inputs: [String],
    _ held: [String],
    _ share: Double,
    _ vocabulary: LoadedVocabulary,
    in context: CommandContext
  ) throws {
    self.vocabulary = vocabulary
    tokenCount = vocabulary.tokenizer.tokenCount
    let name = inputs.count == 1 ? inputs[0] : "the texts"
    var unknown = UnknownTokens(vocabulary.tokenizer)
    var warnings: [ReportWarning] = []
    let (all, bytes) = try Self.encode(inputs, vocabulary, &unknown, &warnings, in: context)
    byteCount = bytes
    guard held.isEmpty else {
      training = TokenData(all, name: name)
      let heldName = held.count == 1 ? held[0] : "the validation texts"
      let heldIDs = try Self.encode(held, vocabulary, &unknown, &warnings, in: context).ids
      validation = TokenData(heldIDs, name: heldName)
      (self.unknown, self.warnings) = (unknown, warnings)
      return
    }
    (self.unknown, self.warnings) = (unknown, warnings)
    let kept = Self.kept(of: all.count, share: share)
    training = TokenData(Array(all.dropLast(kept)), name: name)
    validation = kept == 0 ? nil : TokenData(Array(all.suffix(kept)), name: Self.endName(name))
  }

  /// The tokens of texts, each followed by the token that ends texts if there is one, and their bytes.
  private static func encode(
    _ inputs: [String],
    _ vocabulary: LoadedVocabulary,
    _ unknown: inout UnknownTokens,
    _ warnings: inout [ReportWarning],
    in context: CommandContext
  ) throws -> (ids: [UInt32], byteCount: Int) {
    var ids: [UInt32] = []
    var byteCount = 0
    for file in try inputs.flatMap(context.expandFolder) {
      let name = context.displayName(file)
      let source = try context.open(file)
      var reader = TextPortions(source, name: name, vocabulary.tokenizer, in: context)
      while let portion = try reader.next() {
        unknown.add(portion)
        ids += portion
      }
      byteCount += reader.byteCount
      if let mistaken = MistakenInput.detect(firstBytes: reader.firstBytes) {
        let message = "`\(name)` \(mistaken.hint)"
        warnings.append(ReportWarning(id: "mistaken-input", message: message))
      }
      if let end = vocabulary.endOfText { ids.append(end) }
    }
    return (ids, byteCount)
  }
}

// MARK: - Ids

extension TrainingTexts {
  private init(_ ids: TrainingDataWords.IDs, _ share: Double, in context: CommandContext) throws {
    vocabulary = try ids.vocabulary.map { try LoadedVocabulary($0, in: context) }
    tokenCount = ids.vocabularySize ?? vocabulary?.tokenizer.tokenCount ?? 0
    (byteCount, warnings) = (nil, [])
    let all = try TrainingIDs(ids.file, ids.format, vocabularySize: tokenCount, in: context)
    if let held = ids.validation {
      let held = try TrainingIDs(held, ids.format, vocabularySize: tokenCount, in: context)
      training = try all.tokens(0..<all.count, name: all.name)
      validation = try held.tokens(0..<held.count, name: held.name)
    } else {
      let kept = Self.kept(of: all.count, share: share)
      let end = all.count - kept
      training = try all.tokens(0..<end, name: all.name)
      validation = kept == 0 ? nil : try all.tokens(end..<all.count, name: Self.endName(all.name))
    }
    let seen = [training, validation].compactMap(\.self)
    unknown = try Self.unknown(in: seen, vocabulary, context)
  }

  /// The ids that a vocabulary has for what it does not hold; `nil` where it holds everything.
  private static func unknown(
    in tokens: [TokenData],
    _ vocabulary: LoadedVocabulary?,
    _ context: CommandContext
  ) throws -> UnknownTokens? {
    guard let vocabulary, vocabulary.tokenizer.unknownToken != nil else { return nil }
    var unknown = UnknownTokens(vocabulary.tokenizer)
    for tokens in tokens {
      for start in stride(from: 0, to: tokens.count, by: 1 << 16) {
        try context.interruption.check()
        let ids = tokens[start..<min(tokens.count, start + 1 << 16)]
        unknown.add(ids.map { TokenID(bitPattern: $0) })
      }
    }
    return unknown
  }
}

/// The ids of a file: mapped where they are binary, else read.
private struct TrainingIDs {
  private enum Storage {
    case mapped(TokenFile)
    case read([TokenID])
  }

  let name: String
  private let storage: Storage
  private let context: CommandContext

  init(
    _ word: String,
    _ format: TokenIDFormat?,
    vocabularySize: Int,
    in context: CommandContext
  ) throws {
    name = word
    self.context = context
    if let width = format?.idByteCount {
      let path = context.path(word)
      guard !Folder.hasFile(at: path) || Folder.byteCount(ofFileAt: path) != nil else {
        throw CommandError("`\(word)`: binary ids are mapped into memory, which takes a file")
      }
      storage = .mapped(try TokenFile(path: context.path(word), width: width, name: word))
      return
    }
    var ids: [TokenID] = []
    var reader = TokenIDReader(name: word, format: format, vocabularySize: vocabularySize)
    _ = try reader.read(try context.open(word), in: context) { ids += $0.ids }
    storage = .read(ids)
  }

  var count: Int {
    switch storage {
    case .mapped(let file): file.count
    case .read(let ids): ids.count
    }
  }

  func tokens(_ range: Range<Int>, name: String) throws -> TokenData {
    switch storage {
    case .mapped(let file):
      try file.tokens(range, name: name, checkpoint: context.interruption.check)
    case .read(let ids): TokenData(Array(ids[range]), name: name)
    }
  }
}
