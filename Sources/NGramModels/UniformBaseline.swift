/// The loss of a text when each byte is any of 256, equally likely: eight bits a byte.
public struct UniformBaseline: Sendable, Hashable {
  /// The bytes counted so far.
  public var byteCount = 0

  /// Creates the baseline of an empty text.
  public init() {}

  /// Counts the bytes that follow those of the last call.
  public mutating func count(_ chunk: [UInt8]) {
    byteCount += chunk.count
  }

  /// The text's loss in nats: 8 ln 2 a byte.
  public var totalNats: Double {
    Double(8 * byteCount) * naturalLogarithm(2)
  }
}
