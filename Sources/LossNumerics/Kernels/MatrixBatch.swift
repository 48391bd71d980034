/// Many products of one shape: how far apart their operands lie.
///
/// A step of zero uses one operand in every product.
public struct MatrixBatch: Sendable, Hashable {
  /// How many products there are.
  public var count: Int

  /// The distance from one A to the next, in elements.
  public var leftStep: Int

  /// The distance from one B to the next.
  public var rightStep: Int

  /// The distance from one C to the next.
  public var resultStep: Int

  /// Creates a batch.
  ///
  /// - Precondition: Nothing is negative.
  public init(count: Int, leftStep: Int, rightStep: Int, resultStep: Int) {
    precondition(
      count >= 0 && leftStep >= 0 && rightStep >= 0 && resultStep >= 0,
      "a batch of \(count) with steps \(leftStep), \(rightStep), \(resultStep) cannot be"
    )
    self.count = count
    self.leftStep = leftStep
    self.rightStep = rightStep
    self.resultStep = resultStep
  }

  /// One product alone.
  public static let one = MatrixBatch(count: 1, leftStep: 0, rightStep: 0, resultStep: 0)
}
