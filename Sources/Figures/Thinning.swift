/// Leaves out what no reader could see, so that a drawing's size does not follow the data's.
enum Thinning {
  /// A line of more corners is thinned.
  static let lineLimit = 4_000

  /// A line of pixels, with at most four corners for each pixel column it passes.
  ///
  /// Of consecutive corners in one column the first, lowest, highest and last stay, which cover
  /// the same pixels (the M4 aggregation of Jugel and others, PVLDB 7, 2014). Places that are not
  /// finite stay, since the line breaks there.
  static func line(_ pixels: [ChartPoint]) -> [ChartPoint] {
    guard pixels.count > lineLimit else { return pixels }
    var kept: [ChartPoint] = []
    var start = 0
    while start < pixels.count {
      var end = start + 1
      let column = pixels[start].x.rounded(.down)
      while end < pixels.count, pixels[end].x.rounded(.down) == column { end += 1 }
      kept += extremes(of: pixels[start..<end])
      start = end
    }
    return kept
  }

  private static func extremes(of column: ArraySlice<ChartPoint>) -> [ChartPoint] {
    guard column.count > 4 else { return Array(column) }
    var (low, high) = (column.startIndex, column.startIndex)
    for index in column.indices {
      if column[index].y < column[low].y { low = index }
      if column[index].y > column[high].y { high = index }
    }
    return Set([column.startIndex, low, high, column.endIndex - 1]).sorted().map { column[$0] }
  }
}

/// The points of a mark that are drawn: all inside the plot or, of very many, one in each cell.
struct ThinnedPoints {
  /// A mark with more visible points is thinned.
  static let limit = 4_000

  /// The index of each drawn point in its mark, with its pixel.
  let drawn: [(index: Int, pixel: ChartPoint)]
  /// How many points are inside the plot.
  let visibleCount: Int
  /// The side of the cells in pixels; 0 where all points are drawn.
  let cellSize: Double

  /// Finds what to draw: the first point of each cell of the smallest grid that suffices.
  ///
  /// Points with a label of their own always stay.
  init(_ mark: PointMark, _ layout: ChartLayout) {
    var visible: [(index: Int, pixel: ChartPoint)] = []
    for (index, point) in mark.points.enumerated() {
      let pixel = layout.pixel(of: point)
      if layout.plot.contains(pixel) { visible.append((index, pixel)) }
    }
    visibleCount = visible.count
    var size = 0.0
    var kept = visible
    while kept.count > Self.limit + mark.labels.count {
      size = size == 0 ? 1 : size * 1.25
      var taken: Set<Cell> = []
      kept = visible.filter { index, pixel in
        let cell = Cell(column: Int(pixel.x / size), row: Int(pixel.y / size))
        return taken.insert(cell).inserted || mark.labels[index] != nil
      }
    }
    (drawn, cellSize) = (kept, size)
  }

  private struct Cell: Hashable {
    var column: Int
    var row: Int
  }

  /// A sentence on what was left out; `nil` when nothing was.
  var note: String? {
    guard cellSize > 0 else { return nil }
    let side = DecimalText.fixed(cellSize, decimals: 2, keepsZeros: false)
    return
      "Of \(visibleCount) points \(drawn.count) are drawn, one in each square of \(side) pixels."
  }
}
