import IsoLoss

/// A vocabulary that was read, with what is known of its file.
struct LoadedVocabulary {
  /// What reports call it.
  var name: String

  /// What kind of file it is, in words.
  var format: String

  /// The SHA-256 of the file, or of as much of it as was read; `nil` for the vocabulary of bytes.
  var hash: ContentHash?

  /// What a token is, as `tokenizer train --unit` names it, or `byte`.
  var unit: String

  /// What encodes by it.
  var tokenizer: any Tokenizer

  /// What its file says of it.
  var facts: AnyVocabulary
}

// MARK: - Facts

extension LoadedVocabulary {
  /// What only a vocabulary of byte pairs has.
  var bytePairs: BytePairVocabulary? {
    if case .bytePairs(let file) = facts { file.vocabulary } else { nil }
  }

  /// What only a vocabulary of characters or words has.
  var units: UnitVocabulary? {
    if case .units(let vocabulary) = facts { vocabulary } else { nil }
  }

  /// The tie rule that it was trained by, where that is known.
  var tieRule: String? { if case .bytePairs(let file) = facts { file.tieRule } else { nil } }

  /// The hash of the text that it was trained on, where that is known.
  var corpusHash: ContentHash? {
    switch facts {
    case .bytePairs(let file): file.corpusHash
    case .units(let vocabulary): vocabulary.corpusHash
    }
  }

  /// The token that stands at the beginning of a text.
  var beginningOfText: TokenID? { bytePairs?.beginningOfText }

  /// The token that stands at the end of a text.
  var endOfText: TokenID? { bytePairs?.endOfText }

  /// The tokens that are signs to a model rather than text.
  var specialTokens: [TokenID] { bytePairs?.specialTokens ?? [] }
}

// MARK: - Reading

extension LoadedVocabulary {
  /// The largest vocabulary read, in bytes; weights behind a GGUF file's vocabulary do not count.
  private static let largestFile = 1 << 28

  /// The names under which folders hold vocabularies, the ids' with that of the merges.
  private static let usualNames: [(file: String, merges: String?)] = [
    ("tokenizer.json", nil), ("vocabulary.json", nil), ("tokenizer.model", nil),
    ("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe"),
  ]

  /// The files of a folder that hold vocabularies under usual names, those first that are read.
  static func usualFiles(inFolder folder: String, in context: CommandContext) -> [String] {
    let path = context.path(folder)
    return usualNames.flatMap { usual -> [String] in
      let names = [usual.file, usual.merges].compactMap(\.self)
      return names.allSatisfy { Folder.hasFile(at: "\(path)/\($0)") } ? names : []
    }
  }

  /// Reads what the words name.
  ///
  /// - Throws: `VocabularyError`, `FileError`, and ``CommandError`` for a folder without a vocabulary.
  init(_ words: VocabularyWords, in context: CommandContext) throws {
    guard words.path != "byte" else {
      self = try Self.bytes
      return
    }
    let (words, file) = try Self.read(Self.inFolder(words, context), in: context)
    name = context.displayName(words.path)
    hash = file.hash
    format = Self.name(of: file.format)
    switch file.format {
    case .native:
      facts = try AnyVocabulary(native: file.bytes, name: name)
    case .tokenizerJSON:
      facts = try AnyVocabulary(tokenizerJSON: file.bytes, name: name)
    case .tokenIDs where words.mergesPath != nil:
      let vocabulary = try Self.withMerges(words, ids: file.bytes, name: name, in: context)
      facts = .bytePairs(VocabularyFile(vocabulary))
      format = "encoder.json and vocab.bpe"
    default:
      let vocabulary = try BytePairVocabulary(
        recognizing: file.bytes,
        name: name,
        pattern: words.pattern
      )
      facts = .bytePairs(VocabularyFile(vocabulary))
    }
    do throws(VocabularyError.Reason) {
      tokenizer = try facts.makeTokenizer()
    } catch {
      throw VocabularyError(name, nil, error)
    }
    unit = facts.unit
    try refuseContradiction(words, file.format)
  }

  /// Reads the file that the words name; of a vocabulary in two files that with the ids, and the
  /// other is named by the words then.
  private static func read(
    _ words: VocabularyWords,
    in context: CommandContext
  ) throws -> (VocabularyWords, VocabularySource) {
    var words = words
    let file = try VocabularySource(words.path, limit: largestFile, in: context)
    guard words.mergesPath == nil,
      let other = otherFile(of: words.path, file.format, in: context)
    else { return (words, file) }
    guard file.format == .merges else {
      words.mergesPath = other
      return (words, file)
    }
    words.mergesPath = words.path
    words.path = other
    return (words, try VocabularySource(other, limit: largestFile, in: context))
  }

  /// The file that stands beside half a vocabulary under the name that belongs to it: `vocab.bpe` to
  /// `encoder.json`, `gpt2-merges.txt` to `gpt2-vocab.json`.
  private static func otherFile(
    of path: String,
    _ format: VocabularyFormat?,
    in context: CommandContext
  ) -> String? {
    guard format == .tokenIDs || format == .merges else { return nil }
    for case (let ids, let merges?) in usualNames {
      let (own, other) = format == .tokenIDs ? (ids, merges) : (merges, ids)
      guard path.hasSuffix(own) else { continue }
      let beside = String(path.dropLast(own.count)) + other
      if Folder.hasFile(at: context.path(beside)) { return beside }
    }
    return nil
  }

  /// The vocabulary whose ids are bytes.
  private static var bytes: LoadedVocabulary {
    get throws(VocabularyError.Reason) {
      let learned = LearnedMerges(
        specialTokens: [],
        alphabet: Array(UInt8.min...UInt8.max),
        merges: []
      )
      // Without merges it is as fast as bytes themselves, on all threads, and other programs read it.
      let facts = AnyVocabulary.bytePairs(
        VocabularyFile(BytePairVocabulary(learned, pattern: nil))
      )
      return LoadedVocabulary(
        name: "byte",
        format: "single bytes",
        unit: TextUnit.byte.rawValue,
        tokenizer: try facts.makeTokenizer(),
        facts: facts
      )
    }
  }

  private static func withMerges(
    _ words: VocabularyWords,
    ids: [UInt8],
    name: String,
    in context: CommandContext
  ) throws -> BytePairVocabulary {
    let path = words.mergesPath ?? "-"
    var source = try context.open(path)
    return try BytePairVocabulary(
      merges: source.readAll(limit: largestFile),
      tokens: ids,
      mergesName: context.displayName(path),
      tokensName: name,
      pattern: words.pattern ?? .gpt2
    )
  }

  /// Refuses words that say otherwise than the file does.
  private func refuseContradiction(
    _ words: VocabularyWords,
    _ format: VocabularyFormat?
  ) throws(CommandError) {
    if words.mergesPath != nil, format != .tokenIDs {
      let own = units.map { "holds \($0.unit)s, which do not merge" } ?? "has its own merges"
      throw CommandError("`--merges`: `\(name)` is no vocabulary of ids and \(own)")
    }
    let pattern = bytePairs?.pattern
    if let given = words.pattern, given != pattern, !words.isPatternFallback {
      let own = pattern.map { "is cut by `\($0.rawValue)`" } ?? "is not cut by any pattern"
      throw CommandError("`--pattern`: text of `\(name)` \(own), as the file itself says")
    }
  }

  /// The words with a folder's file, or files, in place of the folder.
  private static func inFolder(
    _ words: VocabularyWords,
    _ context: CommandContext
  ) throws -> VocabularyWords {
    guard words.path != "-", Folder.exists(at: context.path(words.path)) else { return words }
    let folder = words.path.hasSuffix("/") ? words.path : words.path + "/"
    func holds(_ name: String) -> Bool { Folder.hasFile(at: context.path(folder + name)) }
    let found = usualNames.first { usual in
      holds(usual.file) && (usual.merges.map(holds) ?? true)
    }
    guard let found else {
      let names = usualNames.map { usual in
        usual.merges.map { "`\(usual.file)` with `\($0)`" } ?? "`\(usual.file)`"
      }
      throw CommandError(
        "`\(words.path)`: the folder holds no vocabulary under a usual name: "
          + names.joined(separator: ", ")
      )
    }
    var words = words
    words.path = folder + found.file
    words.mergesPath = words.mergesPath ?? found.merges.map { folder + $0 }
    return words
  }

  /// What a kind of file is called.
  private static func name(of format: VocabularyFormat?) -> String {
    switch format {
    case .ranks: "ranks in base64"
    case .tokenizerJSON: "tokenizer.json"
    case .tokenIDs: "ids of tokens"
    case .merges: "merges"
    case .gguf: "GGUF"
    case .sentencePiece: "SentencePiece"
    case .native: "isoloss"
    case nil: "unknown"
    }
  }
}

/// The bytes of a vocabulary's file; of a GGUF file only its beginning.
private struct VocabularySource {
  var bytes: [UInt8] = []
  var format: VocabularyFormat?
  var hash: ContentHash

  init(_ path: String, limit: Int, in context: CommandContext) throws {
    var source = try context.open(path)
    var hasher = ContentHasher()
    var wanted = 1 << 20
    while case let chunk = try source.nextChunk(), !chunk.isEmpty {
      try context.interruption.check()
      hasher.update(chunk)
      bytes += chunk
      guard bytes.starts(with: "GGUF".utf8) else {
        guard bytes.count <= limit else { throw FileError(source.name, .tooLarge(limit: limit)) }
        continue
      }
      // What follows the metadata are gigabytes of weights.
      guard bytes.count >= wanted else { continue }
      if Self.holdsMetadata(bytes) { break }
      guard bytes.count <= limit else { throw FileError(source.name, .tooLarge(limit: limit)) }
      wanted = 2 * bytes.count
    }
    hash = hasher.finalized()
    format = VocabularyFormat(recognizing: bytes)
  }

  /// Whether the metadata is complete, or wrong in a way that more bytes do not mend.
  private static func holdsMetadata(_ bytes: [UInt8]) -> Bool {
    do throws(GGUFError) {
      _ = try GGUFMetadata(bytes, name: "")
      return true
    } catch {
      if case .truncated = error.reason { return false }
      return true
    }
  }
}
