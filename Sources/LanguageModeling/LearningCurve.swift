/// How the loss of a model that learns as it reads falls along a text.
public struct LearningCurve: Sendable, Hashable {
  /// The loss between two places of the text.
  public struct Segment: Sendable, Hashable {
    /// Where the segment ends, in bytes from the beginning of the text.
    public var endOffset: Int

    /// How many bytes it holds.
    public var byteCount: Int

    /// The mean loss within it, in nats per byte.
    public var natsPerByte: Double
  }

  /// The segments in text order, each ending at twice the offset of the one before.
  public private(set) var segments: [Segment] = []

  private var startOffset = 0
  private var startNats = 0.0
  private var nextEnd = 1024

  /// Creates an empty curve.
  public init() {}

  /// The curve in a few segments: the last ones as they are, all before them as one.
  public func summarized(inAtMost count: Int) -> [Segment] {
    guard segments.count > count, count > 0 else { return segments }
    let merged = segments.dropLast(count - 1)
    let byteCount = merged.reduce(0) { $0 + $1.byteCount }
    let nats = merged.reduce(0) { $0 + $1.natsPerByte * Double($1.byteCount) }
    let first = Segment(
      endOffset: byteCount,
      byteCount: byteCount,
      natsPerByte: nats / Double(byteCount)
    )
    return [first] + segments.suffix(count - 1)
  }

  /// Whether a place ends the current segment.
  func isDue(at offset: Int) -> Bool { offset >= nextEnd }

  /// Ends the current segment at a place where the text's total loss is known.
  mutating func endSegment(at offset: Int, totalNats: Double) {
    guard offset > startOffset else { return }
    let byteCount = offset - startOffset
    let natsPerByte = (totalNats - startNats) / Double(byteCount)
    segments.append(Segment(endOffset: offset, byteCount: byteCount, natsPerByte: natsPerByte))
    (startOffset, startNats) = (offset, totalNats)
    while nextEnd <= offset { nextEnd *= 2 }
  }
}
