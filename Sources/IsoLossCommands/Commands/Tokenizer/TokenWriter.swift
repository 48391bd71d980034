import IsoLoss

/// Writes the ids of documents in one of the formats.
///
/// A final class because it owns the buffer in front of a file or of standard output.
final class TokenWriter {
  private let format: TokenFileFormat
  private let sink: any TextSink
  private let file: AtomicFile?
  private var buffer: [UInt8] = []
  private var isInDocument = false
  private var hasIDs = false

  private static let flushByteCount = 1 << 16

  /// How many ids are written before the buffer is looked at.
  private static let portion = 1 << 13

  /// Begins to write, to a file that appears when it is committed, or to standard output.
  init(_ format: TokenFileFormat, to path: String?, in context: CommandContext) throws {
    self.format = format
    file = try path.map(context.createFile)
    sink = file ?? context.output
  }

  /// Writes ids of the document at hand.
  func write(_ ids: [TokenID]) throws(FileError) {
    for start in stride(from: 0, to: ids.count, by: Self.portion) {
      append(ids[start..<min(start + Self.portion, ids.count)])
      try flushIfFull()
    }
  }

  private func append(_ ids: ArraySlice<TokenID>) {
    switch format {
    case .text, .jsonl:
      let separator = UInt8(ascii: format == .text ? " " : ",")
      beginDocument()
      for id in ids {
        if hasIDs { buffer.append(separator) }
        hasIDs = true
        buffer.append(decimal: Int(id))
      }
    case .u16, .u32:
      let bitCount: UInt32 = format == .u16 ? 16 : 32
      for id in ids {
        for shift in stride(from: 0, to: bitCount, by: 8) {
          buffer.append(UInt8(truncatingIfNeeded: id >> shift))
        }
      }
    }
  }

  private func beginDocument() {
    if !isInDocument, format == .jsonl { buffer += "{\"ids\":[".utf8 }
    isInDocument = true
  }

  /// Ends the document at hand.
  func endDocument() throws(FileError) {
    beginDocument()
    switch format {
    case .text: buffer.append(UInt8(ascii: "\n"))
    case .jsonl: buffer += "]}\n".utf8
    case .u16, .u32: break
    }
    isInDocument = false
    hasIDs = false
    try flushIfFull()
  }

  /// Writes a document of JSON Lines with the place of each token.
  func write(_ spans: [TokenSpan]) throws(FileError) {
    buffer += "{\"ids\":[".utf8
    try writeList(spans) { $0.append(decimal: Int($1.id)) }
    buffer += "],\"byteOffsets\":[".utf8
    try writeList(spans) { $0.append(range: $1.byteRange) }
    buffer += "],\"scalarOffsets\":[".utf8
    try writeList(spans) { $0.append(range: $1.scalarRange) }
    buffer += "]}\n".utf8
    try flushIfFull()
  }

  private func writeList(
    _ spans: [TokenSpan],
    _ append: (inout [UInt8], TokenSpan) -> Void
  ) throws(FileError) {
    for (index, span) in spans.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: ",")) }
      append(&buffer, span)
      try flushIfFull()
    }
  }

  /// Hands on what is written, so that who waits for an answer gets it.
  func flush() throws(FileError) {
    try sink.write(bytes: buffer)
    buffer.removeAll(keepingCapacity: true)
    if file == nil { try sink.flush() }
  }

  /// Makes a file visible.
  func commit() throws(FileError) {
    try flush()
    try file?.commit()
  }

  private func flushIfFull() throws(FileError) {
    guard buffer.count >= Self.flushByteCount else { return }
    try sink.write(bytes: buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}

extension [UInt8] {
  /// Appends the digits of a number that is not negative.
  fileprivate mutating func append(decimal number: Int) {
    var unit = 1
    while unit <= number / 10 { unit *= 10 }
    while unit > 0 {
      append(UInt8(ascii: "0") + UInt8(number / unit % 10))
      unit /= 10
    }
  }

  /// Appends where a range begins and ends.
  fileprivate mutating func append(range: Range<Int>) {
    append(UInt8(ascii: "["))
    append(decimal: range.lowerBound)
    append(UInt8(ascii: ","))
    append(decimal: range.upperBound)
    append(UInt8(ascii: "]"))
  }
}
