import FileFormats

extension HTMLReport {
  /// The report as a complete page.
  ///
  /// It is well-formed XML as well as HTML. Its content security policy lets no script, style or
  /// network request through but its own script and style, named by their hashes; equal reports
  /// are equal bytes.
  public var html: String {
    var writer = ReportWriter()
    writer.write(self)
    return writer.page.text
  }
}

/// Writes the elements of a report, counting its charts for their identifiers.
private struct ReportWriter {
  var page = SVGWriter()
  private var chartCount = 0

  mutating func write(_ report: HTMLReport) {
    page.raw("<!DOCTYPE html>")
    page.raw("<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">")
    page.element("head", []) { head in
      head.element("meta", [("charset", "utf-8")])
      head.element("meta", Self.meta("viewport", "width=device-width, initial-scale=1"))
      head.element("meta", Self.meta("color-scheme", "light dark"))
      head.element(
        "meta",
        [("http-equiv", "Content-Security-Policy"), ("content", ReportAssets.policy)]
      )
      head.element("title", text: report.title)
      head.raw("<style>\(ReportAssets.style)</style>")
    }
    page.raw("<body>\n<main>")
    page.element("h1", text: report.title)
    if !report.subtitle.isEmpty {
      page.element("p", [("class", "subtitle")], text: report.subtitle)
    }
    writeContents(report.sections)
    for (index, section) in report.sections.enumerated() {
      page.raw("<section id=\"section-\(index + 1)\">")
      page.element("h2", text: section.heading)
      for block in section.blocks { write(block) }
      page.raw("</section>")
    }
    page.raw("</main>\n<script>\(ReportAssets.script)</script>\n</body>\n</html>")
  }

  private static func meta(_ name: String, _ content: String) -> [SVGWriter.Attribute] {
    [("name", name), ("content", content)]
  }

  /// Links to the sections, where there are several.
  private mutating func writeContents(_ sections: [HTMLReport.Section]) {
    guard sections.count > 1 else { return }
    page.element("nav", [("aria-label", "contents")]) { page in
      page.element("ol", []) { page in
        for (index, section) in sections.enumerated() {
          page.element("li", []) { page in
            page.element("a", [("href", "#section-\(index + 1)")], text: section.heading)
          }
        }
      }
    }
  }

  // MARK: Blocks

  private mutating func write(_ block: HTMLReport.Block) {
    switch block {
    case .text(let text):
      for paragraph in Self.paragraphs(of: text) { page.element("p", text: paragraph) }
    case .preformatted(let text):
      page.raw("<pre tabindex=\"0\">\(Self.escapedLines(text))</pre>")
    case .pieces(let pieces):
      let spans = pieces.map { piece in
        let title = piece.detail.isEmpty ? "" : " title=\"\(Self.escapedLines(piece.detail))\""
        return "<span\(title)>\(Self.escapedLines(piece.text))</span>"
      }
      page.raw("<pre class=\"pieces\" tabindex=\"0\">\(spans.joined())</pre>")
    case .list(let items):
      guard !items.isEmpty else { return }
      page.element("ul", []) { page in
        for item in items { page.element("li", text: item) }
      }
    case .table(let table): write(table)
    case .chart(let chart, let caption):
      let other: AxisScale = chart.hasLogarithmicAxis ? .linear : .logarithmic
      write(chart.svg, chart.rescaled(to: other)?.svg, other, caption)
    case .charts(let grid, let caption):
      let hasLogarithms = grid.panels.contains(where: \.hasLogarithmicAxis)
      let other: AxisScale = hasLogarithms ? .linear : .logarithmic
      write(grid.svg, grid.rescaled(to: other)?.svg, other, caption)
    }
  }

  /// Lines escaped one by one: escaping turns line feeds to spaces.
  private static func escapedLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { SVGWriter.escaped(String($0)) }.joined(separator: "\n")
  }

  private static func paragraphs(of text: String) -> [String] {
    var paragraphs = [""]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy(\.isWhitespace) {
        paragraphs.append("")
      } else {
        let last = paragraphs.count - 1
        paragraphs[last] += (paragraphs[last].isEmpty ? "" : " ") + line
      }
    }
    return paragraphs.filter { !$0.isEmpty }
  }

  private mutating func write(_ table: HTMLReport.Table) {
    let name = table.caption.isEmpty ? "table" : table.caption
    let box = [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", name)]
    page.element("div", box) { page in
      page.element("table", []) { page in
        if !table.caption.isEmpty { page.element("caption", text: table.caption) }
        page.element("thead", []) { page in
          page.element("tr", []) { page in
            for column in table.columns {
              page.element("th", [("scope", "col")] + column.attributes, text: column.name)
            }
          }
        }
        page.element("tbody", []) { page in
          for row in table.rows {
            page.element("tr", []) { page in
              for (cell, column) in zip(row, table.columns) {
                page.element("td", column.attributes, text: cell)
              }
            }
          }
        }
      }
    }
  }

  // MARK: Charts

  /// Writes a chart as drawn and, where it can be, on the other scale, with a switch between.
  ///
  /// Both drawings are in the page and the style sheet shows one: the switch needs no script, and
  /// what it shows was laid out and labeled by the same code.
  private mutating func write(
    _ drawing: String,
    _ alternative: String?,
    _ other: AxisScale,
    _ caption: String
  ) {
    chartCount += 1
    page.raw("<figure class=\"chart\">")
    if let alternative {
      let own: AxisScale = other == .linear ? .logarithmic : .linear
      for scale in [AxisScale.logarithmic, .linear] { writeSwitch(scale, isOn: scale == own) }
      page.raw("<div class=\"\(own.word)\">\n\(drawing)</div>")
      page.raw("<div class=\"\(other.word)\">\n\(alternative)</div>")
    } else {
      page.raw("<div>\n\(drawing)</div>")
    }
    if !caption.isEmpty { page.element("figcaption", text: caption) }
    page.raw("</figure>")
  }

  private mutating func writeSwitch(_ scale: AxisScale, isOn: Bool) {
    let identifier = "chart-\(chartCount)-\(scale.word)"
    let button = [
      ("type", "radio"), ("name", "chart-\(chartCount)"), ("id", identifier),
      ("value", scale.word),
    ]
    page.element("input", button + (isOn ? [("checked", "checked")] : []))
    page.element("label", [("for", identifier)], text: "\(scale.word) axes")
  }
}

extension HTMLReport.Table.Column {
  fileprivate var attributes: [SVGWriter.Attribute] { isNumeric ? [("class", "number")] : [] }
}

extension Chart {
  fileprivate var hasLogarithmicAxis: Bool {
    horizontal.scale == .logarithmic || vertical.scale == .logarithmic
  }
}

extension AxisScale {
  fileprivate var word: String { self == .linear ? "linear" : "log" }
}
