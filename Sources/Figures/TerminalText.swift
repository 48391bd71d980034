// Texts and numbers of a chart as a terminal shows them.

extension Axis {
  /// The labeled ticks with their texts: as drawn, but powers of ten as people say them.
  func terminalLabels(about count: Int) -> [(value: Double, text: String)] {
    let majors = ticks(about: count).filter(\.isMajor)
    let hasPowers = majors.contains { ($0.label?.runs.count ?? 0) > 1 }
    return majors.map { tick in
      let plain = tick.label?.plainText ?? ""
      return (tick.value, hasPowers ? HumanNumber.text(tick.value, digits: 6) : plain)
    }
  }
}

extension ChartText {
  /// The text on one line, without what a terminal would obey.
  var plainText: String { description.withoutControls }

  /// A label in few characters: 10^{21} and 3×10^{21} as 1e21 and 3e21.
  var terminalNumber: String {
    guard let last = runs.last, last.position == .superscript else { return plainText }
    let exponent = String(last.text.map { $0 == "−" ? "-" : $0 }).withoutControls
    let base = ChartText(runs: Array(runs.dropLast())).plainText
    if base == "10" { return "1e" + exponent }
    guard base.hasSuffix("×10") else { return plainText }
    return base.dropLast(3) + "e" + exponent
  }
}

extension String {
  /// The text with control characters, which could steer a terminal, left out.
  var withoutControls: String {
    String(
      String.UnicodeScalarView(unicodeScalars.filter { $0.properties.generalCategory != .control })
    )
  }
}
