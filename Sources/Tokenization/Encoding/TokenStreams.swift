public import Execution

/// Encodes a text chunk by chunk; how it is cut into chunks never changes an id.
///
///     var stream = tokenizer.makeStream()
///     while case let chunk = try source.nextChunk(), !chunk.isEmpty { write(stream.encode(chunk)) }
///     write(stream.finish())
///
/// What may still change with the bytes that follow is held back: in text of words a few bytes, and
/// at most the longest piece.
public struct EncodingStream: TokenEncoding {
  private let tokenizer: BytePairTokenizer
  private let matcher: AddedTokenMatcher
  private let isForbidding: Bool

  /// The bytes that are held back.
  private var pending: [UInt8] = []

  /// What stands before them.
  private var place = PartPlace.beginning

  /// Up to where they were searched for a place to cut.
  private var searched = 0

  /// How many bytes came before them.
  private var offset = 0

  /// How many bytes before them no token stands for yet.
  private var uncoveredByteCount = 0

  init(_ tokenizer: BytePairTokenizer, _ specialTokens: SpecialTokenPolicy) {
    self.tokenizer = tokenizer
    matcher = specialTokens == .text ? tokenizer.textMatcher : tokenizer.allMatcher
    isForbidding = specialTokens == .forbid
  }

  /// How many bytes are held back.
  public var pendingByteCount: Int { pending.count }

  /// Adds bytes that the next call of ``encode(_:pool:)`` takes up, so that many small chunks are
  /// encoded at once without being put together first.
  public mutating func append(_ chunk: [UInt8]) { pending += chunk }

  /// Takes the bytes that follow those of the last call.
  ///
  /// - Parameters:
  ///   - chunk: The bytes.
  ///   - pool: The threads that encode them, worth it from a megabyte on; the ids do not depend on it.
  /// - Returns: The ids that no further bytes can change.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden; the stream
  ///   cannot go on after that.
  public mutating func encode(
    _ chunk: [UInt8],
    pool: WorkerPool? = nil
  ) throws(SpecialTokenError) -> [TokenID] {
    pending += chunk
    let cut = try findCut()
    guard cut.offset > 0 else { return [] }
    let ids = pool.map { encoded(upTo: cut.offset, pool: $0) } ?? encoded(upTo: cut.offset)
    advance(to: cut)
    return ids
  }

  /// Lets go of the bytes before a cut.
  private mutating func advance(to cut: (offset: Int, place: PartPlace)) {
    pending.removeFirst(cut.offset)
    searched -= cut.offset
    offset += cut.offset
    place = cut.place
  }

  /// Ends the text.
  ///
  /// - Returns: The ids of what was held back.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  public mutating func finish() throws(SpecialTokenError) -> [TokenID] {
    if isForbidding { try refuseSpecialTokens(upTo: pending.count) }
    let ids = pendingIDs
    self = EncodingStream(tokenizer, isForbidding: isForbidding, matcher: matcher)
    return ids
  }

  private init(_ tokenizer: BytePairTokenizer, isForbidding: Bool, matcher: AddedTokenMatcher) {
    self.tokenizer = tokenizer
    self.isForbidding = isForbidding
    self.matcher = matcher
  }

  /// The ids of what is held back, if nothing followed.
  var pendingIDs: [TokenID] { encoded(upTo: pending.count) }

  private func encoded(upTo end: Int, pool: WorkerPool) -> [TokenID] {
    tokenizer.encode(
      pending,
      upTo: end,
      at: place,
      matching: isForbidding ? tokenizer.textMatcher : matcher,
      pool: pool
    )
  }

  private func encoded(upTo end: Int) -> [TokenID] {
    tokenizer.withEncoder { encoder in
      var ids: [TokenID] = []
      tokenizer.encode(
        pending.span.extracting(0..<end),
        at: place,
        matching: isForbidding ? tokenizer.textMatcher : matcher,
        with: encoder,
        into: &ids
      )
      return ids
    }
  }

  private func refuseSpecialTokens(upTo end: Int) throws(SpecialTokenError) {
    do throws(SpecialTokenError) {
      try tokenizer.refuseSpecialTokens(in: pending.span.extracting(0..<end))
    } catch {
      throw SpecialTokenError(token: error.token, offset: error.offset + offset)
    }
  }

  /// Finds the last place that the bytes to come cannot reach across, and what stands before it.
  private mutating func findCut() throws(SpecialTokenError) -> (offset: Int, place: PartPlace) {
    let held = pending
    let text = held.span
    // A token that is complete was cut off by the call that saw its end, so that only what is new,
    // and what may be the beginning of one, has to be searched.
    let newest = max(0, searched - matcher.longest)
    let tail = max(0, text.count - max(0, matcher.longest - 1))
    var limit = matcher.openEnd(in: text, from: max(tail, newest)) ?? text.count
    var lastMatch = 0
    var position = newest
    while let match = matcher.next(in: text, from: position) {
      // White space that a token takes in may go on.
      if match.range.upperBound > limit || match.range.upperBound == text.count {
        limit = min(limit, match.range.lowerBound)
        break
      }
      if match.isSpecial, isForbidding { try refuseSpecialTokens(upTo: match.range.upperBound) }
      lastMatch = match.range.upperBound
      position = lastMatch
    }
    var cut = min(limit, text.count - 1)
    while cut > max(lastMatch, searched - 1), cut > 0, !tokenizer.cutter.isSafeCut(text, at: cut) {
      cut -= 1
    }
    searched = max(searched, limit)
    if cut > lastMatch, cut > 0, tokenizer.cutter.isSafeCut(text, at: cut) { return (cut, .inside) }
    return (lastMatch, lastMatch > 0 ? .afterToken : place)
  }
}

// MARK: - With lengths

extension EncodingStream {
  /// Takes the bytes that follow those of the last call, as ``encode(_:pool:)`` does.
  ///
  /// - Parameter chunk: The bytes.
  /// - Returns: The tokens that no further bytes can change, each with the bytes that it stands for.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  public mutating func encodeCovering(
    _ chunk: [UInt8]
  ) throws(SpecialTokenError) -> [CoveringToken] {
    pending += chunk
    let cut = try findCut()
    guard cut.offset > 0 else { return [] }
    let tokens = covering(upTo: cut.offset)
    advance(to: cut)
    return tokens
  }

  /// Ends the text, as ``finish()`` does.
  ///
  /// - Returns: The tokens of what was held back, and how many bytes at the end no token stands for:
  ///   none, where the vocabulary has an unknown token or tokens of all bytes.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  public mutating func finishCovering() throws(SpecialTokenError) -> (
    tokens: [CoveringToken], lostByteCount: Int
  ) {
    if isForbidding { try refuseSpecialTokens(upTo: pending.count) }
    let tokens = covering(upTo: pending.count)
    let uncovered = uncoveredByteCount
    self = EncodingStream(tokenizer, isForbidding: isForbidding, matcher: matcher)
    return (tokens, uncovered)
  }

  private mutating func covering(upTo end: Int) -> [CoveringToken] {
    let held = pending
    return tokenizer.covering(
      held.span.extracting(0..<end),
      at: place,
      matching: isForbidding ? tokenizer.textMatcher : matcher,
      after: &uncoveredByteCount
    )
  }
}

extension BytePairTokenizer {
  /// Makes a stream that encodes a text chunk by chunk.
  ///
  /// - Parameter specialTokens: What becomes of special tokens that are spelled out in the text.
  /// - Returns: The stream, at the beginning of a text.
  public func makeStream(specialTokens: SpecialTokenPolicy = .text) -> EncodingStream {
    EncodingStream(self, specialTokens)
  }
}

/// The ids of a text that grows at its end, of which only the last few are found anew.
public struct GrowingEncoding: Sendable {
  private var stream: EncodingStream

  /// The ids of the text so far.
  public private(set) var ids: [TokenID] = []

  /// How many of ``ids``, from the first on, stay as they are whatever follows.
  public private(set) var stableCount = 0

  /// Begins with an empty text, in which special tokens are ordinary text.
  public init(_ tokenizer: BytePairTokenizer) {
    stream = tokenizer.makeStream()
  }

  /// Adds bytes to the text.
  public mutating func append(_ bytes: [UInt8]) {
    ids.removeSubrange(stableCount...)
    do throws(SpecialTokenError) {
      ids += try stream.encode(bytes)
    } catch {
      preconditionFailure("special tokens are text here")
    }
    stableCount = ids.count
    ids += stream.pendingIDs
  }
}

/// Decodes tokens as they come; what is no whole character yet is held back.
public struct DecodingStream: TokenDecoding {
  private let tokenizer: BytePairTokenizer
  private var pending: [UInt8] = []
  private var isAtBeginning = true

  init(_ tokenizer: BytePairTokenizer) {
    self.tokenizer = tokenizer
  }

  /// Takes the tokens that follow those of the last call.
  ///
  /// - Returns: The bytes of whole characters; bytes that can be no part of any are not held back.
  /// - Precondition: All ids are below ``BytePairTokenizer/tokenCount``.
  public mutating func decode(_ ids: [TokenID]) -> [UInt8] {
    pending += tokenizer.decoded.decode(ids.span)
    if isAtBeginning, !pending.isEmpty {
      isAtBeginning = false
      if tokenizer.dropsFirstSpace, pending[0] == 0x20 { pending.removeFirst() }
    }
    let whole = pending.count - Self.openLength(pending)
    defer { pending.removeFirst(whole) }
    return Array(pending[..<whole])
  }

  /// Ends the text.
  ///
  /// - Returns: The bytes that were held back.
  public mutating func finish() -> [UInt8] {
    defer { self = DecodingStream(tokenizer) }
    return pending
  }

  /// How many bytes at the end begin a character that is not complete.
  private static func openLength(_ bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let lead = bytes[bytes.count - length]
      if lead & 0xC0 == 0x80 { continue }
      var sequence = UTF8Sequence()
      for byte in bytes.suffix(length) where sequence.take(byte) != .incomplete { return 0 }
      return length
    }
    return 0
  }
}

extension BytePairTokenizer {
  /// Makes a stream that decodes tokens as they come.
  public func makeDecodingStream() -> DecodingStream { DecodingStream(self) }

  /// Whether the space at the beginning of what tokens decode to is not of the text.
  var dropsFirstSpace: Bool {
    vocabulary.spacing.map { $0.prefix != .never } ?? false
  }
}
