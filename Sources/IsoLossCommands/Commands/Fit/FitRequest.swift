import IsoLoss

/// A law to be fitted to a table.
struct FitRequest: Sendable {
  /// The table's path as given; `-` is standard input.
  var path: String

  /// The law.
  var form: any ScalingLawForm

  /// How the table is read.
  var options: RunTableOptions

  /// What is minimized.
  var objective = Objective.logLeastSquares

  /// What coefficients are held to.
  var constraints: [String: ClosedRange<Double>] = [:]

  /// How uncertainty is found; as a fit does by itself where it is `nil`.
  var uncertainty: UncertaintyWords?

  /// What finds the minimum; as a fit does by itself where it is `nil`.
  var solving: SolverWords?

  /// Budgets whose best split is profiled, where profiles are asked for.
  var profiledBudgets: [Double] = []

  /// The largest table read, in bytes: a table of runs is small, and a larger file is a mistake.
  private static let largestTable = 1 << 28

  /// Takes the table's reading from parsed words, and the law's name from one of their options.
  init(path: String, law option: String, _ words: ParsedWords) throws(UsageError) {
    self.path = path
    form = words.text(option).flatMap(ScalingLaw.form) ?? Chinchilla()
    options = try RunTableWords.parse(words)
  }

  /// Reads the table, with the hash of its bytes.
  func read(in context: CommandContext) throws -> (table: RunTable, hash: ContentHash) {
    var source = try context.open(path)
    let bytes = try source.readAll(limit: Self.largestTable)
    let table = try RunTable(CSVTable(parsing: bytes, name: context.displayName(path)), options)
    try context.interruption.check()
    return (table, ContentHash(of: bytes))
  }

  /// Fits the law to a table.
  func fit(_ table: RunTable, in context: CommandContext) throws -> FitResult {
    let fit = try lawFit(table, in: context)
    return try fit.run(on: context.kernels.pool, checkpoint: context.checkpoint)
  }

  /// The fit of a table, not yet run.
  func lawFit(_ table: RunTable, in context: CommandContext) throws -> LawFit {
    var fit = LawFit(form, to: table)
    fit.kernels = context.kernels.variant
    fit.objective = objective
    fit.constraints = constraints
    solving?.apply(to: &fit)
    fit.profiledBudgets = profiledBudgets
    fit.flopsPerTokenParameter = options.flopsPerTokenParameter
    try uncertainty?.apply(to: &fit)
    return fit
  }

  /// Fits the law for a plan, which says the fit's warnings as its own.
  func lawSource(in context: CommandContext) throws -> LawSource {
    let result = try fit(read(in: context).table, in: context)
    guard result.fit.covariance.conditionNumber.isFinite else {
      throw CommandError(
        "`\(path)`: the runs do not determine the law: there is nothing to plan with"
      )
    }
    return .fit(result, name: path)
  }
}
