/// Why the counts of an order give no discounts.
public enum DiscountFailure: Sendable, Hashable {
  /// No n-gram of the order has this adjusted count, one of 1, 2 and 3.
  case noNGramsCounted(Int)

  /// The formula gives a discount below 0 or above the count it is taken from.
  case outOfRange(count: Int, discount: Double)
}

extension DiscountFailure: CustomStringConvertible {
  /// The failure in words.
  public var description: String {
    switch self {
    case .noNGramsCounted(let count):
      return "no n-gram has adjusted count \(count)"
    case .outOfRange(let count, let discount):
      // Four decimals say enough; the formula's last digits are noise.
      return "the discount for count \(count) would be \((discount * 1e4).rounded() / 1e4)"
    }
  }
}

/// What is taken off the adjusted counts of one order to make room for the unseen.
///
/// With n_j n-grams of adjusted count j and Y = n₁ / (n₁ + 2 n₂), the discount for count j is
/// D_j = j − (j + 1) Y n_{j+1} / n_j; counts of three and more share D₃. From Chen and Goodman,
/// "An empirical study of smoothing techniques for language modeling", 1998, equation 26.
public struct Discounts: Sendable, Hashable {
  /// The discount for adjusted count 1.
  public let one: Double

  /// The discount for adjusted count 2.
  public let two: Double

  /// The discount for adjusted counts of 3 and more.
  public let threeOrMore: Double

  /// Why these are the fallback discounts; `nil` when the formula gave them.
  public let failure: DiscountFailure?

  /// Computes the discounts of an order.
  ///
  /// - Parameter countsOfCounts: How many n-grams have adjusted count 1, 2, 3 and 4.
  init(countsOfCounts: [Int]) {
    let n = [0] + countsOfCounts.map(Double.init)
    let shrinkage = n[1] / (n[1] + 2 * n[2])
    var values: [Double] = []
    var failure: DiscountFailure?
    for count in 1...3 where failure == nil {
      if n[count] == 0 {
        failure = .noNGramsCounted(count)
        break
      }
      let value = Double(count) - Double(count + 1) * shrinkage * n[count + 1] / n[count]
      if !(0...Double(count)).contains(value) {
        failure = .outOfRange(count: count, discount: value)
      }
      values.append(value)
    }
    if failure != nil { values = [0.5, 1, 1.5] }
    (one, two, threeOrMore) = (values[0], values[1], values[2])
    self.failure = failure
  }

  /// The discount for an adjusted count of at least 1.
  @inline(__always)
  func discount(for count: UInt32) -> Double {
    count == 1 ? one : count == 2 ? two : threeOrMore
  }
}
