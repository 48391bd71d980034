import Figures
import Foundation
import Testing

@Suite("The report as a page")
struct HTMLReportTests {
  static let hostile = "</script><script>alert(1)</script> \" onload='x' & ]]> \u{1}損失"

  /// A report with every kind of block, hostile in every text.
  static var report: HTMLReport {
    var figure = SampleFigures.isoFLOP
    figure.title = ChartText(hostile)
    figure.profiles[0].runs[0].name = hostile
    figure.profiles[0].rejection = hostile
    let table = HTMLReport.Table(
      caption: hostile,
      columns: [.init(hostile), .init("loss", isNumeric: true)],
      rows: [[hostile, "2.5"], ["short"], ["a", "b", "too long"], []]
    )
    return HTMLReport(
      title: hostile,
      subtitle: hostile,
      sections: [
        .init(
          heading: hostile,
          blocks: [
            .text("one\ntwo\n\n\n" + hostile), .preformatted("$ a\n  b " + hostile),
            .list([hostile]), .table(table),
          ]
        ),
        .init(
          heading: "Charts",
          blocks: [
            .chart(figure.chart, caption: hostile),
            .charts(SampleFigures.residuals.grid),
            .chart(SampleFigures.extrapolation.chart),
          ]
        ),
      ]
    )
  }

  @Test("it is well-formed, and no text of it is markup")
  func wellFormed() {
    let parsed = ParsedSVG(Self.report.html)
    #expect(parsed.isWellFormed)
    #expect(parsed.count("script") == 1)
    #expect(parsed.count("section") == 2)
    #expect(parsed.texts("td").contains(Self.hostile.replacing("\u{1}", with: "")))
    #expect(parsed.texts("p").contains("one two"))
    #expect(parsed.texts("pre") == ["$ a\n  b " + Self.hostile.replacing("\u{1}", with: "")])
    #expect(!parsed.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
    #expect(parsed.texts("a") == [Self.hostile.replacing("\u{1}", with: ""), "Charts"])
  }

  @Test("it names nothing outside itself")
  func selfContained() {
    let text = Self.report.html
    let parsed = ParsedSVG(text)
    for element in parsed.elements {
      #expect(!["link", "img", "iframe", "image", "use", "object"].contains(element.name))
      #expect(element.attributes["src"] == nil)
      if let link = element.attributes["href"] { #expect(link.hasPrefix("#section-")) }
    }
    #expect(!text.contains("url(") && !text.contains("@import"))
    let policy = parsed.elements.first { $0.attributes["http-equiv"] != nil }
    #expect(
      policy?.attributes["content"]?.hasPrefix("default-src 'none'; style-src 'sha256-") == true
    )
  }

  @Test("identifiers are used once, and every label has its button")
  func identifiers() {
    let parsed = ParsedSVG(Self.report.html)
    let identifiers = parsed.elements.compactMap { $0.attributes["id"] }
    #expect(Set(identifiers).count == identifiers.count)
    let labels = parsed.elements.compactMap { $0.attributes["for"] }
    #expect(labels.count == 6 && Set(labels).isSubset(of: identifiers))
    let checked = parsed.elements.filter { $0.attributes["checked"] != nil }
    #expect(checked.compactMap { $0.attributes["value"] } == ["log", "log", "log"])
    #expect(parsed.count("svg") == 6, "each chart on both scales")
  }

  @Test("a chart that has one scale only has no switch")
  func noSwitch() {
    let point = PointMark(points: [ChartPoint(x: -1, y: 0)])
    let axis = Axis(label: "x", range: -2...2)
    let chart = Chart(title: "", horizontal: axis, vertical: axis, marks: [.points(point)])
    let report = HTMLReport(title: "a", sections: [.init(heading: "b", blocks: [.chart(chart)])])
    let parsed = ParsedSVG(report.html)
    #expect(parsed.count("input") == 0 && parsed.count("svg") == 1 && parsed.count("nav") == 0)
  }

  @Test("equal reports are equal bytes, and an empty one is a page")
  func determinism() {
    #expect(Self.report.html == Self.report.html)
    #expect(ParsedSVG(HTMLReport(title: "").html).isWellFormed)
  }

  @Test("a hundred thousand points make a page of less than two megabytes")
  func size() {
    let points = SampleFigures.scattered(100_000)
    let mark = PointMark(points: points, details: points.map { "\($0.x) \($0.y)" })
    let chart = Chart(
      title: "a",
      horizontal: Axis(label: "x", covering: points.map(\.x)),
      vertical: Axis(label: "y", covering: points.map(\.y)),
      marks: [.points(mark)]
    )
    let report = HTMLReport(title: "a", sections: [.init(heading: "b", blocks: [.chart(chart)])])
    #expect(report.html.utf8.count < 2_000_000)
  }
}
