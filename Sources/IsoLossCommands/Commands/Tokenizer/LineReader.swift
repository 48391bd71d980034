import IsoLoss

/// Cuts a source into lines, of which it holds one at a time.
struct LineReader {
  /// The number of the line at hand, counted from 1.
  private(set) var number = 0

  private var source: any ByteSource
  private var pending: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  private let limit: Int
  private let waiting: () throws -> Void

  /// Begins to read lines.
  ///
  /// - Parameters:
  ///   - source: The input.
  ///   - name: What errors call it.
  ///   - limit: The longest line, in bytes.
  ///   - waiting: Called before the source is asked for more.
  init(
    _ source: any ByteSource,
    name: String,
    limit: Int,
    waiting: @escaping () throws -> Void
  ) {
    self.source = source
    self.name = name
    self.limit = limit
    self.waiting = waiting
  }

  /// What errors call the source.
  let name: String

  /// What errors call the line at hand.
  var place: String { "\(name):\(number)" }

  /// The next line without its LF or CRLF; `nil` at the end.
  ///
  /// - Throws: `FileError`, ``CommandError`` for a line beyond the limit, and what `waiting` throws.
  mutating func next() throws -> [UInt8]? {
    var searched = position
    while true {
      if let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = end + 1 }
        return line(endingAt: end)
      }
      if isAtEnd {
        guard position < pending.count else { return nil }
        defer { position = pending.count }
        return line(endingAt: pending.count)
      }
      guard pending.count - position <= limit else {
        throw CommandError(
          "\(name):\(number + 1): expected lines of at most \(limit) bytes, found a longer one"
        )
      }
      pending.removeSubrange(..<position)
      position = 0
      searched = pending.count
      try waiting()
      let chunk = try source.nextChunk()
      isAtEnd = chunk.isEmpty
      pending += chunk
    }
  }

  private mutating func line(endingAt end: Int) -> [UInt8] {
    number += 1
    var line = Array(pending[position..<end])
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line
  }
}
