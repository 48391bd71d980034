import Figures
import Foundation
import Testing

@Suite("Charts in a terminal")
struct TerminalPlotTests {
  private let line = Chart(
    title: "Loss",
    horizontal: Axis(label: "tokens D", scale: .logarithmic, range: 1e6...1e9),
    vertical: Axis(label: "loss", range: 2...4),
    marks: [
      .line(
        LineMark(points: [ChartPoint(x: 1e6, y: 4), ChartPoint(x: 1e9, y: 2)], name: "fit")
      ),
      .points(PointMark(points: [ChartPoint(x: 1e8, y: 3.5)], color: .blue, name: "runs")),
    ]
  )

  @Test("a line, a point, axes with human numbers, a legend")
  func whole() {
    let text = line.terminalText(TerminalPlot(width: 32, height: 12))
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.count == 13, "title, label, seven rows, three of the axis, and the legend")
    #expect(lines.prefix(2) == ["Loss", "loss"])
    #expect(
      lines[2...8].map { $0.prefix(3) } == ["4 ┤"] + Array(repeating: "  │", count: 2)
        + ["3 ┤"] + Array(repeating: "  │", count: 2) + ["2 ┤"]
    )
    #expect(lines[2].dropFirst(3).first != " " && lines[8].count == 32, "from corner to corner")
    // Two thirds to the right, three quarters up.
    #expect(lines[3].contains("o") || lines[4].contains("o"))
    let rows = lines[2...8].joined()
    #expect(rows.count { $0 == "o" } == 1)
    #expect(lines[9].hasPrefix("  └┬─"))
    #expect(lines[10].split(separator: " ") == ["1M", "10M", "100M", "1B"])
    #expect(lines[11].hasSuffix("tokens D"))
    #expect(lines[12] == "  ⠤⠤⠤ fit    o runs")
    #expect(lines.allSatisfy { $0.count <= 32 && $0.last != " " })
  }

  @Test("color is off unless asked for, and closes what it opens")
  func color() {
    let plain = line.terminalText()
    #expect(!plain.contains("\u{1B}"))
    let colored = line.terminalText(TerminalPlot(usesColor: true))
    #expect(colored.contains("\u{1B}[38;5;25mo\u{1B}[0m"))
    let stripped = colored.replacing(#/\x{1B}\[[\d;]*m/#, with: "")
    #expect(stripped == plain)
    for row in colored.split(separator: "\n") where row.contains("\u{1B}") {
      #expect(row.hasSuffix("\u{1B}[0m") || row.last != "m")
    }
  }

  @Test("text from files cannot steer the terminal")
  func hostile() {
    var chart = line
    chart.title = "a\u{1B}[2Jb\u{7}\u{9B}c\nd"
    let text = chart.terminalText()
    #expect(text.hasPrefix("a[2Jbcd\n"))
    #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{9B}" })
  }

  @Test("every figure prints, within its width", arguments: [32, 80, 200])
  func figures(_ width: Int) {
    let plot = TerminalPlot(width: width, height: 20)
    let texts = [
      SampleFigures.isoFLOP.chart.terminalText(plot),
      SampleFigures.extrapolation.chart.terminalText(plot),
      SampleFigures.residuals.grid.terminalText(plot),
      SampleFigures.pairs(300).grid.terminalText(plot),
      SampleFigures.profiles.grid.terminalText(plot),
    ]
    for text in texts {
      #expect(text.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) })
    }
    #expect(texts[0].contains("#"))
    if width == 80 { #expect(texts[0].contains("o 1e19") && texts[0].contains("+ 3e20")) }
    for line in texts[0].split(separator: "\n") where !line.contains("profile") {
      #expect(line.count <= width, "\(line)")
    }
  }

  @Test("any size is brought inside what can be drawn")
  func sizes() {
    #expect(TerminalPlot(width: -5, height: 0) == TerminalPlot(width: 32, height: 10))
    #expect(TerminalPlot(width: .max, height: .max).width == 1_000)
    #expect(!line.terminalText(TerminalPlot(width: 0, height: 0)).isEmpty)
  }
}

@Suite("Human numbers")
struct HumanNumberTests {
  @Test(
    "they are short",
    arguments: [
      (0, "0"), (1, "1"), (999, "999"), (1_000, "1K"), (1_234_567, "1.235M"), (10e6, "10M"),
      (350e6, "350M"), (1e9, "1B"), (70e9, "70B"), (1.4e12, "1.4T"), (999_960, "1M"),
      (999e12, "999T"), (1e15, "1e15"), (2.5e21, "2.5e21"), (-3e8, "-300M"), (0.05, "0.05"),
      (0.001234567, "0.001235"), (0.0001, "1e-4"), (9.9999e14, "1e15"),
      (.leastNonzeroMagnitude, "5e-324"), (.infinity, "inf"),
    ] as [(Double, String)]
  )
  func text(_ value: Double, _ expected: String) {
    #expect(HumanNumber.text(value) == expected)
  }

  @Test("powers of ten are typeset")
  func scientific() {
    #expect(ChartText.scientific(1e21).description == "10^21")
    #expect(ChartText.scientific(3e-5).description == "3×10^−5")
  }
}
