/// Counts a text chunk by chunk; where the chunks are cut never changes the counts.
///
///     var counter = TextCounter()
///     while let chunk = try source.next() { counter.count(chunk) }
///     let counts = counter.finish()
///
/// ASCII is counted eight bytes at a step, other well-formed text a character at a step.
public struct TextCounter: Sendable {
  /// What is known so far; ``finish()`` adds what only the end of the text decides.
  private var counts = TextCounts()

  private var sequence = UTF8Sequence()
  private var isInInvalidRun = false
  private var isInWord = false
  private var followsCarriageReturn = false
  private var isInLine = false
  private var beginsWithSpace = false

  /// Creates a counter at the beginning of a text.
  public init() {}

  /// Counts the bytes that follow those of the last call.
  public mutating func count(_ chunk: [UInt8]) {
    count(chunk.span)
  }

  /// Counts the bytes that follow those of the last call.
  public mutating func count(_ chunk: Span<UInt8>) {
    var position = 0
    while position < chunk.count {
      if !sequence.isOpen {
        position = countASCII(chunk, from: position)
        position = countShortSequences(chunk, from: position)
        guard position < chunk.count else { return }
      }
      take(chunk[position])
      position += 1
    }
  }

  /// The counts so far, without what only the next bytes decide: an unfinished scalar and line.
  public var settledCounts: TextCounts { counts }

  /// How many of the two edges of the text so far, its beginning and its end, are white space.
  ///
  /// Of a text that is not empty, Python's `len(re.split(r"\s+", text))` is the number of words and so many
  /// more: a split at an edge leaves an empty piece.
  public var whiteEdgeCount: Int {
    let endsWithSpace = counts.byteCount > 0 && !isInWord && !sequence.isOpen
    return (beginsWithSpace ? 1 : 0) + (endsWithSpace ? 1 : 0)
  }

  /// Ends the text and returns its counts; the counter then stands at the beginning of a new one.
  public mutating func finish() -> TextCounts {
    if sequence.isOpen { takeInvalid(at: counts.byteCount - sequence.length) }
    if isInLine { counts.lineCount += 1 }
    let result = counts
    self = TextCounter()
    return result
  }
}

// MARK: - Byte by byte

extension TextCounter {
  @inline(__always)
  private mutating func take(_ byte: UInt8) {
    var step = sequence.take(byte)
    if step == .broken {
      takeInvalid(at: counts.byteCount - sequence.length)
      step = sequence.take(byte)
    }
    switch step {
    case .complete: takeScalar(sequence.scalar)
    case .invalid: takeInvalid(at: counts.byteCount)
    case .incomplete, .broken: break
    }
    counts.byteCount += 1
  }

  @inline(__always)
  private mutating func takeScalar(_ scalar: UInt32) {
    if scalar == 0xFEFF, counts.characterCount == 0 { counts.startsWithByteOrderMark = true }
    counts.characterCount += 1
    isInInvalidRun = false
    let isLineFeed = scalar == 0x0A
    let isCarriageReturn = scalar == 0x0D
    if isCarriageReturn { counts.carriageReturnCount += 1 }
    // The line feed of a CRLF ends the line that its carriage return has already ended.
    if isCarriageReturn || (isLineFeed && !followsCarriageReturn) { counts.lineCount += 1 }
    followsCarriageReturn = isCarriageReturn
    isInLine = !isLineFeed && !isCarriageReturn
    let isSpace = isWhiteSpace(scalar)
    if isSpace, counts.characterCount == 1 { beginsWithSpace = true }
    if !isSpace, !isInWord { counts.wordCount += 1 }
    isInWord = !isSpace
  }

  /// Notes that the bytes from `offset` on are covered by no valid sequence.
  private mutating func takeInvalid(at offset: Int) {
    if !isInInvalidRun {
      counts.invalidUTF8RunCount += 1
      counts.characterCount += 1
      if counts.firstInvalidUTF8Offset == nil { counts.firstInvalidUTF8Offset = offset }
    }
    isInInvalidRun = true
    followsCarriageReturn = false
    isInLine = true
    if !isInWord { counts.wordCount += 1 }
    isInWord = true
  }
}

/// Whether words end at a scalar: Unicode White_Space and the separators U+001C to U+001F.
@inline(__always)
package func isWhiteSpace(_ scalar: UInt32) -> Bool {
  if scalar < 0x80 { return (0x09...0x0D).contains(scalar) || (0x1C...0x20).contains(scalar) }
  switch scalar {
  case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return true
  default: return false
  }
}

// MARK: - Whole sequences

extension TextCounter {
  /// Counts well-formed sequences of two and three bytes, and single ASCII bytes between them.
  ///
  /// - Returns: Where it stopped: at anything else, or two bytes before the end.
  private mutating func countShortSequences(_ chunk: Span<UInt8>, from start: Int) -> Int {
    var position = start
    while position < chunk.count - 2 {
      let lead = UInt32(chunk[position])
      let second = UInt32(chunk[position + 1]) ^ 0x80  // below 64 for a continuation byte
      let third = UInt32(chunk[position + 2]) ^ 0x80
      let length: Int
      if lead >= 0xE0, lead < 0xF0, second | third < 0x40 {
        let scalar = (lead & 0x0F) << 12 | second << 6 | third
        // Overlong forms and surrogates are left to the recognizer.
        guard scalar >= 0x800, scalar & 0xF800 != 0xD800 else { break }
        takeScalar(scalar)
        length = 3
      } else if lead >= 0xC2, lead < 0xE0, second < 0x40 {
        takeScalar((lead & 0x1F) << 6 | second)
        length = 2
      } else if lead < 0x80, second < 0x80 {
        // ASCII before more of other scripts, as a space is; runs of it are left to the blocks.
        takeScalar(lead)
        length = 1
      } else {
        break
      }
      counts.byteCount += length
      position += length
    }
    return position
  }
}

// MARK: - Eight bytes of ASCII at a step

/// `0x01` in each byte, to spread a byte over a word by multiplication.
private let ones: UInt64 = 0x0101_0101_0101_0101
private let highBits: UInt64 = 0x8080_8080_8080_8080

/// The high bit of each byte that is at least `bound`, for bytes below 128.
@inline(__always)
private func atLeast(_ bound: UInt8, _ word: UInt64) -> UInt64 {
  // No byte carries into the next: 127 + 127 < 256.
  (word &+ (ones &* UInt64(0x80 - bound))) & highBits
}

/// The high bit of each byte that equals `value`, for bytes below 128.
@inline(__always)
private func equal(_ value: UInt8, _ word: UInt64) -> UInt64 {
  ~((word ^ (ones &* UInt64(value))) &+ (ones &* 0x7F)) & highBits
}

/// The sum of the bytes of a word, each at most 31.
@inline(__always)
private func byteSum(_ word: UInt64) -> Int {
  Int((word &* ones) >> 56)
}

extension TextCounter {
  /// Counts whole blocks of eight ASCII bytes and returns where they end.
  private mutating func countASCII(_ chunk: Span<UInt8>, from start: Int) -> Int {
    let bytes = unsafe chunk.bytes
    var position = start
    // In these words the high bit of byte i speaks of byte i; shifted by eight, of the one before.
    var inWord: UInt64 = isInWord ? 0x80 : 0
    var afterReturn: UInt64 = followsCarriageReturn ? 0x80 : 0
    var lastWord: UInt64 = 0
    var (words, lines, returns) = (0, 0, 0)
    while position <= bytes.byteCount - 8 {
      // SAFETY: the loop's condition leaves eight bytes from `position` on; any bits are a UInt64.
      let word = unsafe UInt64(
        littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      )
      guard word & highBits == 0 else { break }
      let spaces =
        (atLeast(0x09, word) & ~atLeast(0x0E, word))
        | (atLeast(0x1C, word) & ~atLeast(0x21, word))
      let inside = ~spaces & highBits
      words += byteSum((inside & ~(inside << 8 | inWord)) >> 7)
      inWord = inside >> 56
      let feeds = equal(0x0A, word)
      let carriageReturns = equal(0x0D, word)
      lines += byteSum(((feeds & ~(carriageReturns << 8 | afterReturn)) | carriageReturns) >> 7)
      returns += byteSum(carriageReturns >> 7)
      afterReturn = carriageReturns >> 56
      lastWord = word
      position += 8
    }
    guard position > start else { return start }
    if counts.characterCount == 0, isWhiteSpace(UInt32(chunk[start])) { beginsWithSpace = true }
    counts.byteCount += position - start
    counts.characterCount += position - start
    counts.wordCount += words
    counts.lineCount += lines
    counts.carriageReturnCount += returns
    isInInvalidRun = false
    isInWord = inWord != 0
    followsCarriageReturn = afterReturn != 0
    let last = UInt8(lastWord >> 56)
    isInLine = last != 0x0A && last != 0x0D
    return position
  }
}
