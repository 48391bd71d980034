/// How values are laid out along an axis.
public enum AxisScale: Sendable, Hashable, CaseIterable {
  /// Equal differences take equal room.
  case linear
  /// Equal ratios take equal room; every value is positive.
  case logarithmic
}

/// One direction of a chart: what it shows, from where to where, on which scale.
///
///     let axis = Axis(label: "training tokens D", scale: .logarithmic, range: 1e8...1e12)
///     axis.fraction(of: 1e10)   // 0.5
public struct Axis: Sendable, Hashable {
  /// What the axis shows, with its unit.
  public var label: ChartText
  /// How values are laid out.
  public let scale: AxisScale
  /// The values at the two ends.
  public let range: ClosedRange<Double>

  /// Creates an axis over a range.
  ///
  /// - Precondition: Both bounds are finite and differ; on a logarithmic scale both are above 0.
  public init(label: ChartText, scale: AxisScale = .linear, range: ClosedRange<Double>) {
    precondition(
      range.lowerBound.isFinite && range.upperBound.isFinite,
      "an axis needs finite bounds, found \(range)"
    )
    precondition(range.lowerBound < range.upperBound, "an axis needs some length, found \(range)")
    precondition(
      scale == .linear || range.lowerBound > 0,
      "a logarithmic axis needs bounds above 0, found \(range)"
    )
    self.label = label
    self.scale = scale
    self.range = range
  }

  /// Creates an axis that shows all of some values, with room at both ends.
  ///
  /// Values that the scale cannot show (not finite; not above 0 on a logarithmic one) are left
  /// out. One value alone, or none, still gives a range.
  ///
  /// - Parameters:
  ///   - label: What the axis shows.
  ///   - scale: How values are laid out.
  ///   - values: What has to fit.
  ///   - padding: The room at each end, as a fraction of the length between the extremes.
  public init(
    label: ChartText,
    scale: AxisScale = .linear,
    covering values: some Sequence<Double>,
    padding: Double = 0.05
  ) {
    let shown = values.filter { $0.isFinite && (scale == .linear || $0 > 0) }
    let positions = shown.map { scale.position(of: $0) }
    var low = positions.min() ?? 0
    var high = positions.max() ?? 1
    if high - low <= 1e-9 * max(abs(low), abs(high)) {
      let half = scale == .linear ? max(abs(low), 1) * 0.5 : 0.5
      (low, high) = (low - half, high + half)
    } else {
      (low, high) = (low - padding * (high - low), high + padding * (high - low))
    }
    let bounds = (scale.value(at: low), scale.value(at: high))
    let tiny = Double.leastNormalMagnitude
    let huge = Double.greatestFiniteMagnitude
    let floor = scale == .linear ? -huge : tiny
    self.init(label: label, scale: scale, range: max(bounds.0, floor)...min(bounds.1, huge))
  }
}

// MARK: - Positions

extension AxisScale {
  /// The place of a value on a line where equal steps take equal room.
  func position(of value: Double) -> Double {
    self == .linear ? value : logarithm10(value)
  }

  /// The value at a place on that line.
  func value(at position: Double) -> Double {
    self == .linear ? position : exponential10(position)
  }
}

extension Axis {
  /// Where a value stands: 0 at the lower end, 1 at the upper, beyond them outside.
  public func fraction(of value: Double) -> Double {
    let low = scale.position(of: range.lowerBound)
    // Divided before subtracting, a linear axis near the limits of Double does not overflow.
    let length = scale.position(of: range.upperBound) / 2 - low / 2
    return (scale.position(of: value) / 2 - low / 2) / length
  }

  /// The value at a fraction of the length.
  public func value(at fraction: Double) -> Double {
    let low = scale.position(of: range.lowerBound)
    let high = scale.position(of: range.upperBound)
    return scale.value(at: low * (1 - fraction) + high * fraction)
  }

  /// Values that divide the axis into `count - 1` equal lengths, both ends included.
  public func spaced(_ count: Int) -> [Double] {
    guard count > 1 else { return [range.lowerBound] }
    return (0..<count).map { index in
      if index == 0 { return range.lowerBound }
      if index == count - 1 { return range.upperBound }
      return value(at: Double(index) / Double(count - 1))
    }
  }
}
