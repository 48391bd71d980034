/// A token of a text that comes chunk by chunk, with how much of the text it stands for.
public struct CoveringToken: Sendable, Hashable {
  /// The token.
  public var id: TokenID

  /// How many bytes of the text it stands for; those of all tokens follow one another without gap.
  public var byteLength: Int

  /// How many of them it does not determine: unknown characters, and what was normalized away.
  public var lostByteCount: Int

  /// Creates a token.
  public init(id: TokenID, byteLength: Int, lostByteCount: Int = 0) {
    self.id = id
    self.byteLength = byteLength
    self.lostByteCount = lostByteCount
  }
}

extension BytePairTokenizer {
  /// Encodes a part of a text, and says how much of it each token stands for.
  ///
  /// - Parameters:
  ///   - text: The part.
  ///   - place: What stands before it.
  ///   - matcher: The tokens that are looked for.
  ///   - uncovered: How many bytes no token stands for yet, before the part and then after it: they
  ///     are the next token's.
  /// - Returns: The tokens in order.
  func covering(
    _ text: Span<UInt8>,
    at place: PartPlace,
    matching matcher: AddedTokenMatcher,
    after uncovered: inout Int
  ) -> [CoveringToken] {
    var cover = Cover(tokenizer: self, uncovered: uncovered)
    withEncoder { encoder in
      forEachSegment(text, matching: matcher) { segment in
        switch segment {
        case .token(let id, let range): cover.add(id, text.extracting(range))
        case .text(let range, let isFirst):
          cover.add(
            text.extracting(range),
            isFirst: isFirst && place == .beginning,
            isContinued: isFirst && place == .inside,
            encoder
          )
        }
      }
    }
    uncovered = cover.uncovered
    return cover.tokens
  }
}

/// The tokens of a text's segments, as they are laid over the text.
private struct Cover {
  let tokenizer: BytePairTokenizer
  var uncovered: Int
  var tokens: [CoveringToken] = []

  /// Adds a token that stands for bytes, and for those before it that no token stands for.
  mutating func add(_ id: TokenID, _ bytes: Span<UInt8>) {
    let isDetermined = tokenizer.decodes(id, to: bytes)
    tokens.append(
      CoveringToken(
        id: id,
        byteLength: uncovered + bytes.count,
        lostByteCount: uncovered + (isDetermined ? 0 : bytes.count)
      )
    )
    uncovered = 0
  }

  /// Adds the tokens of a segment.
  mutating func add(
    _ segment: Span<UInt8>,
    isFirst: Bool,
    isContinued: Bool,
    _ encoder: BytePairEncoder
  ) {
    var ids: [TokenID] = []
    tokenizer.withPrepared(segment, isFirst: isFirst, isContinued: isContinued) { prepared in
      tokenizer.encode(prepared: prepared, with: encoder, into: &ids)
    }
    var changes: [NormalizedStretch] = []
    let isNormalizing = tokenizer.vocabulary.normalization == .formC
    let normalized = isNormalizing ? normalizedNFC(segment, noting: &changes) : nil
    let cursor = StretchCursor(changes)
    if let normalized {
      let text = normalized.span
      let walk = SegmentWalk(tokenizer, text, isFirst: isFirst, isContinued: isContinued)
      add(ids, text, walk, cursor, of: segment)
    } else {
      let walk = SegmentWalk(tokenizer, segment, isFirst: isFirst, isContinued: isContinued)
      add(ids, segment, walk, cursor, of: segment)
    }
  }

  private mutating func add(
    _ ids: [TokenID],
    _ text: Span<UInt8>,
    _ walk: SegmentWalk,
    _ cursor: StretchCursor,
    of segment: Span<UInt8>
  ) {
    var (walk, cursor) = (walk, cursor)
    var (position, start) = (0, 0)
    for id in ids {
      let rest = text.extracting(position...)
      position += max(0, min(rest.count, walk.length(of: id, in: rest)))
      let end = cursor.original(position)
      add(id, segment.extracting(start..<end))
      start = end
    }
    uncovered += segment.count - start
  }
}

/// Finds places of a text by those of its normalized form, which only move on.
private struct StretchCursor {
  private let changes: [NormalizedStretch]
  private var next = 0
  private var shift = 0

  init(_ changes: [NormalizedStretch]) { self.changes = changes }

  /// The place; of one within a stretch that was changed, no more than its beginning is certain.
  mutating func original(_ position: Int) -> Int {
    while next < changes.count, changes[next].normalized.upperBound <= position {
      shift = changes[next].original.upperBound - changes[next].normalized.upperBound
      next += 1
    }
    guard next < changes.count, position > changes[next].normalized.lowerBound else {
      return position + shift
    }
    let stretch = changes[next]
    let inside = position - stretch.normalized.lowerBound
    return stretch.original.lowerBound + min(inside, stretch.original.count)
  }
}

extension BytePairTokenizer {
  /// Whether a token stands for exactly these bytes, but for a space put before a text.
  fileprivate func decodes(_ id: TokenID, to bytes: Span<UInt8>) -> Bool {
    guard id != vocabulary.unknownToken else { return false }
    let text = decoded.bytes(of: id)
    let dropped = text.count - bytes.count
    guard dropped == 0 || dropped == 1 && text[0] == 0x20 else { return false }
    return bytes.indices.allSatisfy { bytes[$0] == text[dropped + $0] }
  }
}

// MARK: - Ids as they come

/// The bytes that given ids stand for, token by token; special tokens stand for none.
///
///     var stream = tokenizer.makeTextStream()
///     let (text, lengths) = stream.text(of: ids)
public struct TokenTextStream: TokenCoverage {
  private let tokenizer: BytePairTokenizer
  private var isAtBeginning = true

  init(_ tokenizer: BytePairTokenizer) { self.tokenizer = tokenizer }

  /// Takes the ids that follow those of the last call.
  ///
  /// - Returns: Their bytes, and how many belong to each: none to an id beyond
  ///   ``BytePairTokenizer/tokenCount``.
  public mutating func text(of ids: [TokenID]) -> (bytes: [UInt8], lengths: [Int]) {
    var bytes: [UInt8] = []
    var lengths: [Int] = []
    for id in ids {
      let start = bytes.count
      if Int(id) < tokenizer.tokenCount, tokenizer.byteLength(of: id) > 0 {
        bytes += tokenizer.decoded.bytes(of: id)
        if isAtBeginning, tokenizer.dropsFirstSpace, bytes.first == 0x20 { bytes.removeFirst() }
        isAtBeginning = false
      }
      lengths.append(bytes.count - start)
    }
    return (bytes, lengths)
  }
}

extension BytePairTokenizer {
  /// Makes a stream that says what ids stand for.
  public func makeTextStream() -> TokenTextStream { TokenTextStream(self) }
}
