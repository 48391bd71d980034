public import Execution

extension BytePairTokenizer {
  /// How many bytes a thread takes at a time.
  private static let blockSize = 256 << 10

  /// The size of each thread's cache of pieces: half of what one thread alone has, for memory.
  private static let crewCacheBits = 15

  /// Encodes a text on the threads of a pool: the ids are those of one thread.
  ///
  /// The text is cut where a piece ends whatever stands around, so that a text without such a place,
  /// a single word of a gigabyte, is encoded by one thread.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - specialTokens: What becomes of special tokens that are spelled out in it.
  ///   - pool: The threads.
  /// - Returns: The ids.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  public func encode(
    _ text: [UInt8],
    specialTokens: SpecialTokenPolicy = .text,
    pool: WorkerPool
  ) throws(SpecialTokenError) -> [TokenID] {
    if specialTokens == .forbid { try refuseSpecialTokens(in: text.span) }
    let matcher = specialTokens == .allow ? allMatcher : textMatcher
    return encode(text, upTo: text.count, at: .beginning, matching: matcher, pool: pool)
  }

  /// Encodes the bytes of a text up to `end` on the threads of a pool.
  func encode(
    _ text: [UInt8],
    upTo end: Int,
    at place: PartPlace,
    matching matcher: AddedTokenMatcher,
    pool: WorkerPool
  ) -> [TokenID] {
    let parts =
      pool.threadCount > 1
      ? parts(of: text.span.extracting(0..<end), at: place, matching: matcher) : []
    guard parts.count > 1 else {
      return withEncoder { encoder in
        var ids: [TokenID] = []
        ids.reserveCapacity(end / 4)
        encode(
          text.span.extracting(0..<end),
          at: place,
          matching: matcher,
          with: encoder,
          into: &ids
        )
        return ids
      }
    }
    let crew = encoders.takeCrew() ?? EncoderCrew()
    defer { encoders.put(crew) }
    return PartIDs.joining(
      byteCount: end,
      waitingCount: pool.threadCount,
      partByteCount: Self.blockSize
    ) { found in
      pool.forEachBlock(parts.count) { part, worker in
        found.fill(part) { ids in
          encode(
            text.span.extracting(parts[part].range),
            at: parts[part].place,
            matching: matcher,
            with: crew.encoder(of: worker) { makeEncoder(cacheBits: Self.crewCacheBits) },
            into: &ids
          )
        }
      }
    }
  }

  /// A part of a text that is encoded by itself.
  struct Part {
    var range: Range<Int>
    var place: PartPlace
  }

  /// Cuts a text, an added token never.
  func parts(
    of text: Span<UInt8>,
    at place: PartPlace = .beginning,
    matching matcher: AddedTokenMatcher
  ) -> [Part] {
    var parts = [Part(range: 0..<0, place: place)]
    forEachSegment(text, matching: matcher) { segment in
      switch segment {
      case .token(_, let range):
        // A part of its own would be too small to hand out.
        parts[parts.count - 1].range = parts[parts.count - 1].range.lowerBound..<range.upperBound
        if parts[parts.count - 1].range.count >= Self.blockSize {
          let next = range.upperBound..<range.upperBound
          parts.append(Part(range: next, place: .afterToken))
        }
      case .text(let range, _): cut(range, of: text, into: &parts)
      }
    }
    return parts.filter { !$0.range.isEmpty }
  }

  /// Adds a stretch of text to the last part, and begins new ones where that becomes too large.
  private func cut(_ range: Range<Int>, of text: Span<UInt8>, into parts: inout [Part]) {
    var position = max(range.lowerBound, parts[parts.count - 1].range.lowerBound + Self.blockSize)
    while position < range.upperBound {
      if position > range.lowerBound, cutter.isSafeCut(text, at: position) {
        parts[parts.count - 1].range = parts[parts.count - 1].range.lowerBound..<position
        parts.append(Part(range: position..<position, place: .inside))
        position += Self.blockSize
      } else {
        position += 1
      }
    }
    parts[parts.count - 1].range = parts[parts.count - 1].range.lowerBound..<range.upperBound
  }
}
