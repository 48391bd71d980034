public import Execution

/// Encodes a text into bytes, characters or words, chunk by chunk.
///
/// Bytes are taken up as they come: of a text only the beginning of a character or word is held.
public struct UnitEncodingStream: TokenEncoding {
  private let tokenizer: UnitTokenizer
  private var splitter: SentenceSplitter

  /// The ids of bytes that were appended.
  private var ids: [TokenID] = []

  /// Where the last token that covers the text ended.
  private var coveredEnd = 0

  init(_ tokenizer: UnitTokenizer) {
    self.tokenizer = tokenizer
    splitter = SentenceSplitter(unit: tokenizer.unit)
  }

  /// Adds bytes whose ids the next call of ``encode(_:pool:)`` returns.
  public mutating func append(_ chunk: [UInt8]) {
    let tokenizer = tokenizer
    Self.collect(into: &ids, from: &splitter) { splitter, ids in
      splitter.split(chunk.span) { token, bytes in
        if let id = tokenizer.id(of: token, bytes) { ids.append(id) }
      }
    }
  }

  /// Takes the bytes that follow those of the last call; threads would not make it faster than reading.
  public mutating func encode(_ chunk: [UInt8], pool: WorkerPool? = nil) -> [TokenID] {
    append(chunk)
    defer { ids = [] }
    return ids
  }

  /// Ends the text.
  public mutating func finish() -> [TokenID] {
    let tokenizer = tokenizer
    Self.collect(into: &ids, from: &splitter) { splitter, ids in
      splitter.finish { token, bytes in
        if let id = tokenizer.id(of: token, bytes) { ids.append(id) }
      }
    }
    defer { self = UnitEncodingStream(tokenizer) }
    return ids
  }

  /// Lets tokens be collected while the splitter that hands them on changes.
  private static func collect<Tokens>(
    into tokens: inout Tokens,
    from splitter: inout SentenceSplitter,
    _ body: (inout SentenceSplitter, inout Tokens) -> Void
  ) {
    body(&splitter, &tokens)
  }
}

// MARK: - With lengths

extension UnitEncodingStream {
  /// Takes the bytes that follow those of the last call; white space belongs to the word behind it.
  public mutating func encodeCovering(_ chunk: [UInt8]) -> [CoveringToken] {
    var cover = UnitCover(tokenizer, end: coveredEnd)
    splitter.split(chunk.span) { token, bytes in cover.add(token, bytes) }
    coveredEnd = cover.end
    return cover.tokens
  }

  /// Ends the text; what words do not determine of the white space between them is lost.
  public mutating func finishCovering() -> (tokens: [CoveringToken], lostByteCount: Int) {
    var cover = UnitCover(tokenizer, end: coveredEnd)
    splitter.finish { token, bytes in cover.add(token, bytes) }
    let lost = splitter.spacing.irregularByteCount
    self = UnitEncodingStream(tokenizer)
    return (cover.tokens, lost)
  }
}

/// Tokens laid over a text without gaps.
private struct UnitCover {
  let tokenizer: UnitTokenizer
  private(set) var end: Int
  private(set) var tokens: [CoveringToken] = []

  init(_ tokenizer: UnitTokenizer, end: Int) {
    (self.tokenizer, self.end) = (tokenizer, end)
  }

  mutating func add(_ token: SentenceToken, _ bytes: Span<UInt8>) {
    guard let id = tokenizer.id(of: token, bytes) else { return }
    let next = token.byteOffset + token.byteLength
    let lost = id == tokenizer.unknownToken ? token.byteLength : 0
    tokens.append(CoveringToken(id: id, byteLength: next - end, lostByteCount: lost))
    end = next
  }
}

// MARK: - Back to text

/// Decodes bytes, characters or words as they come.
public struct UnitDecodingStream: TokenDecoding {
  private let tokenizer: UnitTokenizer
  private var joint = WordJoint()

  init(_ tokenizer: UnitTokenizer) { self.tokenizer = tokenizer }

  /// Takes the tokens that follow those of the last call.
  ///
  /// - Precondition: All ids are below ``UnitTokenizer/tokenCount``.
  public mutating func decode(_ ids: [TokenID]) -> [UInt8] {
    tokenizer.decode(ids.span, &joint)
  }

  /// Ends the text, of which nothing is held back.
  public mutating func finish() -> [UInt8] {
    joint = WordJoint()
    return []
  }
}

/// The bytes that given ids stand for: a word with the space before it, the unknown for none.
public struct UnitTextStream: TokenCoverage {
  private let tokenizer: UnitTokenizer
  private var joint = WordJoint()

  init(_ tokenizer: UnitTokenizer) { self.tokenizer = tokenizer }

  /// Takes the ids that follow those of the last call.
  public mutating func text(of ids: [TokenID]) -> (bytes: [UInt8], lengths: [Int]) {
    var bytes: [UInt8] = []
    var lengths: [Int] = []
    for id in ids {
      let start = bytes.count
      if Int(id) < tokenizer.tokenCount, id != tokenizer.unknownToken {
        bytes += tokenizer.decode([id].span, &joint)
      }
      lengths.append(bytes.count - start)
    }
    return (bytes, lengths)
  }
}

extension UnitTokenizer {
  /// Makes a stream that encodes a text chunk by chunk; there are no special tokens.
  public func makeStream(specialTokens: SpecialTokenPolicy = .text) -> UnitEncodingStream {
    UnitEncodingStream(self)
  }

  /// Makes a stream that decodes tokens as they come.
  public func makeDecodingStream() -> UnitDecodingStream { UnitDecodingStream(self) }

  /// Makes a stream that says what ids stand for.
  public func makeTextStream() -> UnitTextStream { UnitTextStream(self) }
}
