import FileFormats
import LossNumerics
import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Warnings of checks")
struct HonestyWarningTests {
  private func messages(_ table: RunTable, _ form: any ScalingLawForm = Chinchilla()) throws
    -> [String]
  {
    let fit = LawFit(form, to: table)
    return try fit.honesty(of: fit.run()).warnings.map { "\($0.id): \($0.message)" }
  }

  private func messages(_ runs: [Run]) throws -> [String] {
    try messages(RunTable(name: "runs.csv", runs: runs))
  }

  /// Thirty runs of the golden table's law with normal noise of so much.
  private func noisy(
    seed: UInt64,
    _ noise: Double = 0.005,
    of law: ScalingLaw = PublishedLaw.besiroglu
  ) -> [Run] {
    var generator = SeededGenerator(seed: seed)
    return GoldenFit.runs.map { run in
      let loss = law.loss(parameters: run.parameters, tokens: run.tokens)
      return Run(
        line: run.line,
        parameters: run.parameters,
        tokens: run.tokens,
        loss: loss * exp(noise * generator.nextNormal())
      )
    }
  }

  @Test("a law with normal noise gives none")
  func noFalseAlarm() throws {
    #expect(try messages(GoldenFit.runs) == [])
    // One table of thirty in twenty has a run beyond 4.5 times the noise.
    let warned = try (1...20 as ClosedRange<UInt64>).filter { try messages(noisy(seed: $0)) != [] }
    #expect(warned == [2, 5])
  }

  @Test("runs that lie outside, and what they do to an exponent")
  func outliers() throws {
    var runs = noisy(seed: 1, 0.002)
    runs[0].loss *= 1.3
    runs[5].loss *= 1.2
    let found = try messages(runs)
    #expect(found.contains { $0.hasPrefix("outliers-present: ") && $0.contains("line 2 by ") })
    #expect(found.contains { $0.hasPrefix("outliers-present: ") && $0.contains("line 7 by ") })
  }

  @Test("replicates closer to each other than to the law")
  func lackOfFit() throws {
    var runs = noisy(seed: 2)
    runs += runs.prefix(10).map { run in
      Run(
        line: run.line + 30,
        parameters: run.parameters,
        tokens: run.tokens,
        loss: run.loss * 1.0005
      )
    }
    let found = try messages(runs)
    #expect(
      found.contains {
        $0.hasPrefix(
          "lack-of-fit: the law misses the runs by more than replicates differ: F(25, 10) = "
        )
      }
    )
  }

  @Test("residuals that follow what the law has not")
  func trend() throws {
    var runs = noisy(seed: 4, 0.001)
    for index in runs.indices {
      let size = log(runs[index].parameters / 5e8)
      runs[index].loss *= exp(0.004 * size * size)
    }
    let found = try messages(runs)
    #expect(found.contains { $0.hasPrefix("residual-trend: residuals follow (ln N)² (t = ") })
  }

  @Test("two counts of parameters")
  func conventions() throws {
    let header = "params,non_embedding_params,tokens,loss\n"
    let text = noisy(seed: 5).reduce(header) { text, run in
      let other = run.parameters - 5e6 * pow(run.parameters / 1e7, 0.33)
      return text + "\(run.parameters),\(other),\(run.tokens),\(run.loss)\n"
    }
    let found = try messages(readTable(text))
    #expect(
      found.contains {
        $0.hasPrefix(
          "parameter-convention-matters: the table counts parameters with and without embeddings"
        )
          && $0.hasSuffix("; say which is meant")
      }
    )
  }

  @Test("one number of tokens for each parameter")
  func oneMultiplier() throws {
    let law = PublishedLaw.besiroglu
    let runs = (0..<20).map { index in
      let size = 1e7 * pow(1.5, Double(index))
      let tokens = 20 * size * (1 + 0.1 * Double(index % 3))
      return Run(parameters: size, tokens: tokens, loss: law.loss(parameters: size, tokens: tokens))
    }
    let result = try LawFit(Chinchilla(), to: RunTable(name: "runs.csv", runs: runs)).run()
    let warning = result.warnings.first { $0.kind == .oneMultiplier }
    #expect(
      warning?.message
        == "all runs have 20 to 24 tokens per parameter: along one multiplier N and D cannot be told apart"
    )
    #expect(!result.warnings.contains { $0.kind == .narrowRange })
  }

  @Test("laws of different objectives or runs do not compare")
  func comparison() throws {
    let table = RunTable(name: "runs.csv", runs: GoldenFit.runs)
    let logs = try LawFit(Chinchilla(), to: table).run()
    var raw = LawFit(Kaplan(), to: table)
    raw.objective = .leastSquares
    let other = try raw.run()
    func compare(_ first: FitResult, _ second: FitResult) -> String? {
      let entries = [first, second].map {
        FormComparison.Entry(law: $0.law.name, result: $0, holdout: nil)
      }
      let error = #expect(throws: FormComparisonError.self) { _ = try FormComparison(entries) }
      return error.map { "\($0)" }
    }
    #expect(
      compare(logs, other)
        == "fits by `log-least-squares` and `least-squares` do not compare:"
        + " fit both laws by one objective"
    )
    let fewer = try LawFit(
      Kaplan(),
      to: RunTable(name: "runs.csv", runs: Array(GoldenFit.runs.dropLast()))
    )
    .run()
    #expect(compare(logs, fewer) == "fits of different runs of `runs.csv` do not compare")
    var renamed = fewer
    renamed.table.name = "other.csv"
    #expect(
      compare(logs, renamed)
        == "fits of `runs.csv` and `other.csv` do not compare: fit both laws to the same runs"
    )
  }

  @Test("too few runs to train are an error, in a rollout a reason")
  func tooFew() throws {
    let fit = LawFit(Chinchilla(), to: RunTable(name: "runs.csv", runs: GoldenFit.runs))
    let error = #expect(throws: LawFitError.self) { _ = try fit.holdout(share: 0.9) }
    #expect(
      error.map { "\($0)" }
        == "the law chinchilla has 5 coefficients and needs more runs than that, found 3"
    )
    var checks = HonestyChecks()
    checks.rolloutShares = [0.1, 0.8]
    let report = try fit.honesty(of: fit.run(), checks)
    #expect(report.rollout.map { $0.failure == nil } == [false, true])
    #expect(
      report.summary.hasSuffix(
        "n/a at 10 %: the law chinchilla has 5 coefficients and needs more runs than that, found 3"
      )
    )
  }

  @Test("robust fits have outliers but no warning of them, and no tests of least squares")
  func robust() throws {
    var runs = noisy(seed: 1, 0.002)
    runs[0].loss *= 1.3
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs.csv", runs: runs))
    fit.objective = .huber()
    var checks = HonestyChecks()
    checks.reportsOutliers = true
    let report = try fit.honesty(of: fit.run(), checks)
    #expect(report.warnings.isEmpty)
    let outliers = try #require(report.outliers)
    #expect(outliers.rows.map(\.run.line).first == 2)
    #expect(outliers.influential.isEmpty)
    #expect(report.deviations == nil)
    #expect(report.residualTrends.trends.allSatisfy { $0.slope == nil && $0.signs != nil })
    #expect(JSONValue.object(JSONObject(report.jsonMembers)).nonFinitePaths.isEmpty)
  }
}
