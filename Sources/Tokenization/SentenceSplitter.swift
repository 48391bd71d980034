/// Cuts a text into the tokens of an n-gram model, chunk by chunk.
///
/// A sentence is a line, ended by a newline (byte 0A) and by nothing else; each newline is handed
/// on as the sentence end, and so is the end of an unterminated last line. How the text is cut
/// into chunks never changes a token.
///
/// Words end at ASCII white space: space, tab, vertical tab, form feed, carriage return. This is
/// the set KenLM's `query` splits at; its `lmplz` splits at NUL too and keeps vertical tab and
/// form feed in words. Carriage returns belong to the text in byte and character units; word units
/// drop them and count those before a newline.
public struct SentenceSplitter: Sendable {
  /// How many bytes of one token are kept; the rest of a longer token is counted, not held.
  ///
  /// It bounds memory on input that is no text at all. A token longer than this comes with its
  /// true length and only its first bytes.
  public static let longestKeptToken = 1 << 20

  /// What is taken for one token.
  public let unit: TextUnit

  /// Whether words determine the white space between them; regular in the other units.
  public private(set) var spacing = LineSpacing()

  /// The carriage returns directly before a newline that word units drop.
  public private(set) var droppedCarriageReturnCount = 0

  /// The bytes before the current chunk.
  private var offset = 0
  private var isInLine = false
  private var lineHasWords = false
  private var followsCarriageReturn = false

  /// The beginning of a word that the next chunk may go on with, or the open run of invalid UTF-8.
  private var open: [UInt8] = []
  private var openLength = 0

  /// The beginning of a UTF-8 sequence that the next bytes may complete.
  private var sequence = UTF8Sequence()
  private var sequenceBytes: [UInt8] = []

  /// Creates a splitter at the beginning of a text.
  public init(unit: TextUnit) {
    self.unit = unit
  }

  /// Splits the bytes that follow those of the last call.
  ///
  /// - Parameters:
  ///   - chunk: The bytes.
  ///   - receive: Called with each token and its bytes, in text order; for sentence ends without
  ///     bytes.
  /// - Throws: What `receive` throws; the splitter cannot go on after that.
  public mutating func split<Failure>(
    _ chunk: Span<UInt8>,
    receive: (SentenceToken, Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    switch unit {
    case .byte: try splitBytes(chunk, receive: receive)
    case .character: try splitCharacters(chunk, receive: receive)
    case .word: try splitWords(chunk, receive: receive)
    }
    offset += chunk.count
  }

  /// Ends the text: hands on the last token and, for an unterminated line, its end.
  ///
  /// - Throws: What `receive` throws.
  public mutating func finish<Failure>(
    receive: (SentenceToken, Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    if sequence.isOpen { breakSequence() }
    try handOnOpen(before: offset, receive: receive)
    guard isInLine else { return }
    if unit == .word { spacing.close(lineHasWords ? .trailing : .blank, at: offset) }
    isInLine = false
    let end = SentenceToken(byteOffset: offset, byteLength: 0, isSentenceEnd: true)
    try receive(end, Span())
  }
}

// MARK: - Bytes

extension SentenceSplitter {
  private mutating func splitBytes<Failure>(
    _ chunk: Span<UInt8>,
    receive: (SentenceToken, Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    for position in chunk.indices {
      try handOn(chunk, position..<position + 1, receive: receive)
    }
  }

  /// Hands on a token that lies within the chunk; a newline becomes the sentence end.
  @inline(__always)
  private mutating func handOn<Failure>(
    _ chunk: Span<UInt8>,
    _ range: Range<Int>,
    receive: (SentenceToken, Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let isNewline = range.count == 1 && chunk[range.lowerBound] == 0x0A
    isInLine = !isNewline
    let token = SentenceToken(
      byteOffset: offset + range.lowerBound,
      byteLength: range.count,
      isSentenceEnd: isNewline
    )
    try receive(token, isNewline ? Span() : chunk.extracting(range))
  }

  /// Hands on what is held in `open`, whose last byte stands before `end`.
  @inline(__always)
  private mutating func handOnOpen<Failure>(
    before end: Int,
    receive: (SentenceToken, Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    guard openLength > 0 else { return }
    let token = SentenceToken(byteOffset: end - openLength, byteLength: openLength)
    isInLine = true
    lineHasWords = true
    openLength = 0
    try receive(token, open.span)
    open.removeAll(keepingCapacity: true)
  }

  /// Adds bytes to the open token, of which at most ``longestKeptToken`` are held.
  private mutating func extendOpen(_ bytes: Span<UInt8>) {
    for index in 0..<min(bytes.count, max(0, Self.longestKeptToken - open.count)) {
      open.append(bytes[index])
    }
    openLength += bytes.count
  }
}

// MARK: - Characters

extension SentenceSplitter {
  private mutating func splitCharacters<Failure>(
    _ chunk: Span<UInt8>,
    receive: (SentenceToken, Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    for position in chunk.indices {
      let byte = chunk[position]
      var step = sequence.take(byte)
      if step == .broken {
        breakSequence()
        step = sequence.take(byte)
      }
      switch step {
      case .complete:
        let start = offset + position + 1 - sequence.length
        try handOnOpen(before: start, receive: receive)
        if sequence.length == 1 {
          try handOn(chunk, position..<position + 1, receive: receive)
        } else {
          isInLine = true
          sequenceBytes.append(byte)
          let token = SentenceToken(byteOffset: start, byteLength: sequence.length)
          try receive(token, sequenceBytes.span)
          sequenceBytes.removeAll(keepingCapacity: true)
        }
      case .incomplete: sequenceBytes.append(byte)
      case .invalid: extendOpen(chunk.extracting(position..<position + 1))
      case .broken: break
      }
    }
  }

  /// Moves the bytes of a sequence that broke off to the open run of invalid ones.
  private mutating func breakSequence() {
    let bytes = sequenceBytes
    extendOpen(bytes.span)
    sequenceBytes.removeAll(keepingCapacity: true)
    sequence = UTF8Sequence()
  }
}

// MARK: - Words

/// Whether words end at a byte: the white space of the C locale.
@inline(__always)
func isASCIISpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
}

extension SentenceSplitter {
  private mutating func splitWords<Failure>(
    _ chunk: Span<UInt8>,
    receive: (SentenceToken, Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var position = 0
    while position < chunk.count {
      let byte = chunk[position]
      if isASCIISpace(byte) {
        try handOnOpen(before: offset + position, receive: receive)
        try takeSpace(byte, at: offset + position, receive: receive)
        position += 1
        continue
      }
      let start = position
      repeat { position += 1 } while position < chunk.count && !isASCIISpace(chunk[position])
      if openLength == 0 {
        spacing.close(lineHasWords ? .inner : .leading, at: offset + start)
      }
      followsCarriageReturn = false
      if openLength > 0 || position == chunk.count {
        extendOpen(chunk.extracting(start..<position))
      } else {
        isInLine = true
        lineHasWords = true
        let token = SentenceToken(byteOffset: offset + start, byteLength: position - start)
        try receive(token, chunk.extracting(start..<position))
      }
    }
  }

  @inline(__always)
  private mutating func takeSpace<Failure>(
    _ byte: UInt8,
    at offset: Int,
    receive: (SentenceToken, Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    guard byte == 0x0A else {
      spacing.extend(byte)
      followsCarriageReturn = byte == 0x0D
      isInLine = true
      return
    }
    if followsCarriageReturn { droppedCarriageReturnCount += 1 }
    followsCarriageReturn = false
    spacing.close(lineHasWords ? .trailing : .blank, at: offset)
    isInLine = false
    lineHasWords = false
    try receive(SentenceToken(byteOffset: offset, byteLength: 1, isSentenceEnd: true), Span())
  }
}
