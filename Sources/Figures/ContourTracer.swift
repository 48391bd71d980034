/// Finds the contour lines of one level; see ``ContourGrid/contours(at:)``.
///
/// Each edge of the grid has a number and is crossed at most once, so a crossing is known by its
/// edge: two cells that share an edge meet in the very same point, and lines join without any
/// comparison of coordinates.
struct ContourTracer {
  private let grid: ContourGrid
  private let level: Double
  /// The edges joined to each crossed edge: at most one from each side of it.
  private var neighbors: [Int: [Int]] = [:]

  init(grid: ContourGrid, level: Double) {
    self.grid = grid
    self.level = level
  }

  mutating func trace() -> [ContourLine] {
    for row in 0..<(grid.rows - 1) {
      for column in 0..<(grid.columns - 1) { joinCrossings(row: row, column: column) }
    }
    // Open lines first, from their ends, so that no walk starts in the middle of one.
    let edges = neighbors.keys.sorted()
    let ends = edges.filter { neighbors[$0]?.count == 1 }
    return (ends + edges).compactMap { walk(from: $0) }
  }

  // MARK: Edges

  /// The edge from a sample to its right neighbor.
  private func horizontalEdge(_ row: Int, _ column: Int) -> Int {
    2 * (row * grid.columns + column)
  }

  /// The edge from a sample to the one above it.
  private func verticalEdge(_ row: Int, _ column: Int) -> Int {
    2 * (row * grid.columns + column) + 1
  }

  private func value(_ row: Int, _ column: Int) -> Double {
    grid.values[row * grid.columns + column]
  }

  /// Where the level is crossed on an edge, interpolated between its two samples.
  private func crossing(_ edge: Int) -> ChartPoint {
    let (row, column) = (edge / 2 / grid.columns, edge / 2 % grid.columns)
    let isVertical = edge % 2 == 1
    let low = value(row, column)
    let high = isVertical ? value(row + 1, column) : value(row, column + 1)
    let part = (level - low) / (high - low)
    let x = (Double(column) + (isVertical ? 0 : part)) / Double(grid.columns - 1)
    let y = (Double(row) + (isVertical ? part : 0)) / Double(grid.rows - 1)
    return ChartPoint(x: grid.horizontal.value(at: x), y: grid.vertical.value(at: y))
  }

  // MARK: Cells

  private mutating func joinCrossings(row: Int, column: Int) {
    // Corners counterclockwise from the lower left; edge k leads from corner k to the next.
    let corners = [
      value(row, column), value(row, column + 1),
      value(row + 1, column + 1), value(row + 1, column),
    ]
    guard corners.allSatisfy(\.isFinite) else { return }
    let edges = [
      horizontalEdge(row, column), verticalEdge(row, column + 1),
      horizontalEdge(row + 1, column), verticalEdge(row, column),
    ]
    let isAbove = corners.map { $0 >= level }
    let crossed = (0..<4).filter { isAbove[$0] != isAbove[($0 + 1) % 4] }
    if crossed.count == 2 {
      join(edges[crossed[0]], edges[crossed[1]])
    } else if crossed.count == 4 {
      // Cut off the corners that differ from the middle: 0 and 2, or 1 and 3. Edges 3 and 0
      // meet in corner 0.
      let cutsEvenCorners = isAbove[0] != (saddleValue(corners) >= level)
      join(edges[cutsEvenCorners ? 3 : 0], edges[cutsEvenCorners ? 0 : 1])
      join(edges[cutsEvenCorners ? 1 : 2], edges[cutsEvenCorners ? 2 : 3])
    }
  }

  /// The value at the saddle point of the bilinear interpolant.
  ///
  /// With the corners alternately above and below the level the divisor is not zero.
  private func saddleValue(_ corners: [Double]) -> Double {
    let (a, b, c, d) = (corners[0], corners[1], corners[2], corners[3])
    return (a * c - b * d) / (a + c - b - d)
  }

  private mutating func join(_ first: Int, _ second: Int) {
    neighbors[first, default: []].append(second)
    neighbors[second, default: []].append(first)
  }

  // MARK: Lines

  /// Follows the line that starts at an edge and removes it; `nil` when it was followed before.
  private mutating func walk(from start: Int) -> ContourLine? {
    guard var next = neighbors[start]?.first else { return nil }
    var points = [crossing(start)]
    var current = start
    while true {
      unlink(current, next)
      points.append(crossing(next))
      current = next
      guard let onward = neighbors[current]?.first else { break }
      next = onward
    }
    return ContourLine(level: level, points: points)
  }

  private mutating func unlink(_ first: Int, _ second: Int) {
    remove(second, from: first)
    remove(first, from: second)
  }

  private mutating func remove(_ edge: Int, from other: Int) {
    guard let index = neighbors[other]?.firstIndex(of: edge) else { return }
    neighbors[other]?.remove(at: index)
  }
}
