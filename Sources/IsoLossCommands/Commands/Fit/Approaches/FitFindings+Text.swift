import IsoLoss

extension FitFindings {
  /// The report for people; its layout may change.
  var text: String {
    let summaries = [
      curves.value?.summary, profiles.value?.summary, parametric.value?.summary,
    ].compactMap(\.self)
    var sections = summaries
    sections.append(words.choice == .all ? comparison : splits)
    if let bias = bias.value { sections.append("approach 2 \(bias.summary)") }
    if let reason = bias.reason { sections.append("n/a for the bias of approach 2: \(reason)") }
    return sections.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private var level: String {
    let level = answers.flatMap(\.exponents).first?.level ?? 0.95
    return "\(NumberText.measured(100 * level)) % interval"
  }

  /// The splits of a single approach, a block a budget.
  private var splits: String {
    guard let answer = answers.first else { return "" }
    var table = TextTable([.left, .left, .right, .right, .right, .right])
    table.add(["best at C", "", "value", "std. error", level, ""])
    for split in answer.splits {
      for (index, estimate) in split.estimates.enumerated() {
        let compute = index == 0 ? NumberText.measured(split.compute) : ""
        table.add([compute, estimate.name] + estimate.cells)
      }
    }
    let shown = answer.splits.isEmpty ? "" : table.text
    return (shown + absences([answer], isNaming: false) + noteLines).trimmedOfNewlines
  }

  /// The answers of all approaches, one below the other for each quantity.
  private var comparison: String {
    let answers = answers
    var table = TextTable([.left, .left, .left, .right, .right, .right, .right])
    table.add(["best at C", "", "approach", "value", "std. error", level, ""])
    for name in ["a", "b"] {
      for (index, answer) in answers.enumerated() {
        let estimate = answer.exponents.first { $0.name == name }
        table.add(
          ["", index == 0 ? name : "", answer.approach.rawValue] + Estimate.cells(estimate)
        )
      }
    }
    for (place, compute) in budgets.enumerated() {
      for (position, name) in ["N", "D", "D/N", "L"].enumerated() {
        for (index, answer) in answers.enumerated() {
          table.add(
            [
              position == 0 && index == 0 ? NumberText.measured(compute) : "",
              index == 0 ? name : "", answer.approach.rawValue,
            ] + Estimate.cells(answer.estimate(position, at: place))
          )
        }
      }
    }
    let lines = table.text + absences(answers, isNaming: true) + noteLines
    return "the approaches side by side\n" + lines.trimmedOfNewlines
  }

  private var noteLines: String { notes.map { $0 + "\n" }.joined() }

  /// Why something is missing, a line a reason.
  private func absences(_ answers: [ApproachAnswer], isNaming: Bool) -> String {
    var lines: [String] = []
    for answer in answers {
      let name = isNaming ? answer.approach.rawValue : ""
      for reason in [answer.reason, answer.splitReason].compactMap(\.self) {
        lines.append("n/a for \(name.isEmpty ? "budgets" : name): \(reason)")
      }
      let estimates = answer.exponents + answer.splits.flatMap(\.estimates)
      var reasons: [String] = []
      for reason in estimates.compactMap(\.reason) where !reasons.contains(reason) {
        reasons.append(reason)
      }
      for reason in reasons where isNaming { lines.append("n/a for errors of \(name): \(reason)") }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension Estimate {
  /// Value, error and interval as cells of a table.
  var cells: [String] {
    [
      NumberText.measured(value),
      standardError.map(NumberText.measured) ?? "n/a",
      interval.map { NumberText.measured($0.lowerBound) } ?? "n/a",
      interval.map { NumberText.measured($0.upperBound) } ?? "",
    ]
  }

  /// The cells of an estimate that there may not be.
  static func cells(_ estimate: Estimate?) -> [String] { estimate?.cells ?? ["n/a", "", "", ""] }
}

extension String {
  fileprivate var trimmedOfNewlines: String {
    var text = self[...]
    while text.last == "\n" { text.removeLast() }
    return String(text)
  }
}
