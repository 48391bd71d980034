/// Draws one chart on one canvas.
struct TerminalRenderer {
  private let chart: Chart
  private let plot: TerminalPlot
  private let verticalLabels: [(value: Double, text: String)]
  private let gutter: Int
  private var canvas: BrailleCanvas

  init(chart: Chart, plot: TerminalPlot) {
    self.chart = chart
    self.plot = plot
    let heading = [chart.title, chart.subtitle].count { !$0.isEmpty }
    // Below the canvas: the axis, its numbers, its label. Above: the vertical axis's label.
    let rows = max(4, plot.height - heading - 4)
    let labels = chart.vertical.terminalLabels(about: max(2, min(8, rows / 3)))
    verticalLabels = labels
    gutter = labels.map(\.text.count).max() ?? 0
    canvas = BrailleCanvas(columns: max(8, plot.width - gutter - 2), rows: rows)
  }

  func text() -> String {
    var renderer = self
    renderer.drawMarks()
    renderer.writeMessage()
    var lines = [chart.title, chart.subtitle].filter { !$0.isEmpty }.map(\.plainText)
    lines.append(chart.vertical.label.plainText)
    lines += renderer.plotLines
    lines += renderer.horizontalAxisLines + renderer.legendLines
    return lines.map { line in
      var line = line[...]
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  // MARK: Marks

  private func place(_ point: ChartPoint) -> ChartPoint {
    ChartPoint(
      x: canvas.area.width * chart.horizontal.fraction(of: point.x),
      y: canvas.area.height * (1 - chart.vertical.fraction(of: point.y))
    )
  }

  private func pieces(_ points: [ChartPoint]) -> [Polyline] {
    canvas.area.clipped(points.map(place))
  }

  private mutating func drawMarks() {
    for mark in chart.marks {
      switch mark {
      case .points: break
      case .band(let mark):
        let stroke = Stroke(color: mark.color, pattern: .dotted)
        for edge in [mark.lower, mark.upper] {
          for piece in pieces(edge) { canvas.draw(piece, stroke) }
        }
      case .line(let mark):
        for piece in pieces(mark.points) { canvas.draw(piece, mark.stroke) }
      case .contours(let mark):
        for line in mark.lines {
          for piece in pieces(line.points) { canvas.draw(piece, mark.stroke) }
        }
      }
    }
    for case .points(let mark) in chart.marks { draw(mark) }
    for mark in chart.marks { label(mark) }
  }

  private mutating func draw(_ mark: PointMark) {
    for (index, point) in mark.points.enumerated() {
      let place = place(point)
      guard canvas.area.contains(place) else { continue }
      let scaled = mark.values.isEmpty ? nil : chart.colorScale?.color(of: mark.values[index])
      canvas.write(mark.shape.terminalMark, atDot: place, color: scaled ?? mark.color)
    }
  }

  // MARK: Labels

  private mutating func label(_ mark: ChartMark) {
    switch mark {
    case .band: break
    case .points(let mark):
      for (index, text) in mark.labels.sorted(by: { $0.key < $1.key })
      where mark.points.indices.contains(index) {
        let place = place(mark.points[index])
        if canvas.area.contains(place) { write(text, beside: canvas.cell(of: place)) }
      }
    case .line(let mark): label(pieces(mark.points), mark.label)
    case .contours(let mark):
      for line in mark.lines {
        let text = DecimalText.fixed(line.level, decimals: mark.labelDecimals)
        label(pieces(line.points), ChartText(text))
      }
    }
  }

  /// Writes a text over the first free place along a line.
  private mutating func label(_ pieces: [Polyline], _ text: ChartText) {
    let words = Array(text.terminalNumber)
    guard !words.isEmpty else { return }
    for piece in pieces where piece.length > 2.5 * Double(words.count) {
      for part in [0.1, 0.2, 0.3, 0.5, 0.7, 0.9] {
        let (column, row) = canvas.cell(of: piece.point(at: part * piece.length))
        let start = column - words.count / 2
        if write(words, column: start, row: row) { return }
      }
    }
  }

  private mutating func write(_ text: ChartText, beside cell: (column: Int, row: Int)) {
    let words = Array(text.terminalNumber)
    let right = cell.column + 2
    if write(words, column: right, row: cell.row) { return }
    if write(words, column: cell.column - 1 - words.count, row: cell.row) { return }
    if write(words, column: cell.column, row: cell.row - 1) { return }
    _ = write(words, column: cell.column, row: cell.row + 1)
  }

  private mutating func write(_ words: [Character], column: Int, row: Int) -> Bool {
    guard canvas.isFree(columns: column..<column + words.count, row: row) else { return false }
    for (offset, letter) in words.enumerated() {
      canvas.write(letter, column: column + offset, row: row, color: nil)
    }
    return true
  }

  private mutating func writeMessage() {
    let words = Array(chart.message.plainText.prefix(canvas.columns))
    let start = (canvas.columns - words.count) / 2
    _ = write(words, column: start, row: canvas.rows / 2)
  }

  // MARK: Axes

  private var plotLines: [String] {
    var labels: [Int: String] = [:]
    for label in verticalLabels {
      let row = canvas.cell(
        of: place(ChartPoint(x: chart.horizontal.range.lowerBound, y: label.value))
      ).row
      if labels[row] == nil { labels[row] = label.text }
    }
    return (0..<canvas.rows).map { row in
      let label = labels[row] ?? ""
      let padding = String(repeating: " ", count: gutter - label.count)
      let border = label.isEmpty ? "│" : "┤"
      return padding + label + " " + border + canvas.text(row: row, withColor: plot.usesColor)
    }
  }

  private var horizontalAxisLines: [String] {
    let margin = String(repeating: " ", count: gutter + 1)
    var border = Array(repeating: Character("─"), count: canvas.columns)
    var numbers = Array(repeating: Character(" "), count: canvas.columns + gutter + 2)
    var end = 0
    for label in chart.horizontal.terminalLabels(about: max(2, canvas.columns / 8)) {
      let column = canvas.cell(
        of: ChartPoint(x: canvas.area.width * chart.horizontal.fraction(of: label.value), y: 0)
      ).column
      // Centered below its tick, moved inward at the borders.
      let wish = gutter + 2 + column - label.text.count / 2
      let start = min(max(wish, 0), numbers.count - label.text.count)
      guard start >= end else { continue }
      if border.indices.contains(column) { border[column] = "┬" }
      numbers.replaceSubrange(start..<start + label.text.count, with: Array(label.text))
      end = start + label.text.count + 1
    }
    let name = chart.horizontal.label.plainText
    let indent = max(0, gutter + 2 + (canvas.columns - name.count) / 2)
    return [
      margin + "└" + String(border), String(numbers), String(repeating: " ", count: indent) + name,
    ]
  }

  // MARK: Legend

  /// What the marks mean, each name once, broken into lines that fit.
  private var legendLines: [String] {
    var seen: Set<ChartText> = []
    var lines: [String] = []
    for mark in chart.marks {
      guard let (sample, name) = legendEntry(mark), !name.isEmpty, seen.insert(name).inserted
      else { continue }
      let entry = sample + " " + name.plainText
      if let last = lines.last, last.count + entry.count + 4 <= plot.width {
        lines[lines.count - 1] = last + "    " + entry
      } else {
        lines.append("  " + entry)
      }
    }
    return lines
  }

  private func legendEntry(_ mark: ChartMark) -> (sample: String, name: ChartText)? {
    switch mark {
    case .points(let mark): (String(mark.shape.terminalMark), mark.name)
    case .line(let mark): (mark.stroke.terminalSample, mark.name)
    case .contours(let mark): (mark.stroke.terminalSample, mark.name)
    case .band(let mark): (Stroke(pattern: .dotted).terminalSample, mark.name)
    }
  }
}
