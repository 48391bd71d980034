/// A line of text with raised and lowered parts, as the labels of a chart need it.
///
/// Plain strings are taken as they are; only ``init(markup:)`` reads markup, so that a file name
/// or anything else a user typed never turns into formatting.
///
///     let label: ChartText = "parameters N"
///     let power = ChartText("10") + .superscript("18")
///     let formula = ChartText(markup: "L = 1.69 + 406.4/N^{0.34} + 410.7/D^{0.28}")
public struct ChartText: Sendable, Hashable {
  /// Where a part stands relative to the line of text.
  public enum Position: Sendable, Hashable {
    /// On the line, at full size.
    case baseline
    /// Raised and smaller.
    case superscript
    /// Lowered and smaller.
    case `subscript`
  }

  /// A part of the text in one position.
  public struct Run: Sendable, Hashable {
    /// The characters, not yet escaped.
    public var text: String
    /// Where they stand.
    public var position: Position

    /// Creates a part of a text.
    public init(_ text: String, _ position: Position = .baseline) {
      self.text = text
      self.position = position
    }
  }

  /// The parts in reading order.
  public var runs: [Run]

  /// Creates a text on one line, exactly as given.
  public init(_ text: String) {
    runs = text.isEmpty ? [] : [Run(text)]
  }

  /// Creates a text from its parts.
  public init(runs: [Run]) {
    self.runs = runs
  }

  /// Creates a text in which `^{…}` raises and `_{…}` lowers what the braces hold.
  ///
  /// A `^{` or `_{` without its closing brace is kept as it stands.
  public init(markup: String) {
    runs = []
    var plain = ""
    var rest = markup[...]
    while let character = rest.first {
      let opener = rest.prefix(2)
      if opener == "^{" || opener == "_{", let end = rest.firstIndex(of: "}") {
        append(&plain)
        let inner = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
        runs.append(Run(String(inner), opener == "^{" ? .superscript : .subscript))
        rest = rest[rest.index(after: end)...]
      } else {
        plain.append(character)
        rest = rest.dropFirst()
      }
    }
    append(&plain)
  }

  private mutating func append(_ plain: inout String) {
    if !plain.isEmpty { runs.append(Run(plain)) }
    plain = ""
  }

  /// A raised text.
  public static func superscript(_ text: String) -> ChartText {
    ChartText(runs: [Run(text, .superscript)])
  }

  /// A text followed by another.
  public static func + (left: ChartText, right: ChartText) -> ChartText {
    ChartText(runs: left.runs + right.runs)
  }
}

// MARK: - Facets

extension ChartText: ExpressibleByStringLiteral {
  /// Creates a text on one line from a literal, exactly as written.
  public init(stringLiteral value: String) {
    self.init(value)
  }
}

extension ChartText: CustomStringConvertible {
  /// The text without positions: a raised part follows `^`, a lowered one `_`.
  public var description: String {
    runs.map { run in
      switch run.position {
      case .baseline: run.text
      case .superscript: "^" + run.text
      case .subscript: "_" + run.text
      }
    }.joined()
  }
}

extension ChartText {
  /// Whether there is nothing to draw.
  public var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }

  /// How much smaller raised and lowered parts are.
  static let scriptScale = 0.72

  /// An estimate of the drawn width, in units of the font size.
  ///
  /// The reader's font is not known here. The widths are those of a wide common sans serif, so
  /// that the room kept for a label is rather too large than too small.
  package var estimatedWidth: Double {
    runs.reduce(0) { total, run in
      let width = run.text.unicodeScalars.reduce(0) { $0 + Self.width(of: $1) }
      return total + (run.position == .baseline ? width : width * Self.scriptScale)
    }
  }

  private static func width(of scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", "|", "'", ".", ",", ":", ";": 0.30
    case " ", "f", "t", "r", "(", ")", "[", "]", "/", "-", "!": 0.38
    case "m", "w", "M", "W", "@", "%": 0.92
    case "A"..."Z", "+", "=", "<", ">", "×", "−", "·": 0.72
    case _ where scalar.value >= 0x2E80: 1
    default: 0.6
    }
  }
}
