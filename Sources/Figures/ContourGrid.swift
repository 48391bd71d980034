/// A point of a chart, in the units of its axes or, while drawing, in pixels.
public struct ChartPoint: Sendable, Hashable {
  /// The horizontal coordinate.
  public var x: Double
  /// The vertical coordinate.
  public var y: Double

  /// Creates a point.
  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// A piece of the curve on which a function has one value.
public struct ContourLine: Sendable, Hashable {
  /// The value of the function.
  public var level: Double
  /// The corners, in the units of the axes; a closed line repeats its first at the end.
  public var points: [ChartPoint]

  /// Creates a contour line.
  public init(level: Double, points: [ChartPoint]) {
    self.level = level
    self.points = points
  }

  /// Whether the line ends where it began.
  public var isClosed: Bool { points.count > 2 && points.first == points.last }
}

/// A function of two variables, sampled at equal steps along two axes.
///
/// On logarithmic axes the steps are equal in the logarithm, and so is the interpolation between
/// them: a power law, whose logarithm is linear there, comes out straight.
///
///     let grid = ContourGrid(horizontal: n, vertical: d) { law.loss(parameters: $0, tokens: $1) }
///     let lines = grid.contours(at: 2.5)
public struct ContourGrid: Sendable, Hashable {
  /// The horizontal axis.
  public let horizontal: Axis
  /// The vertical axis.
  public let vertical: Axis
  /// How many samples stand in a row.
  public let columns: Int
  /// How many rows there are.
  public let rows: Int
  /// The samples, shape (rows, columns), the lowest row first.
  public let values: [Double]

  /// Samples a function over the rectangle of two axes.
  ///
  /// - Parameters:
  ///   - horizontal: The axis of the first argument.
  ///   - vertical: The axis of the second argument.
  ///   - columns: Samples along the horizontal axis.
  ///   - rows: Samples along the vertical axis.
  ///   - function: The function; where it is not finite, no contour passes.
  /// - Precondition: There are at least two columns and two rows.
  public init(
    horizontal: Axis,
    vertical: Axis,
    columns: Int = 161,
    rows: Int = 161,
    function: (Double, Double) -> Double
  ) {
    precondition(columns >= 2 && rows >= 2, "a grid needs two columns and two rows")
    self.horizontal = horizontal
    self.vertical = vertical
    self.columns = columns
    self.rows = rows
    let xs = horizontal.spaced(columns)
    values = vertical.spaced(rows).flatMap { y in xs.map { function($0, y) } }
  }

  /// The lines on which the function has a value, in a fixed order.
  ///
  /// Marching squares: on each edge between samples on either side of the level, the crossing is
  /// interpolated; crossings that share a cell are joined. In a cell crossed four times, the
  /// saddle value of the bilinear interpolant says which corners hang together (the asymptotic
  /// decider of Nielson and Hamann, 1991).
  ///
  /// - Complexity: O(`rows` · `columns`).
  public func contours(at level: Double) -> [ContourLine] {
    var tracer = ContourTracer(grid: self, level: level)
    return tracer.trace()
  }
}
