import IsoLoss

/// The ids of a text that is read and encoded in portions, on all threads.
struct TextPortions {
  /// How many bytes were read.
  private(set) var byteCount = 0

  /// The first of them, to guess at mistaken input.
  private(set) var firstBytes: [UInt8] = []

  /// What errors and warnings call the text.
  let name: String

  private var source: any ByteSource
  private var stream: any TokenEncoding
  private let context: CommandContext
  private let progress: ProgressLine
  private var isAtEnd = false

  /// How many bytes are read for each thread before they are encoded: a part for each, since all that
  /// is made of a portion is in memory at once.
  private static let portion = 1 << 18

  /// Begins to read a text.
  init(
    _ source: any ByteSource,
    name: String,
    _ tokenizer: any Tokenizer,
    _ specialTokens: SpecialTokenPolicy = .text,
    in context: CommandContext
  ) {
    self.source = source
    self.name = name
    self.context = context
    stream = tokenizer.makeStream(specialTokens: specialTokens)
    progress = ProgressLine(
      "encode \(name)",
      totalByteCount: source.byteCountIfKnown,
      in: context
    )
  }

  /// Reads on.
  ///
  /// - Parameter take: Gets the bytes that were read.
  /// - Returns: The next ids; `nil` behind the last.
  /// - Throws: `FileError`, `Interruption`, and ``CommandError`` for a forbidden special token.
  mutating func next(_ take: ([UInt8]) -> Void = { _ in }) throws -> [TokenID]? {
    guard !isAtEnd else {
      progress.finish()
      return nil
    }
    let end = byteCount + Self.portion * context.kernels.pool.threadCount
    while byteCount < end {
      try context.interruption.check()
      let chunk = try source.nextChunk()
      isAtEnd = chunk.isEmpty
      if isAtEnd { break }
      byteCount += chunk.count
      if firstBytes.count < 512 { firstBytes += chunk.prefix(512 - firstBytes.count) }
      take(chunk)
      stream.append(chunk)
    }
    defer { progress.update(byteCount: byteCount) }
    do throws(SpecialTokenError) {
      let ids = try stream.encode([], pool: context.kernels.pool)
      return isAtEnd ? ids + (try stream.finish()) : ids
    } catch {
      progress.finish()
      throw CommandError("\(name): \(error)")
    }
  }
}
