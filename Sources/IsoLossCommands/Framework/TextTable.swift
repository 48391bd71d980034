/// A fixed-width table: names left, numbers right, two spaces between.
struct TextTable {
  /// How the cells of a column stand.
  enum Alignment {
    case left
    case right
  }

  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// Creates a table without rows.
  init(_ alignments: [Alignment]) {
    self.alignments = alignments
  }

  /// Adds a row; missing cells stay empty.
  mutating func add(_ cells: [String]) {
    rows.append(cells + [String](repeating: "", count: max(0, alignments.count - cells.count)))
  }

  /// The table's lines, without spaces at their ends.
  var text: String {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        alignments[column] == .left
          ? cell.padded(to: widths[column]) : cell.leftPadded(to: widths[column])
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }
}
