import IsoLoss

/// `isoloss fit compare`: how much compute one law needs for what another reaches.
public struct FitCompareCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "fit compare",
    summary: "how much more compute one fitted law needs than another for the same loss",
    discussion: """
      Reads two law files, the JSON of `isoloss fit`. The compute multiplier at C is the compute that the \
      first law needs for the least loss the second reaches with C, over C: 1.5 says that the second is worth \
      half as much compute again. Intervals pair draws of both laws, of their bootstraps or else of \
      their covariances; a draw in which the first law never gets there leaves the interval open. Whether one \
      multiplier fits all budgets is told by its slope over those both laws were fitted to.

      Laws whose losses have two units, were measured on two texts (`fit --validation`) or count \
      parameters in two ways do not compare.
      """,
    argument: .init("FIRST.json SECOND.json", count: 2...2),
    options: [
      .value(
        "at",
        "FLOPS",
        isRepeatable: true,
        help:
          "a budget; repeatable (default: middle and end of the budgets both laws were fitted to)"
      ),
      .value("level", "SHARE", help: "the level of the intervals (default: 0.95)"),
      .value(
        "draws",
        "COUNT",
        help: "how many draws are taken from a covariance (default: 1000); files may have their own"
      ),
      .value("seed", "NUMBER", help: "the seed of the draws and of their pairing (default: 0)"),
      .file("svg", "OUT", help: "draw the multiplier over the budgets both laws were fitted to"),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init("isoloss fit compare old.json new.json", "what the new recipe is worth"),
      .init("isoloss fit compare old.json new.json --at 1e23 --svg multiplier.svg", "at a budget"),
    ]
  )

  private let paths: [String]
  private let computes: [Double]
  private let level: Double
  private let drawCount: Int
  private let seed: UInt64
  private let picturePath: String?
  private let writesJSON: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    paths = words.arguments
    computes = try words.quantities("at", Quantity.compute)
    level = try UncertaintyWords.level(words)
    drawCount = try UncertaintyWords.wholeNumber(words, "draws", atMost: 1_000_000) ?? 1000
    guard drawCount > 0 else { throw .other("`--draws`: expected one or more") }
    seed = UInt64(try UncertaintyWords.wholeNumber(words, "seed", atMost: .max) ?? 0)
    picturePath = words.text("svg")
    writesJSON = words.has("json")
  }

  /// Compares and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    if let picturePath { try context.refuseOverwriting(paths, with: picturePath) }
    let laws = try paths.map { try LawFile($0, in: context).fitted }
    let comparison = try LawComparison(
      laws[0],
      laws[1],
      level: level,
      drawCount: drawCount,
      seed: seed
    )
    try context.interruption.check()
    let result = try comparison.result(
      at: computes.isEmpty ? nil : computes,
      on: context.kernels.pool
    ) { [interruption = context.interruption] in
      try interruption.check()
    }
    let report = CompareReport(comparison: comparison, result: result)
    if let picturePath {
      guard let chart = report.chart else {
        throw CommandError("`--svg`: no budget lies in both fitted ranges, so there is no curve")
      }
      try context.writeFile(picturePath, chart.svg)
    }
    let warnings = report.warnings
    if writesJSON {
      let json = JSONReport(
        schema: "isoloss.fit-compare",
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
}
