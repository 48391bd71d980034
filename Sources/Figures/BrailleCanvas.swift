/// A picture of dots, two across and four down in each character of a terminal, with characters
/// written over them.
struct BrailleCanvas {
  /// Characters across.
  let columns: Int
  /// Characters down.
  let rows: Int
  private var cells: [Cell]

  private struct Cell {
    /// The dots, as the low byte of the braille pattern.
    var dots: UInt8 = 0
    /// A character over the dots.
    var character: Character?
    var color: ChartColor?
  }

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Cell(), count: columns * rows)
  }

  /// The picture's area in dots.
  var area: PixelRectangle {
    PixelRectangle(left: 0, top: 0, width: Double(2 * columns - 1), height: Double(4 * rows - 1))
  }

  // MARK: Drawing

  /// The bit of each dot in a braille pattern (Unicode 17, block 2800), by row and column.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  /// Sets a dot; one outside the picture is left out.
  mutating func dot(_ x: Int, _ y: Int, color: ChartColor) {
    guard (0..<2 * columns).contains(x), (0..<4 * rows).contains(y) else { return }
    let index = y / 4 * columns + x / 2
    cells[index].dots |= Self.bits[y % 4][x % 2]
    if cells[index].character == nil { cells[index].color = color }
  }

  /// Writes a character over the cell that holds a dot.
  mutating func write(_ character: Character, atDot point: ChartPoint, color: ChartColor) {
    let (column, row) = cell(of: point)
    write(character, column: column, row: row, color: color)
  }

  /// Writes a character over a cell.
  mutating func write(_ character: Character, column: Int, row: Int, color: ChartColor?) {
    guard (0..<columns).contains(column), (0..<rows).contains(row) else { return }
    let index = row * columns + column
    cells[index].character = character
    cells[index].color = color
  }

  /// The cell that holds a dot; the dot is inside the area.
  func cell(of point: ChartPoint) -> (column: Int, row: Int) {
    (Int(point.x.rounded()) / 2, Int(point.y.rounded()) / 4)
  }

  /// Whether no character stands in a stretch of a row.
  func isFree(columns stretch: Range<Int>, row: Int) -> Bool {
    guard (0..<rows).contains(row), stretch.lowerBound >= 0, stretch.upperBound <= columns else {
      return false
    }
    return stretch.allSatisfy { cells[row * columns + $0].character == nil }
  }

  /// Draws a line of dots.
  mutating func draw(_ line: Polyline, _ stroke: Stroke) {
    let period = stroke.pattern.dots
    // Half a dot at a time meets every dot on the way.
    for (step, point) in line.sampled(every: 0.5).enumerated()
    where step / 2 % period.length < period.drawn {
      let (x, y) = (Int(point.x.rounded()), Int(point.y.rounded()))
      dot(x, y, color: stroke.color)
      guard stroke.isHeavy else { continue }
      dot(x + 1, y, color: stroke.color)
      dot(x, y + 1, color: stroke.color)
    }
  }

  // MARK: Text

  /// A row as text, with colors between control sequences when asked for.
  func text(row: Int, withColor: Bool) -> String {
    var result = ""
    var present: Int?
    for cell in cells[row * columns..<(row + 1) * columns] {
      let isBlank = cell.character == nil && cell.dots == 0
      let wanted = withColor && !isBlank ? cell.color?.terminalIndex : nil
      if wanted != present {
        result += wanted.map { "\u{1B}[38;5;\($0)m" } ?? "\u{1B}[0m"
        present = wanted
      }
      result.append(cell.character ?? (isBlank ? " " : Self.braille(cell.dots)))
    }
    return present == nil ? result : result + "\u{1B}[0m"
  }

  private static func braille(_ dots: UInt8) -> Character {
    Unicode.Scalar(0x2800 + UInt32(dots)).map(Character.init) ?? " "
  }
}

extension Stroke.Pattern {
  /// How many dots of a period are drawn.
  fileprivate var dots: (drawn: Int, length: Int) {
    switch self {
    case .solid: (1, 1)
    case .dashed: (4, 7)
    case .dotted: (1, 4)
    }
  }

}

extension Stroke {
  /// Whether a terminal draws the line two dots wide.
  fileprivate var isHeavy: Bool { width >= 2.5 }

  /// A sample for the legend of a terminal.
  var terminalSample: String {
    switch pattern {
    case .solid: isHeavy ? "⠶⠶⠶" : "⠤⠤⠤"
    case .dashed: "⠤ ⠤"
    case .dotted: "⠄⠄⠄"
    }
  }
}

extension PointShape {
  /// The mark in a terminal, from ASCII, which every font has at one width.
  var terminalMark: Character {
    switch self {
    case .circle: "o"
    case .diamond: "#"
    case .triangle: "^"
    case .cross: "x"
    case .ring: "+"
    }
  }
}

extension ChartColor {
  /// The nearest of the 216 colors of the cube that terminals share.
  ///
  /// Ink would vanish on a dark terminal: near-grays are left to the terminal's own color.
  fileprivate var terminalIndex: Int? {
    let parts = [red, green, blue].map(Int.init)
    guard let low = parts.min(), let high = parts.max(), high - low > 24 else { return nil }
    let steps = [0, 95, 135, 175, 215, 255]
    let nearest = parts.map { part in
      steps.indices.min { abs(steps[$0] - part) < abs(steps[$1] - part) } ?? 0
    }
    return 16 + 36 * nearest[0] + 6 * nearest[1] + nearest[2]
  }
}
