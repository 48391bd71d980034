import Figures
import Foundation
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What Foundation's XML parser sees in a document.
final class ParsedSVG: NSObject, XMLParserDelegate {
  struct Element {
    var name: String
    var attributes: [String: String]
    var text = ""
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []
  private(set) var isWellFormed = false

  init(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(
    _ parser: XMLParser,
    didEndElement name: String,
    namespaceURI: String?,
    qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    for index in open { elements[index].text += string }
  }

  func texts(_ name: String) -> [String] {
    elements.filter { $0.name == name }.map(\.text)
  }
}

@Suite("Charts as SVG")
struct ChartSVGTests {
  private let hostile = "a < b & \"c\" > 'd' ]]> \u{1}\u{FFFE} 損失 \u{1F4C9}"

  private func chart(title: ChartText, summary: String = "") -> Chart {
    Chart(
      title: title,
      summary: summary,
      horizontal: Axis(label: "x", range: 0...10),
      vertical: Axis(label: "y", scale: .logarithmic, range: 1...1e4),
      marks: [
        .line(
          LineMark(
            points: [ChartPoint(x: -5, y: 10), ChartPoint(x: 5, y: 10), ChartPoint(x: 20, y: 1e9)],
            name: title
          )
        ),
        .points(
          PointMark(
            points: [
              ChartPoint(x: 1, y: 10), ChartPoint(x: 99, y: 10), ChartPoint(x: .nan, y: 1),
              ChartPoint(x: 1, y: -1),
            ])
        ),
      ]
    )
  }

  @Test("it is well-formed and says what it shows")
  func wellFormed() {
    let text = chart(title: "Loss", summary: "One line.").svg
    let parsed = ParsedSVG(text)
    #expect(parsed.isWellFormed)
    #expect(parsed.elements.first?.attributes["viewBox"] == "0 0 760 560")
    #expect(parsed.elements.first?.attributes["role"] == "img")
    #expect(parsed.texts("title") == ["Loss"])
    #expect(parsed.texts("desc") == ["One line."])
    #expect(parsed.texts("circle").count == 1, "only one point can be shown")
  }

  @Test("any text is escaped")
  func escaping() {
    let text = chart(title: ChartText(hostile), summary: hostile).svg
    let parsed = ParsedSVG(text)
    let expected = "a < b & \"c\" > 'd' ]]>  損失 \u{1F4C9}"
    #expect(parsed.isWellFormed)
    #expect(parsed.texts("title") == [expected])
    #expect(parsed.texts("desc") == [expected])
    #expect(parsed.texts("text").contains(expected))
  }

  @Test("it needs nothing outside itself and no identifier")
  func selfContained() {
    let parsed = ParsedSVG(chart(title: "Loss").svg)
    for element in parsed.elements {
      #expect(!["style", "script", "image", "use", "clipPath"].contains(element.name))
      #expect(Set(element.attributes.keys).isDisjoint(with: ["id", "href", "style", "class"]))
    }
  }

  @Test("coordinates have two decimals at most, and lines end at the frame")
  func rounding() throws {
    let text = chart(title: "Loss").svg
    #expect(!text.contains(#/\.\d{3,}/#))
    let parsed = ParsedSVG(text)
    let line = try #require(parsed.elements.first { $0.name == "polyline" })
    let frame = try #require(
      parsed.elements.first { $0.name == "rect" && $0.attributes["fill"] == "none" }
    )
    let sides = ["x", "y", "width", "height"].compactMap {
      frame.attributes[$0].flatMap(Double.init)
    }
    for pair in (line.attributes["points"] ?? "").split(separator: " ") {
      let place = pair.split(separator: ",").compactMap { Double($0) }
      #expect(place[0] >= sides[0] - 0.01 && place[0] <= sides[0] + sides[2] + 0.01)
      #expect(place[1] >= sides[1] - 0.01 && place[1] <= sides[1] + sides[3] + 0.01)
    }
  }

  @Test("equal charts give equal bytes")
  func determinism() {
    #expect(chart(title: "Loss").svg == chart(title: "Loss").svg)
  }

  @Test("raised parts are raised, and come back down")
  func scripts() {
    var chart = chart(title: ChartText(markup: "A/N^{0.34} + B_{0}/D"))
    chart.marks = []
    #expect(chart.svg.contains("A/N<tspan dy=\"-6.12\" font-size=\"12.24\">0.34</tspan>"))
    #expect(chart.svg.contains("<tspan dx=\"5.1\" dy=\"6.12\">+ B</tspan>"))
    #expect(ParsedSVG(chart.svg).texts("title") == ["A/N^0.34 + B_0/D"])
  }

  @Test("markup without its end stays as it is, and plain text is never markup")
  func markup() {
    #expect(ChartText(markup: "a^{b").runs == [.init("a^{b")])
    #expect(ChartText("x^{2}").runs == [.init("x^{2}")])
    #expect(
      ChartText(markup: "^{a}_{b}").runs == [.init("a", .superscript), .init("b", .subscript)]
    )
    #expect(ChartText(markup: "").isEmpty)
  }
}

@Suite("Large charts")
struct LargeChartTests {
  @Test("a curve of a hundred thousand points with a label is drawn in a moment")
  func longCurve() {
    let points = (1...100_000).map { ChartPoint(x: Double($0), y: 10 / Double($0).squareRoot()) }
    let chart = Chart(
      title: "Training",
      horizontal: Axis(label: "step", scale: .logarithmic, covering: points.map(\.x)),
      vertical: Axis(label: "loss", scale: .logarithmic, covering: points.map(\.y)),
      marks: [.line(LineMark(points: points, label: "validation"))]
    )
    let clock = ContinuousClock()
    var text = ""
    let time = clock.measure { text = chart.svg }
    #expect(text.contains(">validation</text>"))
    // About 0.1 s; quadratic work would take a minute.
    #expect(time < .seconds(5), "\(time)")
  }
}
