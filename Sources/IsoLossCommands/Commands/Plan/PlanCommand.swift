import IsoLoss

/// `isoloss plan`: splits a compute budget between parameters and tokens.
public struct PlanCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "plan",
    summary: "how many parameters and tokens a budget should buy, and the loss to expect",
    discussion: """
      One question fixes one thing: a budget (--compute, or --budget as accelerators for a time), a loss \
      to reach, a number of parameters, or a number of tokens. The answer is the compute-optimal split \
      under C = 6 N D, by default under the replication of Chinchilla by Besiroglu et al. (2024), with \
      every other named set of coefficients beside it. --fit or --law plans with your own law.

      Sets: \(CoefficientSet.published.map(\.name).joined(separator: ", ")).
      """,
    argument: .none,
    options: [
      .value("compute", "FLOPS", help: "a budget in FLOPs: 5.76e23, 2.5PF-days"),
      .value("budget", "FLEET", help: "a budget as accelerators for a time: 8xH100:3d12h"),
      .value("loss", "NATS", help: "the least compute that reaches this loss"),
      .value("parameters", "N", help: "the budget for which this model size is the best: 7B"),
      .value("tokens", "D", help: "the budget for which this much data is the best: 1.4T"),
      .value("set", "NAME", isRepeatable: true, help: "only this set of coefficients; repeatable"),
      .file("fit", "RUNS.csv", help: "fit a law to this table first and plan with it"),
      .choice(
        "form",
        ScalingLaw.forms.map(\.name),
        named: "LAW",
        help: "the law that --fit fits, one of those of `isoloss fit` (default: chinchilla)"
      ),
      .file("law", "FILE.json", help: "plan with the law that `isoloss fit --json` wrote here"),
    ] + RunTableWords.options + [
      .value("hardware", "FLEET", help: "say the hours on these accelerators: 1024xH100"),
      .value("mfu", "SHARE", help: "model FLOPs utilization of the accelerators (default: 0.4)"),
      .value("peak", "FLOP/S", help: "dense peak of one accelerator, where its name is not known"),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init("isoloss plan --compute 5.76e23", "Chinchilla's own budget under every set"),
      .init(
        "isoloss plan --budget 8xH100:30d --mfu 0.4",
        "what a month of eight H100 should train"
      ),
      .init("isoloss plan --parameters 7B --set epoch", "the budget for which 7B is the best size"),
      .init("isoloss plan --fit runs.csv --compute 1e21", "a budget under a law of one's own"),
    ]
  )

  private let question: Question
  private let sets: [String]
  private let lawPath: String?
  private let fit: FitRequest?
  private let hardware: HardwareRequest?
  /// As given; `nil` leaves it to the law's file, or to convention.
  private let flopsPerTokenParameter: Double?
  private let writesJSON: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    question = try Question(words)
    sets = words.texts("set")
    lawPath = words.text("law")
    try words.refuseTogether(["fit", "law"])
    fit = try words.text("fit").map { (path) throws(UsageError) in
      try FitRequest(path: path, law: "form", words)
    }
    for name in ["form"] + RunTableWords.namesOfTableOptions
    where fit == nil && words.isGiven(name) {
      throw .needs(option: "--\(name)", other: "--fit")
    }
    hardware = try HardwareRequest(words)
    flopsPerTokenParameter =
      words.isGiven("flops-per-token-parameter")
      ? try RunTableWords.flopsPerTokenParameter(words) : nil
    writesJSON = words.has("json")
  }

  /// Answers the question under each law and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    let hardware = try hardware?.hardware()
    let file = try lawPath.map { try LawFile($0, in: context) }
    let plan = ComputePlan(
      try question.question(on: hardware),
      sources: try sources(file?.fitted, in: context),
      flopsPerTokenParameter: flopsPerTokenParameter ?? file?.fitted.flopsPerTokenParameter ?? 6,
      hardware: hardware
    )
    let report = PlanReport(plan: plan, answers: plan.answers)
    // The first law is the one that was asked for: without its answer there is none.
    let first = try report.answers[0].get()
    if writesJSON {
      let json = JSONReport(
        schema: "isoloss.plan",
        body: try report.json(),
        warnings: first.warnings.map { ReportWarning(id: $0.id, message: $0.message) },
        seconds: context.secondsNow() - start
      )
      try context.output.write(json.text(in: context))
    } else {
      try context.output.write(report.text(first))
    }
    for warning in first.warnings { context.warn("\(first.coefficientSet): \(warning.message)") }
    return .done
  }

  private func sources(
    _ file: FittedLaw?,
    in context: CommandContext
  ) throws -> [LawSource] {
    var sources = [LawSource]()
    if let fit { sources.append(try fit.lawSource(in: context)) }
    if let file { sources.append(.fitted(file)) }
    sources += try sets.map { .published(try CoefficientSet.named($0)) }
    if sets.isEmpty { sources += CoefficientSet.published.map(LawSource.published) }
    return sources
  }
}

// MARK: - Questions

extension PlanCommand {
  /// What is fixed, as the words say it.
  private enum Question: Sendable {
    case fixed(PlanQuestion)
    case budget(FleetQuantity)

    init(_ words: ParsedWords) throws(UsageError) {
      let names = ["compute", "budget", "loss", "parameters", "tokens"]
      try words.refuseTogether(names)
      if let compute = try words.quantity("compute", Quantity.compute) {
        self = .fixed(.compute(compute))
      } else if let fleet = try words.quantity("budget", Quantity.fleet) {
        self = .budget(fleet)
      } else if let loss = try words.quantity("loss", Quantity.number) {
        self = .fixed(.loss(loss))
      } else if let parameters = try words.quantity("parameters", Quantity.count) {
        self = .fixed(.parameters(parameters))
      } else if let tokens = try words.quantity("tokens", Quantity.count) {
        self = .fixed(.tokens(tokens))
      } else {
        let list = names.map { "`--\($0)`" }.joined(separator: ", ")
        throw .other("nothing is asked: one of \(list) is needed")
      }
    }

    func question(on hardware: Hardware?) throws -> PlanQuestion {
      switch self {
      case .fixed(let question): return question
      case .budget(let fleet):
        guard let hardware else { throw CommandError("a budget needs accelerators") }
        let budget = HardwareBudget(hardware: hardware, seconds: fleet.seconds)
        return .compute(budget.compute)
      }
    }
  }

  /// The accelerators, as the words name them.
  private struct HardwareRequest: Sendable {
    var count: Int
    var name: String
    var utilization: Double
    var peak: Double?

    init?(_ words: ParsedWords) throws(UsageError) {
      try words.refuseTogether(["budget", "hardware"])
      if let fleet = try words.quantity("budget", Quantity.fleet) {
        (count, name) = (fleet.count, fleet.acceleratorName)
      } else if let size = try words.quantity("hardware", Quantity.fleetSize) {
        (count, name) = (size.count, size.acceleratorName)
      } else {
        for option in ["mfu", "peak"] where words.isGiven(option) {
          throw .needs(option: "--\(option)", other: "--budget` or `--hardware")
        }
        return nil
      }
      utilization = try words.quantity(
        "mfu",
        default: Hardware.defaultUtilization,
        Quantity.fraction
      )
      peak = try words.quantity("peak", Quantity.compute)
    }

    func hardware() throws -> Hardware {
      let accelerator =
        try peak.map { Accelerator(name: name, peak: $0) }
        ?? AcceleratorCatalog.accelerator(named: name)
      return Hardware(accelerator, count: count, utilization: utilization)
    }
  }
}
