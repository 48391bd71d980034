import FileFormats

extension BytePairVocabulary {
  /// Reads a SentencePiece model of byte pairs.
  ///
  /// - Parameters:
  ///   - bytes: The file, `tokenizer.model`.
  ///   - name: What errors call it.
  /// - Throws: ``VocabularyError``, which names what is not supported.
  public init(sentencePiece bytes: [UInt8], name: String) throws(VocabularyError) {
    var model = SentencePieceFile()
    var reader = ProtocolBufferReader(bytes)
    do throws(VocabularyError.Reason) {
      try model.read(&reader)
    } catch {
      throw VocabularyError(name, .byte(reader.position), error)
    }
    do throws(VocabularyError.Reason) {
      self = try model.vocabulary()
    } catch {
      throw VocabularyError(name, nil, error)
    }
  }
}

/// What a SentencePiece model says, in the terms of `sentencepiece_model.proto`.
private struct SentencePieceFile {
  private var pieces = ScoredPieces()
  private var addedTokens: [BytePairVocabulary.AddedToken] = []
  private var unknown: TokenID?
  private var unused: [TokenID] = []
  private var hasBytes = false
  private var count = 0

  // Absent fields have the defaults of the format.
  private var modelType = 1
  private var treatsSpaceAsSuffix = false
  private var beginningID = 1
  private var endID = 2
  private var hasCharacterMap = false
  private var normalizerName = ""
  private var addsPrefix = true
  private var removesExtraSpaces = true
  private var escapesSpaces = true

  mutating func read(_ reader: inout ProtocolBufferReader) throws(VocabularyError.Reason) {
    while let field = try reader.nextField() {
      switch (field.number, field.content) {
      case (1, .bytes(let range)): try readPiece(reader.part(range))
      case (2, .bytes(let range)): try readTrainer(reader.part(range))
      case (3, .bytes(let range)): try readNormalizer(reader.part(range))
      default: break
      }
    }
    if count == 0 { throw .unexpected(expected: "pieces of a SentencePiece model", found: "none") }
  }

  private mutating func readPiece(
    _ part: ProtocolBufferReader
  ) throws(VocabularyError.Reason) {
    var reader = part
    var piece: Range<Int> = 0..<0
    var score: Float = 0
    var type = 1
    while let field = try reader.nextField() {
      switch (field.number, field.content) {
      case (1, .bytes(let range)): piece = range
      case (2, .word32(let bits)): score = Float(bitPattern: bits)
      case (3, .integer(let value)): type = Int(truncatingIfNeeded: value)
      default: break
      }
    }
    guard count < BytePairVocabulary.mostTokens else {
      throw .tooManyTokens(limit: BytePairVocabulary.mostTokens)
    }
    try addPiece(Array(reader.bytes[piece]), score: Double(score), type: type)
  }

  private mutating func addPiece(
    _ piece: [UInt8],
    score: Double,
    type: Int
  ) throws(VocabularyError.Reason) {
    let id = TokenID(count)
    switch type {
    case 1: break
    case 2: unknown = id
    case 3, 4: break
    case 5: unused.append(id)
    case 6: hasBytes = true
    default: throw .unsupported(component: "type of piece", name: "\(type)")
    }
    if 2...4 ~= type {
      var token = BytePairVocabulary.AddedToken(id: id, text: piece, isSpecial: type != 4)
      token.isFoundPrepared = type == 4
      addedTokens.append(token)
    }
    pieces.add(piece.span, score: score, mayMerge: type == 1)
    count += 1
  }

  private mutating func readTrainer(
    _ part: ProtocolBufferReader
  ) throws(VocabularyError.Reason) {
    var reader = part
    while let field = try reader.nextField() {
      guard case .integer(let value) = field.content else { continue }
      let number = Int(truncatingIfNeeded: Int32(truncatingIfNeeded: value))
      switch field.number {
      case 3: modelType = number
      case 24: treatsSpaceAsSuffix = value != 0
      case 41: beginningID = number
      case 42: endID = number
      default: break
      }
    }
  }

  private mutating func readNormalizer(
    _ part: ProtocolBufferReader
  ) throws(VocabularyError.Reason) {
    var reader = part
    while let field = try reader.nextField() {
      switch (field.number, field.content) {
      case (1, .bytes(let range)):
        normalizerName = String(decoding: reader.bytes[range], as: UTF8.self)
      case (2, .bytes(let range)): hasCharacterMap = !range.isEmpty
      case (3, .integer(let value)): addsPrefix = value != 0
      case (4, .integer(let value)): removesExtraSpaces = value != 0
      case (5, .integer(let value)): escapesSpaces = value != 0
      default: break
      }
    }
  }

  func vocabulary() throws(VocabularyError.Reason) -> BytePairVocabulary {
    guard modelType == 2 else {
      let names = [1: "unigram", 3: "word", 4: "char"]
      throw .unsupported(component: "model type", name: names[modelType] ?? "\(modelType)")
    }
    if hasCharacterMap { throw .unsupported(component: "normalizer", name: normalizerName) }
    if removesExtraSpaces {
      throw .unsupported(component: "normalizer option", name: "remove_extra_whitespaces")
    }
    if !escapesSpaces {
      throw .unsupported(component: "normalizer option", name: "escape_whitespaces=false")
    }
    if treatsSpaceAsSuffix {
      throw .unsupported(component: "option", name: "treat_whitespace_as_suffix")
    }
    var vocabulary = try pieces.vocabulary(addedTokens: addedTokens)
    vocabulary.spacing = BytePairVocabulary.Spacing(prefix: addsPrefix ? .first : .never)
    vocabulary.hasByteFallback = hasBytes
    vocabulary.unknownToken = unknown
    vocabulary.unspelledTokens = unused
    vocabulary.beginningOfText = 0..<count ~= beginningID ? TokenID(beginningID) : nil
    vocabulary.endOfText = 0..<count ~= endID ? TokenID(endID) : nil
    // Whoever runs a model of this kind puts the sign before a text, although no field says so.
    vocabulary.addsBeginningOfText = vocabulary.beginningOfText != nil
    return vocabulary
  }
}

/// Takes the fields of a message in the format of Protocol Buffers, of which nothing is copied.
struct ProtocolBufferReader {
  /// What a field holds.
  enum Content {
    case integer(UInt64)
    case word64(UInt64)
    case word32(UInt32)
    case bytes(Range<Int>)
  }

  let bytes: [UInt8]

  /// The next byte's offset; after an error, where it stands.
  private(set) var position: Int

  private let end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// A message within this one.
  func part(_ range: Range<Int>) -> ProtocolBufferReader { ProtocolBufferReader(bytes, range) }

  /// Takes the next field; `nil` at the end of the message.
  mutating func nextField() throws(VocabularyError.Reason) -> (number: Int, content: Content)? {
    guard position < end else { return nil }
    let start = position
    let tag = try variableInteger()
    guard let number = Int(exactly: tag >> 3), 1..<1 << 29 ~= number else {
      position = start
      throw .unexpected(expected: "a field of a SentencePiece model", found: "the tag \(tag)")
    }
    switch tag & 7 {
    case 0: return (number, .integer(try variableInteger()))
    case 1: return (number, .word64(try word(8)))
    case 2:
      let length = try variableInteger()
      guard length <= UInt64(end - position) else {
        throw .truncated(needed: Int(clamping: length), available: end - position)
      }
      defer { position += Int(length) }
      return (number, .bytes(position..<position + Int(length)))
    case 5: return (number, .word32(UInt32(truncatingIfNeeded: try word(4))))
    default:
      position = start
      throw .unexpected(expected: "a field of a SentencePiece model", found: "the tag \(tag)")
    }
  }

  private mutating func word(_ length: Int) throws(VocabularyError.Reason) -> UInt64 {
    guard end - position >= length else {
      throw .truncated(needed: length, available: end - position)
    }
    var value: UInt64 = 0
    for offset in 0..<length { value |= UInt64(bytes[position + offset]) << (8 * offset) }
    position += length
    return value
  }

  /// Takes a number of seven bits a byte, the lowest first.
  private mutating func variableInteger() throws(VocabularyError.Reason) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard position < end else { throw .truncated(needed: 1, available: 0) }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .unexpected(expected: "a number of at most ten bytes", found: "a longer one")
  }
}
