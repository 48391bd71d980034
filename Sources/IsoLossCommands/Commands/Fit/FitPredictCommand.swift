import IsoLoss

/// `isoloss fit predict`: what a law file expects of runs.
public struct FitPredictCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "fit predict",
    summary: "the loss a fitted law expects of runs, with intervals",
    discussion: """
      Reads a law file, the JSON of `isoloss fit`, and predicts the loss of runs. The first interval \
      is that of the law's mean, from the draws of a bootstrap where the file has them and else from the \
      covariance; the second adds the noise of a single run. The factor beyond the runs says how far N, D \
      or C lies outside of what was fitted.

      Every combination of the parameters and tokens given is predicted. With --compute one of them follows \
      from C = 6 N D, and without either the best split is predicted. --runs predicts the runs of a table \
      and compares.
      """,
    argument: .init("LAW.json", count: 1...1),
    options: [
      .value("parameters", "N", isRepeatable: true, help: "a model size: 70B; repeatable"),
      .value(
        "tokens",
        "D",
        isRepeatable: true,
        help: "training tokens, 1.4T, or tokens for each parameter, 20x; repeatable"
      ),
      .value("compute", "FLOPS", isRepeatable: true, help: "a budget: 5.76e23; repeatable"),
      .file(
        "runs",
        "RUNS.csv",
        help: "predict every run of this table, and say how far off each is"
      ),
      .value("level", "SHARE", help: "the level of the intervals (default: 0.95)"),
    ] + RunTableWords.options + [
      .flag("json", help: "write one JSON object")
    ],
    examples: [
      .init("isoloss fit predict law.json --parameters 70B --tokens 1.4T", "one run"),
      .init("isoloss fit predict law.json --parameters 7B --parameters 70B --tokens 20x", "two"),
      .init("isoloss fit predict law.json --compute 1e24", "the best split of a budget"),
      .init("isoloss fit predict law.json --runs larger.csv", "runs that were not fitted"),
    ]
  )

  private let path: String
  private let points: PointWords
  private let tablePath: String?
  private let tableOptions: RunTableOptions
  private let namesFlops: Bool
  private let level: Double
  private let writesJSON: Bool

  /// The largest table read, in bytes.
  private static let largestTable = 1 << 28

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    path = words.arguments.first ?? "-"
    points = try PointWords(words)
    tablePath = words.text("runs")
    for name in RunTableWords.namesOfTableOptions where tablePath == nil && words.isGiven(name) {
      throw .needs(option: "--\(name)", other: "--runs")
    }
    guard tablePath != nil || !points.isEmpty else {
      throw .other(
        "nothing is asked: `--parameters` and `--tokens`, `--compute` or `--runs` is needed"
      )
    }
    tableOptions = try RunTableWords.parse(words)
    namesFlops = words.isGiven("flops-per-token-parameter")
    level = try UncertaintyWords.level(words)
    writesJSON = words.has("json")
  }

  /// Predicts and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    var law = try LawFile(path, in: context).fitted
    if namesFlops { law.flopsPerTokenParameter = tableOptions.flopsPerTokenParameter }
    var report = PredictReport(law: law, level: level)
    report.predictions = try points.predictions(of: law, level)
    if let tablePath {
      let table = try table(tablePath, for: law, in: context)
      report.tableName = table.name
      report.compared = try table.runs.map { run in
        try context.interruption.check()
        return PredictReport.Compared(run: run, prediction: law.prediction(of: run, level: level))
      }
    }
    let warnings = report.warnings
    if writesJSON {
      let json = JSONReport(
        schema: "isoloss.fit-predict",
        body: report.json,
        warnings: warnings,
        seconds: context.secondsNow() - start
      )
      try context.output.write(json.text(in: context))
    } else {
      try context.output.write(report.text)
    }
    for warning in warnings { context.warn("\(warning.message) [\(warning.id)]") }
    return .done
  }

  /// The table to compare with, its parameters counted as the law counts them, in the law's unit.
  private func table(
    _ path: String,
    for law: FittedLaw,
    in context: CommandContext
  ) throws -> RunTable {
    var options = tableOptions
    options.flopsPerTokenParameter = law.k
    options.parameterConvention = law.parameterConvention
    if let unit = options.lossUnit, let own = law.lossUnit, unit.converted != own {
      throw CommandError(
        "`--loss-unit`: the law predicts \(own.displayName), which losses in \(unit.displayName) are not"
      )
    }
    options.lossUnit = options.lossUnit ?? law.lossUnit
    var source = try context.open(path)
    let bytes = try source.readAll(limit: Self.largestTable)
    return try RunTable(CSVTable(parsing: bytes, name: context.displayName(path)), options)
  }
}

/// The places that words name: sizes, lengths and budgets.
private struct PointWords: Sendable {
  private var parameters: [Double]
  private var tokens: [TokenQuantity]
  private var computes: [Double]

  init(_ words: ParsedWords) throws(UsageError) {
    parameters = try words.quantities("parameters", Quantity.count)
    tokens = try words.quantities("tokens", Quantity.tokens)
    computes = try words.quantities("compute", Quantity.compute)
    switch (parameters.isEmpty, tokens.isEmpty, computes.isEmpty) {
    case (false, false, false):
      throw .other("`--compute` follows from `--parameters` and `--tokens`: give two of the three")
    case (false, true, true):
      throw .needs(option: "--parameters", other: "--tokens` or `--compute")
    case (true, false, true):
      throw .needs(option: "--tokens", other: "--parameters` or `--compute")
    default: break
    }
  }

  var isEmpty: Bool { parameters.isEmpty && tokens.isEmpty && computes.isEmpty }

  /// A prediction for every combination, in the order of the words.
  func predictions(of law: FittedLaw, _ level: Double) throws -> [PredictReport.Point] {
    var points: [PredictReport.Point] = []
    for size in parameters {
      for length in tokens {
        points.append(try point(law, size, length.tokens(forParameters: size), level))
      }
    }
    for compute in computes {
      let product = compute / law.k
      for size in parameters { points.append(try point(law, size, product / size, level)) }
      for length in tokens {
        let size =
          switch length {
          case .tokens(let tokens): product / tokens
          case .perParameter(let ratio): (product / ratio).squareRoot()
          }
        points.append(try point(law, size, length.tokens(forParameters: size), level))
      }
      guard parameters.isEmpty && tokens.isEmpty else { continue }
      guard let prediction = law.optimumPrediction(compute: compute, level: level) else {
        throw CommandError(
          "`\(law.name)`: the law \(law.law.name) has no best split of \(NumberText.measured(compute))"
            + " FLOPs: give `--parameters` or `--tokens` too"
        )
      }
      points.append(PredictReport.Point(prediction: prediction, isOptimum: true))
    }
    return points
  }

  private func point(
    _ law: FittedLaw,
    _ parameters: Double,
    _ tokens: Double,
    _ level: Double
  ) throws -> PredictReport.Point {
    guard parameters.isNormal, tokens.isNormal, (law.k * parameters * tokens).isNormal else {
      throw CommandError("parameters, tokens and their compute leave the range of numbers")
    }
    let prediction = law.prediction(parameters: parameters, tokens: tokens, level: level)
    return PredictReport.Point(prediction: prediction, isOptimum: false)
  }
}
