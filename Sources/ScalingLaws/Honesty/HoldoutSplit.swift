/// Runs split by their compute: the small ones to fit, the large ones to predict.
public struct HoldoutSplit: Sendable, Hashable {
  /// The runs of the smallest compute, by index, in the table's order.
  public var training: [Int]

  /// The runs of the largest compute, by index, in the table's order.
  public var heldOut: [Int]

  /// Splits runs: ⌊(1 − share) n⌋ of the least N D train, the rest are held out.
  ///
  /// Compute is k N D whatever a column says of it; k does not change the order. Of equal ones the
  /// earlier in the table train.
  ///
  /// - Precondition: `share` lies between 0 and 1.
  public init(_ runs: [Run], heldOutShare share: Double) {
    precondition(share > 0 && share < 1, "a held-out share lies between 0 and 1")
    let order = runs.indices.sorted { first, second in
      let (one, two) = (runs[first].product, runs[second].product)
      return one == two ? first < second : one < two
    }
    // A share such as 0.2 is not exactly its decimal: 0.8 · 35 is 28 and not 27.999….
    let count = min(runs.count - 1, Int((1 - share) * Double(runs.count) * (1 + 4 * .ulpOfOne)))
    training = order.prefix(max(0, count)).sorted()
    heldOut = order.dropFirst(max(0, count)).sorted()
  }
}

extension Run {
  /// N D.
  var product: Double { parameters * tokens }
}

extension RunTable {
  /// The table with some of its runs only.
  ///
  /// Warnings of the reading are left out: they are the whole table's.
  func selecting(_ indices: [Int]) -> RunTable {
    var table = self
    table.runs = indices.map { runs[$0] }
    table.warnings = []
    return table
  }
}
