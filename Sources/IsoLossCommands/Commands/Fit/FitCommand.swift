import IsoLoss

/// `isoloss fit`: a scaling law L(N, D) from a table of runs.
public struct FitCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "fit",
    summary: "a scaling law from a table of runs, with uncertainties and a picture",
    discussion: """
      Fits a law to runs, by least squares on the logarithm of the loss unless told otherwise, from many \
      starts. The table is CSV with a header: parameters (N, params, parameters), tokens (D, tokens), compute \
      (C, flops, compute), loss (loss, val_loss, L); two of N, D and C give the third.

      Laws:
      \(ScalingLaw.forms.map { "\($0.name): \($0.formula)" }.joined(separator: "\n"))
      """,
    argument: .init("RUNS.csv", count: 1...1),
    options: [
      .choice(
        "law",
        ScalingLaw.forms.map(\.name),
        named: "LAW",
        help: "one of the laws above (default: chinchilla)"
      )
    ] + ObjectiveWords.options + SolverWords.options + RunTableWords.options + [
      RunTableWords.parametersOption
    ] + UncertaintyWords.options + HonestyWords.options + [
      .file("svg", "OUT", help: "draw data, isoloss contours and the compute-optimal path"),
      .file(
        "output",
        short: "o",
        "FILE.json",
        help: "also write the JSON report here, for `isoloss plan --law`"
      ),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init("isoloss fit corpora/runs-known-truth.csv", "Chinchilla's law from a table"),
      .init("isoloss fit runs.csv --where dataset=c4 --law kaplan", "Kaplan's law from some rows"),
      .init("isoloss fit runs.csv --json --svg law.svg", "for programs, and a picture"),
      .init("isoloss fit runs.csv --holdout 20% --outliers", "what the law predicts and rests on"),
    ]
  )

  private var request: FitRequest
  private let honesty: HonestyWords
  private let picturePath: String?
  private let reportPath: String?
  private let writesJSON: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    request = try FitRequest(path: words.arguments.first ?? "-", law: "law", words)
    request.objective = try ObjectiveWords.objective(words)
    request.constraints = try ObjectiveWords.constraints(words, of: request.form)
    request.solving = SolverWords(words)
    request.options.parameterConvention = RunTableWords.parameterConvention(words)
    request.uncertainty = try UncertaintyWords(words)
    honesty = try HonestyWords(words)
    picturePath = words.text("svg")
    reportPath = words.text("output")
    writesJSON = words.has("json")
  }

  /// Fits and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    for output in [picturePath, reportPath].compactMap(\.self) {
      try context.refuseOverwriting([request.path], with: output)
    }
    let outcome = try request.run(in: context)
    let result = outcome.result
    let checks = try honesty.report(
      outcome.fit,
      result,
      flopsPerTokenParameter: request.options.flopsPerTokenParameter,
      in: context
    )
    let warnings = result.warnings + checks.warnings
    if let picturePath {
      let figure = FitFigure(result: result, request.options.flopsPerTokenParameter).figure
      try context.writeFile(picturePath, figure.chart.svg)
    }
    let report = JSONReport(
      schema: "isoloss.fit",
      version: FitResult.schemaVersion,
      body: body(result, checks, outcome.hash),
      warnings: warnings.map { ReportWarning(id: $0.id, message: $0.message) },
      seconds: context.secondsNow() - start
    )
    let json = report.text(in: context)
    if let reportPath { try context.writeFile(reportPath, json) }
    let sections = [result.summary, checks.summary].filter { !$0.isEmpty }
    try context.output.write(writesJSON ? json : sections.joined(separator: "\n\n") + "\n")
    for warning in warnings { context.warn("\(warning.message) [\(warning.id)]") }
    return honesty.passes(checks) ? .done : .checkFailed
  }

  /// The library's members, with the table's hash and the extent of its runs, which a plan reads.
  private func body(
    _ result: FitResult,
    _ checks: HonestyReport,
    _ hash: ContentHash
  ) -> [(String, JSONValue)] {
    let framed: Set = ["schema", "schemaVersion", "warnings"]
    return result.json.members.filter { !framed.contains($0.key) }.map { ($0.key, $0.value) }
      + checks.jsonMembers + result.table.jsonMembers + [
        ("sha256", .string("\(hash)")),
        ("flopsPerTokenParameter", .number(request.options.flopsPerTokenParameter)),
        ("fittedRange", FittedRangeJSON.json(result.table.fittedRange)),
      ]
  }
}
