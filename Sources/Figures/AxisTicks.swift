/// A mark on an axis.
public struct Tick: Sendable, Hashable {
  /// The value it marks, the nearest double to its decimal form.
  public var value: Double
  /// What is written beside it; `nil` for a minor tick.
  public var label: ChartText?

  /// Creates a tick.
  public init(value: Double, label: ChartText? = nil) {
    self.value = value
    self.label = label
  }

  /// Whether the tick is labeled.
  public var isMajor: Bool { label != nil }
}

extension Axis {
  /// Round values along the axis, labeled, with unlabeled ones between, in rising order.
  ///
  /// A linear axis has steps of 1, 2 or 5 times a power of ten. A logarithmic one has powers of
  /// ten (10⁹), every second or third where there are many; below two decades it has 1, 2 and 5
  /// times powers of ten, and below one third of a decade the steps of a linear axis.
  ///
  /// - Parameter count: About how many labels there should be, at least 2.
  /// - Returns: Ticks inside the range, ends included.
  public func ticks(about count: Int = 6) -> [Tick] {
    let wanted = max(count, 2)
    switch scale {
    case .linear: return linearTicks(about: wanted)
    case .logarithmic: return logarithmicTicks(about: wanted)
    }
  }

  // MARK: Linear

  private func linearTicks(about count: Int) -> [Tick] {
    let step = RoundStep(near: range.upperBound / Double(count) - range.lowerBound / Double(count))
    let values = step.multiples(in: range)
    let largest = values.map(abs).max() ?? 0
    let usesPowers = largest >= 1e6 || step.value < 1e-6
    return values.map { value in
      let label =
        usesPowers
        ? scientificLabel(value, step: step)
        : ChartText(DecimalText.withMinus(DecimalText.fixed(value, decimals: step.decimals)))
      return Tick(value: value, label: label)
    }
  }

  /// `2.5×10⁹`, with as many decimals as the step needs relative to the value's own power.
  private func scientificLabel(_ value: Double, step: RoundStep) -> ChartText {
    guard value != 0 else { return "0" }
    let exponent = DecimalText.scientificParts(of: abs(value)).exponent
    let mantissa = value / DecimalText.powerOfTen(exponent)
    let decimals = max(0, min(12, exponent - step.exponent))
    return Self.power(
      DecimalText.withMinus(DecimalText.fixed(mantissa, decimals: decimals, keepsZeros: false)),
      exponent
    )
  }

  // MARK: Logarithmic

  private func logarithmicTicks(about count: Int) -> [Tick] {
    let first = DecimalText.floorLog10(range.lowerBound)
    let last = DecimalText.floorLog10(range.upperBound)
    let powers = (first...last).filter { range.contains(DecimalText.powerOfTen($0)) }
    if powers.count >= 3 { return decadeTicks(powers: powers, from: first, to: last, count: count) }
    let few = mantissaTicks([1, 2, 5], from: first, to: last)
    if few.filter(\.isMajor).count >= 3 { return few }
    return linearTicks(about: count)
  }

  private func decadeTicks(powers: [Int], from first: Int, to last: Int, count: Int) -> [Tick] {
    let stride = (powers.count + count) / (count + 1)
    if stride == 1 { return mantissaTicks([1], from: first, to: last) }
    return powers.map { exponent in
      // Labels stand at multiples of the stride, so that two charts of one quantity agree.
      let isLabeled = exponent.isMultiple(of: stride)
      return Tick(
        value: DecimalText.powerOfTen(exponent),
        label: isLabeled ? Self.power("1", exponent) : nil
      )
    }
  }

  /// Ticks at 1 to 9 times each power of ten, labeled where `labeled` holds the factor.
  private func mantissaTicks(_ labeled: [Int], from first: Int, to last: Int) -> [Tick] {
    (first...last).flatMap { exponent in
      (1...9).compactMap { factor in
        guard let value = Double("\(factor)e\(exponent)"), range.contains(value) else { return nil }
        guard labeled.contains(factor) else { return Tick(value: value) }
        return Tick(value: value, label: Self.label(factor, exponent))
      }
    }
  }

  // MARK: Labels

  /// A factor times a power of ten: plain digits from 0.001 to 10 000, a power outside.
  private static func label(_ factor: Int, _ exponent: Int) -> ChartText {
    guard (-3...3).contains(exponent) else { return power("\(factor)", exponent) }
    let value = Double("\(factor)e\(exponent)") ?? 0
    return ChartText(DecimalText.fixed(value, decimals: max(0, -exponent)))
  }

  private static func power(_ mantissa: String, _ exponent: Int) -> ChartText {
    let ten = ChartText("10") + .superscript(DecimalText.withMinus("\(exponent)"))
    return mantissa == "1" ? ten : ChartText(mantissa + "×") + ten
  }
}

/// A step of 1, 2 or 5 times a power of ten, kept in whole numbers so that its multiples are exact.
package struct RoundStep: Sendable, Hashable {
  /// 1, 2 or 5.
  package var factor: Int
  /// The power of ten.
  package var exponent: Int

  /// The such step nearest to `length` in ratio; `length` is finite and above 0.
  package init(near length: Double) {
    let limit = max(length, 1e-300)
    exponent = DecimalText.floorLog10(limit)
    // The borders are the geometric means √2, √10, √50 of neighboring steps.
    switch limit / DecimalText.powerOfTen(exponent) {
    case ..<2.0.squareRoot(): factor = 1
    case ..<10.0.squareRoot(): factor = 2
    case ..<50.0.squareRoot(): factor = 5
    default: (factor, exponent) = (1, exponent + 1)
    }
  }

  /// The length of the step.
  package var value: Double { multiple(1) }

  /// The decimals its multiples need.
  package var decimals: Int { min(max(0, -exponent), 12) }

  /// The nearest double to `index` steps.
  package func multiple(_ index: Int) -> Double {
    // Dividing by an exact power rounds once; multiplying by 0.1 would round twice.
    let whole = Double(index) * Double(factor)
    return exponent < 0
      ? whole / DecimalText.powerOfTen(-exponent) : whole * DecimalText.powerOfTen(exponent)
  }

  /// The multiples inside a range, ends included; none where there would be over a thousand, or
  /// where doubles are too coarse to tell them apart.
  package func multiples(in range: ClosedRange<Double>) -> [Double] {
    let first = (range.lowerBound / value).rounded(.up)
    let last = (range.upperBound / value).rounded(.down)
    guard abs(first) < 1e15, abs(last) < 1e15, first <= last, last - first < 1000 else {
      return []
    }
    return (Int(first) - 1...Int(last) + 1).map(multiple).filter(range.contains)
  }

  /// The next smaller step.
  private var finer: RoundStep {
    var step = self
    switch factor {
    case 5: step.factor = 2
    case 2: step.factor = 1
    default: (step.factor, step.exponent) = (5, exponent - 1)
    }
    return step
  }

  /// The multiple of the largest step that a range holds, the nearest to `target` of several.
  package static func roundest(in range: ClosedRange<Double>, near target: Double) -> Double {
    var step = RoundStep(near: 5 * (range.upperBound - range.lowerBound))
    // Each three steps are ten times finer: a step smaller than the range is reached at once.
    for _ in 0..<9 {
      let multiples = step.multiples(in: range)
      if let nearest = multiples.min(by: { abs($0 - target) < abs($1 - target) }) {
        return nearest
      }
      step = step.finer
    }
    return target
  }
}
