/// Encodes texts by a byte-pair vocabulary, exactly as its makers do.
///
///     let tokenizer = try BytePairTokenizer(vocabulary)
///     let ids = tokenizer.encode("tokens of a text")
///     print(String(decoding: tokenizer.decode(ids), as: UTF8.self))
///
/// A piece of the text that is a token becomes that token, where the vocabulary says so; otherwise
/// its bytes are merged, two neighbours at a time, those of the lowest rank first. Time is linear in
/// the text but for pieces without end, which take n log n.
///
/// Text is never a special token unless ``encode(_:specialTokens:)`` is asked to look for them.
///
/// Copies share what they have learned of the pieces that occur; any number of threads may use one.
public struct BytePairTokenizer: Tokenizer {
  /// The vocabulary.
  public let vocabulary: BytePairVocabulary

  let tables: BytePairTables

  /// Where a text is cut.
  let cutter: PieceCutter

  /// The added tokens that are part of any text, and all of them.
  let textMatcher: AddedTokenMatcher
  let allMatcher: AddedTokenMatcher

  /// The added tokens that are part of any text and found when it is prepared.
  let preparedMatcher: AddedTokenMatcher

  /// How many bytes of text each token stands for.
  private let byteLengths: [Int32]

  /// What each token stands for.
  let decoded: FlatTokens

  let encoders: EncoderStash

  /// Prepares a vocabulary for encoding.
  ///
  /// - Throws: ``VocabularyError/Reason`` if two tokens have the same bytes, or a byte is no token.
  public init(_ vocabulary: BytePairVocabulary) throws(VocabularyError.Reason) {
    self.vocabulary = vocabulary
    tables = try BytePairTables(vocabulary)
    cutter = PieceCutter(vocabulary)
    let found = vocabulary.addedTokens.filter { !$0.isFoundPrepared }
    textMatcher = AddedTokenMatcher(found.filter { !$0.isSpecial })
    allMatcher = AddedTokenMatcher(found)
    preparedMatcher = AddedTokenMatcher(vocabulary.addedTokens.filter(\.isFoundPrepared))
    byteLengths = vocabulary.textLengths
    decoded = vocabulary.spacing == nil ? tables.tokens : FlatTokens(vocabulary.decodedTokens)
    encoders = EncoderStash()
  }
}

// MARK: - Tokenizer

extension BytePairTokenizer {
  /// Single bytes, or parts of words.
  public var tokenUnit: String { vocabulary.hasOnlyBytes ? "byte" : "subword" }

  /// How many ids there are; some may be gaps.
  public var tokenCount: Int { vocabulary.tokenCount }

  /// The token that stands for what no other can; `nil` where all bytes have tokens.
  public var unknownToken: TokenID? { vocabulary.unknownToken }

  /// Whether no space is put before a text or written otherwise.
  public var hasFixedLengths: Bool { vocabulary.spacing == nil }

  /// What the vocabulary does to a text before it is merged.
  public var lossReason: String {
    vocabulary.normalization == .formC
      ? "the tokenizer normalizes characters to Unicode's form C"
      : "the tokenizer leaves out or rewrites some characters"
  }

  /// Encodes a text, in which special tokens are ordinary text.
  public func encode(_ text: Span<UInt8>) -> [TokenID] {
    withEncoder { encoder in
      var ids: [TokenID] = []
      ids.reserveCapacity(text.count / 4)
      encode(text, matching: textMatcher, with: encoder, into: &ids)
      return ids
    }
  }

  /// How many tokens a text has, in which special tokens are ordinary text.
  public func count(_ text: Span<UInt8>) -> Int { count(text, limit: .max) }

  /// How many tokens a text has, as far as a limit.
  ///
  /// - Parameters:
  ///   - text: The text, in which special tokens are ordinary text.
  ///   - limit: Where counting may end; what lies behind it costs nothing.
  /// - Returns: The number of tokens or, if there are more than `limit`, some number above it.
  public func count(_ text: Span<UInt8>, limit: Int) -> Int {
    withEncoder { encoder in
      var total = 0
      forEachSegment(text, matching: textMatcher) { segment in
        guard total <= limit else { return }
        switch segment {
        case .token: total += 1
        case .text(let range, let isFirst):
          withPrepared(text.extracting(range), isFirst: isFirst) { prepared in
            total += count(prepared: prepared, limit: limit - total, with: encoder)
          }
        }
      }
      return total
    }
  }

  /// The bytes that tokens stand for, one after the other; special tokens give their own text.
  ///
  /// - Precondition: All ids are below ``tokenCount``.
  public func decode(_ ids: Span<TokenID>) -> [UInt8] {
    var text = decoded.decode(ids)
    if dropsFirstSpace, text.first == 0x20 { text.removeFirst() }
    return text
  }

  /// How many bytes of text a token stands for: 0 for special ones.
  ///
  /// Of a text without unknown characters, that the vocabulary does not normalize, the lengths of its
  /// tokens add up to the text's.
  ///
  /// - Precondition: `id` is below ``tokenCount``.
  public func byteLength(of id: TokenID) -> Int {
    precondition(Int(id) < tokenCount, "the id \(id) is beyond \(tokenCount) tokens")
    return Int(byteLengths[Int(id)])
  }
}

// MARK: - Special tokens

/// What becomes of special tokens that are spelled out in a text.
public enum SpecialTokenPolicy: String, Sendable, Hashable, CaseIterable {
  /// They are text like any other.
  case text
  /// They become special tokens.
  case allow
  /// They are an error.
  case forbid
}

/// A special token spelled out in a text that must not have any.
public struct SpecialTokenError: Error, Hashable, CustomStringConvertible {
  /// The token's text.
  public var token: ByteText
  /// Where in the text it begins, in bytes.
  public var offset: Int

  /// Creates an error.
  public init(token: ByteText, offset: Int) {
    self.token = token
    self.offset = offset
  }

  /// The error in words.
  public var description: String {
    "byte \(offset) begins the special token \(token), and special tokens are forbidden"
  }
}

extension BytePairTokenizer {
  /// Encodes a text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - specialTokens: What becomes of special tokens that are spelled out in it.
  /// - Returns: The ids.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  public func encode(
    _ text: Span<UInt8>,
    specialTokens: SpecialTokenPolicy
  ) throws(SpecialTokenError) -> [TokenID] {
    switch specialTokens {
    case .text: return encode(text)
    case .forbid:
      try refuseSpecialTokens(in: text)
      return encode(text)
    case .allow:
      return withEncoder { encoder in
        var ids: [TokenID] = []
        ids.reserveCapacity(text.count / 4)
        encode(text, matching: allMatcher, with: encoder, into: &ids)
        return ids
      }
    }
  }

  /// Throws if a special token is spelled out in a text.
  func refuseSpecialTokens(in text: Span<UInt8>) throws(SpecialTokenError) {
    var position = 0
    while let match = allMatcher.next(in: text, from: position) {
      let token = vocabulary.tokens[Int(match.id)]
      if match.isSpecial {
        throw SpecialTokenError(token: ByteText(token), offset: match.range.lowerBound)
      }
      position = match.range.upperBound
    }
  }
}

// MARK: - Encoding

extension BytePairTokenizer {
  /// Runs something with an encoder that nobody else uses meanwhile.
  func withEncoder<Result>(_ body: (BytePairEncoder) -> Result) -> Result {
    let encoder = encoders.take() ?? makeEncoder()
    defer { encoders.put(encoder) }
    return body(encoder)
  }

  /// Makes an encoder that has seen nothing, with room for 2^`cacheBits` pairs of pieces.
  func makeEncoder(cacheBits: Int = 16) -> BytePairEncoder {
    BytePairEncoder(
      tables: tables,
      cutter: cutter,
      looksUpWholePieces: vocabulary.looksUpWholePieces,
      cacheBits: cacheBits
    )
  }

  /// Forgets the pieces that were seen, which changes no id.
  public func forgetPieces() { encoders.removeAll() }

  /// Appends the ids of a text, or of a part of one.
  ///
  /// - Parameters:
  ///   - text: What is encoded.
  ///   - place: What stands before it.
  ///   - matcher: The tokens that are looked for.
  ///   - encoder: Whose memory is used.
  ///   - ids: Where the ids go.
  func encode(
    _ text: Span<UInt8>,
    at place: PartPlace = .beginning,
    matching matcher: AddedTokenMatcher,
    with encoder: BytePairEncoder,
    into ids: inout [TokenID]
  ) {
    forEachSegment(text, matching: matcher) { segment in
      switch segment {
      case .token(let id, _): ids.append(id)
      case .text(let range, let isFirst):
        withPrepared(
          text.extracting(range),
          isFirst: isFirst && place == .beginning,
          isContinued: isFirst && place == .inside
        ) { prepared in
          encode(prepared: prepared, with: encoder, into: &ids)
        }
      }
    }
  }

  /// Appends the ids of a text that is prepared.
  func encode(
    prepared text: Span<UInt8>,
    with encoder: BytePairEncoder,
    into ids: inout [TokenID]
  ) {
    guard !preparedMatcher.isEmpty else { return encoder.encode(text, into: &ids) }
    forEachSegment(text, matching: preparedMatcher) { segment in
      switch segment {
      case .token(let id, _): ids.append(id)
      case .text(let range, _): encoder.encode(text.extracting(range), into: &ids)
      }
    }
  }

  /// Counts the ids of a text that is prepared, until there are more than `limit`.
  private func count(
    prepared text: Span<UInt8>,
    limit: Int,
    with encoder: BytePairEncoder
  ) -> Int {
    guard !preparedMatcher.isEmpty else { return encoder.count(text, limit: limit) }
    var total = 0
    forEachSegment(text, matching: preparedMatcher) { segment in
      switch segment {
      case .token: total += 1
      case .text(let range, _):
        if total <= limit { total += encoder.count(text.extracting(range), limit: limit - total) }
      }
    }
    return total
  }
}

/// What stands before a part of a text.
enum PartPlace: Sendable {
  /// Nothing.
  case beginning
  /// An added token.
  case afterToken
  /// More of the same stretch of text.
  case inside
}

// MARK: - For tests

extension BytePairTokenizer {
  /// Whether each merge ranks above those that make its parts, which decides how long pieces merge.
  package var isMonotone: Bool { tables.isMonotone }

  /// The steps of merging that a text takes: a measure of work that does not depend on the machine.
  package func workOfEncoding(_ text: [UInt8]) -> Int {
    let encoder = makeEncoder()
    return withExtendedLifetime(tables) {
      var ids: [TokenID] = []
      encode(text.span, matching: textMatcher, with: encoder, into: &ids)
      return encoder.work
    }
  }
}
