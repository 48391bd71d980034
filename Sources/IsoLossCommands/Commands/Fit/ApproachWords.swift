import IsoLoss

/// The options that say how the best use of compute is found, and at which budgets it is reported.
struct ApproachWords: Sendable {
  /// What `--approach` takes.
  enum Choice: String, Sendable, CaseIterable {
    case parametric
    case isoflop
    case envelope
    case all
  }

  /// The options' table.
  static let options: [Option] = [
    .choice(
      "approach",
      Choice.allCases.map(\.rawValue),
      help: "how the best use of compute is found: a law L(N, D), the best size of each budget,"
        + " the lowest of training curves, or all side by side (default: parametric)"
    ),
    .value(
      "budget",
      "FLOPS",
      isRepeatable: true,
      help: "a compute budget to split between N and D (default: the largest of the table, and ten"
        + " times that); repeatable"
    ),
    .value(
      "tolerance",
      "SHARE",
      help: "isoflop: runs of one budget differ in compute by less than this (default: 2%)"
    ),
    .flag("akima", help: "isoflop: a curve through the losses of a budget instead of a parabola"),
    .flag(
      "accept-outside",
      help: "isoflop: budgets whose least loss lies outside of their runs count"
    ),
    .value("curve", "COLUMN", help: "envelope: which column names the training curve of a row"),
    .value(
      "tokens-per-step",
      "COUNT",
      help: "envelope: what one unit of the tokens column is, where it counts steps"
    ),
    .choice(
      "curve-errors",
      EnvelopeAnalysis.ErrorMethod.allCases.map(\.rawValue),
      help: "envelope: errors from resamples of the curves or from leaving out one at a time"
        + " (default: automatic, the jackknife where each size has one curve)"
    ),
  ]

  /// The approach.
  let choice: Choice

  /// The budgets as given, in FLOPs; none for those of the table.
  let budgets: [Double]

  /// How far apart in compute neighbors within a budget may be.
  let tolerance: Double

  /// The curve through the losses of a budget.
  let interpolation: ProfileInterpolation

  /// Whether budgets count whose parabola turns outside of their runs.
  let acceptsOutside: Bool

  /// The column that names training curves.
  let curveColumn: String?

  /// What one unit of the tokens column is.
  let tokensPerStep: Double

  /// Where the envelope's errors come from.
  let curveErrors: EnvelopeAnalysis.ErrorMethod

  /// Takes the meaning from parsed words.
  init(_ words: ParsedWords) throws(UsageError) {
    choice = words.text("approach").flatMap(Choice.init) ?? .parametric
    try Self.refuse(
      ["tolerance", "akima", "accept-outside"],
      unless: [.isoflop, .all],
      choice,
      words
    )
    try Self.refuse(
      ["curve", "tokens-per-step", "curve-errors"],
      unless: [.envelope, .all],
      choice,
      words
    )
    var budgets: [Double] = []
    for text in words.texts("budget") {
      do throws(QuantityError) {
        budgets.append(try Quantity.compute(text))
      } catch {
        throw .invalidQuantity(option: "--budget", error)
      }
    }
    self.budgets = budgets
    tolerance = try words.quantity("tolerance", default: 0.02, Quantity.fraction)
    interpolation = words.has("akima") ? .akima : .parabola
    acceptsOutside = words.has("accept-outside")
    curveColumn = words.text("curve")
    tokensPerStep = try words.quantity("tokens-per-step", default: 1, Quantity.count)
    curveErrors =
      words.text("curve-errors").flatMap(EnvelopeAnalysis.ErrorMethod.init) ?? .automatic
    guard tokensPerStep > 0 else { throw .other("`--tokens-per-step`: expected a number above 0") }
  }

  /// Refuses options that would say nothing.
  private static func refuse(
    _ names: [String],
    unless allowed: [Choice],
    _ choice: Choice,
    _ words: ParsedWords
  ) throws(UsageError) {
    guard !allowed.contains(choice), let name = names.first(where: words.isGiven) else { return }
    throw .needs(option: "--\(name)", other: "--approach \(allowed[0].rawValue)")
  }
}

extension ApproachWords {
  /// Whether an approach is asked for.
  func asks(for approach: Approach) -> Bool {
    switch (choice, approach) {
    case (.all, _), (.parametric, .parametricFit), (.isoflop, .isoFLOPProfiles),
      (.envelope, .trainingCurves):
      true
    default: false
    }
  }

  /// The budgets to report: those given, or the largest of the runs and ten times that.
  func budgets(for table: RunTable) -> [Double] {
    guard budgets.isEmpty else { return budgets }
    return table.fittedRange.compute.map { [$0.upperBound, 10 * $0.upperBound] } ?? []
  }

  /// The runs with their tokens counted in tokens.
  func table(_ table: RunTable) -> RunTable {
    guard tokensPerStep != 1 else { return table }
    var table = table
    let isComputeGiven = table.columns[.compute] != nil
    for index in table.runs.indices {
      table.runs[index].tokens *= tokensPerStep
      if let unique = table.runs[index].uniqueTokens {
        table.runs[index].uniqueTokens = unique * tokensPerStep
      }
      if !isComputeGiven { table.runs[index].compute *= tokensPerStep }
    }
    return table
  }
}
