import IsoLoss

/// The options that say what a fit minimizes and under which constraints.
enum ObjectiveWords {
  /// The options' table.
  static let options: [Option] = [
    .value(
      "objective",
      "NAME",
      help: "what is minimized: \(Objective.spellings.joined(separator: ", "))"
        + " (default: log-least-squares)"
    ),
    .value(
      "fix",
      "NAME=VALUE",
      isRepeatable: true,
      help: "hold a coefficient at a value, such as E=1.69; repeatable"
    ),
    .value(
      "bound",
      "NAME=LOW:HIGH",
      isRepeatable: true,
      help: "keep a coefficient within bounds, such as alpha=0.1:1; repeatable"
    ),
  ]

  /// The objective, least squares of ln L unless given.
  static func objective(_ words: ParsedWords) throws(UsageError) -> Objective {
    guard let text = words.text("objective") else { return .logLeastSquares }
    guard let objective = Objective(named: text) else {
      throw .other(
        "`--objective`: expected \(Objective.spellings.joined(separator: ", ")), found `\(text)`"
      )
    }
    return objective
  }

  /// What coefficients of a law are held to, by name.
  static func constraints(
    _ words: ParsedWords,
    of form: any ScalingLawForm
  ) throws(UsageError) -> [String: ClosedRange<Double>] {
    var constraints: [String: ClosedRange<Double>] = [:]
    for option in ["fix", "bound"] {
      for text in words.texts(option) {
        let (name, range) = try constraint(text, option)
        guard form.coefficients.contains(where: { $0.name == name }) else {
          let known = form.coefficients.map(\.name).joined(separator: ", ")
          throw .other("`--\(option)`: the law \(form.name) has no `\(name)`; it has \(known)")
        }
        guard constraints[name] == nil else {
          throw .other("`--\(option)`: `\(name)` is constrained twice")
        }
        constraints[name] = range
      }
    }
    return constraints
  }

  private static func constraint(
    _ text: String,
    _ option: String
  ) throws(UsageError) -> (String, ClosedRange<Double>) {
    let example = option == "fix" ? "E=1.69" : "alpha=0.1:1"
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    let numbers = parts.count == 2 ? parts[1].split(separator: ":").compactMap(number) : []
    let low = numbers.first ?? 0
    let high = numbers.last ?? 0
    guard numbers.count == (option == "fix" ? 1 : 2), low > 0, low <= high else {
      throw .other("`--\(option)`: expected positive numbers such as `\(example)`, found `\(text)`")
    }
    return (parts[0], low...high)
  }

  private static func number(_ text: Substring) -> Double? {
    try? Quantity.number(String(text))
  }
}
