/// Writes SVG, one element a line, with every text escaped and every number rounded.
struct SVGWriter {
  private(set) var text = ""
  private var depth = 0

  /// An attribute: a name of ours and a value from anywhere.
  typealias Attribute = (name: String, value: String)

  /// Writes an element without content.
  mutating func element(_ name: String, _ attributes: [Attribute]) {
    indent()
    text += "<\(name)\(Self.joined(attributes))/>\n"
  }

  /// Writes an element whose content is text, on one line.
  mutating func element(_ name: String, _ attributes: [Attribute] = [], text content: String) {
    indent()
    text += "<\(name)\(Self.joined(attributes))>\(Self.escaped(content))</\(name)>\n"
  }

  /// Writes an element on one line whose only content is its title, shown under a pointer.
  mutating func element(_ name: String, _ attributes: [Attribute], title: String) {
    indent()
    let lines = title.split(separator: "\n", omittingEmptySubsequences: false)
    let content = lines.map { Self.escaped(String($0)) }.joined(separator: "\n")
    text += "<\(name)\(Self.joined(attributes))><title>\(content)</title></\(name)>\n"
  }

  /// Writes an element that holds other elements.
  mutating func element(
    _ name: String,
    _ attributes: [Attribute],
    content: (inout SVGWriter) -> Void
  ) {
    indent()
    text += "<\(name)\(Self.joined(attributes))>\n"
    depth += 1
    content(&self)
    depth -= 1
    indent()
    text += "</\(name)>\n"
  }

  /// Writes a line of text; raised and lowered parts become `tspan` elements.
  ///
  /// Their shift is undone by the next part, since `dy` moves all that follows it. Raised digits
  /// are drawn this way, not with Unicode's, which many fonts lack or draw unevenly. Spaces
  /// beside a border of two parts become `dx`, since readers differ in which of them they drop.
  mutating func label(_ label: ChartText, size: Double, _ attributes: [Attribute]) {
    indent()
    text += "<text\(Self.joined(attributes + [("font-size", DecimalText.coordinate(size))]))>"
    var shift = 0.0
    var spaces = 0
    for run in label.runs {
      var words = run.text[...]
      spaces += Self.removeSpaces(&words)
      let target = run.position.shift * size
      var attributes: [Attribute] = []
      if spaces > 0 {
        attributes.append(("dx", DecimalText.coordinate(0.3 * size * Double(spaces))))
      }
      if target != shift { attributes.append(("dy", DecimalText.coordinate(target - shift))) }
      if run.position != .baseline {
        attributes.append(("font-size", DecimalText.coordinate(size * ChartText.scriptScale)))
      }
      spaces = Self.removeSpaces(&words, atEnd: true)
      let content = Self.escaped(String(words))
      text +=
        attributes.isEmpty ? content : "<tspan\(Self.joined(attributes))>\(content)</tspan>"
      shift = target
    }
    text += "</text>\n"
  }

  /// Removes the spaces at one end and returns how many there were.
  private static func removeSpaces(_ text: inout Substring, atEnd: Bool = false) -> Int {
    let count = text.count
    if atEnd {
      while text.last == " " { text.removeLast() }
    } else {
      while text.first == " " { text.removeFirst() }
    }
    return count - text.count
  }

  /// Writes a finished piece of a document as it is, on lines of its own.
  mutating func raw(_ piece: String) {
    text += piece.hasSuffix("\n") ? piece : piece + "\n"
  }

  private mutating func indent() {
    text += String(repeating: "  ", count: depth)
  }

  private static func joined(_ attributes: [Attribute]) -> String {
    attributes.map { " \($0.name)=\"\(escaped($0.value))\"" }.joined()
  }

  /// The text with XML's own characters replaced, and those it forbids left out.
  ///
  /// Control characters other than tab and line ends, and the noncharacters U+FFFE and U+FFFF,
  /// may not stand in XML 1.0 even as references.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: break
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension ChartText.Position {
  /// How far below the line the part stands, in units of the font size.
  fileprivate var shift: Double {
    switch self {
    case .baseline: 0
    case .superscript: -0.36
    case .subscript: 0.2
    }
  }
}
