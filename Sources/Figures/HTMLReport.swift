/// A report as one web page that needs nothing outside itself: texts, tables and charts.
///
/// ``html`` is the page: no network, no font or script files, light or dark as the reader's
/// system is, printable, and readable without scripts. Charts are inline SVG; a pointer or the
/// arrow keys show the numbers of a point, and buttons switch between logarithmic and linear axes.
///
///     var report = HTMLReport(title: "Chinchilla, fitted to 240 runs")
///     report.sections = [
///       .init(heading: "Law", blocks: [.text("…"), .chart(figure.chart, caption: "…")])
///     ]
///     try write(report.html)
public struct HTMLReport: Sendable, Hashable {
  /// The heading, also the title of the window.
  public var title: String
  /// A line below it, such as the date or the command; may be empty.
  public var subtitle: String
  /// The sections, in order.
  public var sections: [Section]

  /// Creates a report.
  public init(title: String, subtitle: String = "", sections: [Section] = []) {
    self.title = title
    self.subtitle = subtitle
    self.sections = sections
  }

  /// A heading with what stands below it.
  public struct Section: Sendable, Hashable {
    /// The heading.
    public var heading: String
    /// What stands below, in order.
    public var blocks: [Block]

    /// Creates a section.
    public init(heading: String, blocks: [Block] = []) {
      self.heading = heading
      self.blocks = blocks
    }
  }

  /// Something in a section.
  ///
  /// All text is escaped: none of it is markup.
  public enum Block: Sendable, Hashable {
    /// Paragraphs, divided by empty lines.
    case text(String)
    /// Text whose lines and columns are kept, such as a command or its output.
    case preformatted(String)
    /// Points of a list.
    case list([String])
    /// Pieces of a text, such as tokens, on alternating backgrounds; a pointer shows their details.
    case pieces([Piece])
    /// A table.
    case table(Table)
    /// A chart with a sentence below it, which may be empty.
    case chart(Chart, caption: String = "")
    /// Several charts in one with a sentence below, which may be empty.
    case charts(ChartGrid, caption: String = "")
  }

  /// A piece of a text.
  public struct Piece: Sendable, Hashable {
    /// What is read; line ends are kept.
    public var text: String
    /// What a pointer on the piece shows, in lines; may be empty.
    public var detail: String

    /// Creates a piece.
    public init(text: String, detail: String = "") {
      self.text = text
      self.detail = detail
    }
  }

  /// Rows under named columns.
  public struct Table: Sendable, Hashable {
    /// A column.
    public struct Column: Sendable, Hashable {
      /// The heading.
      public var name: String
      /// Whether it holds numbers, which are set to the right.
      public var isNumeric: Bool

      /// Creates a column.
      public init(_ name: String, isNumeric: Bool = false) {
        self.name = name
        self.isNumeric = isNumeric
      }
    }

    /// What the table shows; may be empty.
    public var caption: String
    /// The columns.
    public var columns: [Column]
    /// The cells, row by row; a short row ends early, cells beyond the columns are left out.
    public var rows: [[String]]

    /// Creates a table.
    public init(caption: String = "", columns: [Column], rows: [[String]]) {
      self.caption = caption
      self.columns = columns
      self.rows = rows
    }
  }
}
