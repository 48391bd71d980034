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
    ] + UncertaintyWords.options + HonestyWords.options + ApproachWords.options + [
      .value(
        "validation",
        "TEXT",
        help:
          "what the losses were measured on, kept in the report: laws of two texts do not compare"
      ),
      .flag("draws", help: "keep the coefficients of every resample in the JSON report"),
    ] + PictureWords.options + [
      .file(
        "output",
        short: "o",
        "FILE.json",
        help: "also write the JSON report here: the law file of `fit predict`, `fit compare` and"
          + " `plan --law`"
      ),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init("isoloss fit corpora/runs-known-truth.csv", "Chinchilla's law from a table"),
      .init("isoloss fit runs.csv --where dataset=c4 --law kaplan", "Kaplan's law from some rows"),
      .init("isoloss fit runs.csv --json --svg law.svg", "for programs, and a picture"),
      .init(
        "isoloss fit runs.csv --bootstrap 1000 --draws -o law.json",
        "a law file that carries its uncertainty"
      ),
      .init("isoloss fit runs.csv --approach all", "three ways to the best use of compute"),
      .init(
        "isoloss fit runs.csv --html fit.html --plot",
        "a page of everything, and a look at once"
      ),
      .init("isoloss fit runs.csv --holdout 20% --outliers", "what the law predicts and rests on"),
    ]
  )

  private var request: FitRequest
  private let honesty: HonestyWords
  private let approach: ApproachWords
  private let pictures: PictureWords
  private let reportPath: String?
  private let validation: String?
  private let writesDraws: Bool
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
    approach = try ApproachWords(words)
    pictures = try PictureWords(words)
    reportPath = words.text("output")
    validation = words.text("validation")
    writesDraws = words.has("draws")
    writesJSON = words.has("json")
  }

  /// Fits and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    try refuseOverwriting(in: context)
    let findings = try request.findings(approach, in: context)
    let checks = try honesty.report(findings, request, in: context)
    let warnings = findings.warnings + (checks?.warnings ?? [])
    let drawn = FitPictures(findings: findings, isoFLOPOptions: request.isoFLOPOptions(approach))
    guard findings.parametric.value?.draws != nil || !writesDraws else {
      throw CommandError("`--draws`: nothing was resampled; ask for `--bootstrap 1000`, say")
    }
    // All is made before anything is written, so that a picture that cannot be leaves no others.
    var files = try pictures.files(drawn) {
      FitPage(findings: findings, checks: checks, pictures: drawn).report.html
    }
    let plot = try pictures.plotText(drawn, in: context)
    let report = JSONReport(
      schema: findings.schema,
      version: findings.schemaVersion,
      seed: findings.usedSeed,
      body: findings.body(
        checks: checks?.jsonMembers ?? [],
        draws: writesDraws,
        validation: validation
      ),
      warnings: warnings.map { ReportWarning(id: $0.id, message: $0.message) },
      seconds: context.secondsNow() - start
    )
    let json = report.text(in: context)
    if let reportPath { files.append((reportPath, json)) }
    for file in files { try context.writeFile(file.path, file.text) }
    let told = checks.map { $0.summary.isEmpty ? "" : "\n\($0.summary)\n" } ?? ""
    try context.output.write(writesJSON ? json : findings.text + told + plot)
    for warning in warnings { context.warn("\(warning.message) [\(warning.id)]") }
    return checks.map(honesty.passes) ?? true ? .done : .checkFailed
  }

  /// Refuses an output that is the table, and two outputs that are one file.
  private func refuseOverwriting(in context: CommandContext) throws(CommandError) {
    var seen: Set<String> = []
    for output in pictures.paths + [reportPath].compactMap(\.self) {
      try context.refuseOverwriting([request.path], with: output)
      guard seen.insert(context.path(output)).inserted else {
        throw CommandError("`\(output)` is written twice; choose another output")
      }
    }
  }
}
