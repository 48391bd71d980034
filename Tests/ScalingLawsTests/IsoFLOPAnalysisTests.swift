import Execution
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

@Suite("IsoFLOP profiles")
struct IsoFLOPAnalysisTests {
  private func result(
    _ runs: [Run],
    _ options: IsoFLOPAnalysis.Options = .init(resampleCount: 0),
    threads: Int = 1
  ) throws(IsoFLOPError) -> IsoFLOPResult {
    let table = RunTable(name: "runs.csv", runs: runs)
    return try IsoFLOPAnalysis(of: table, options).run(on: WorkerPool(threadCount: threads))
  }

  private func failure(
    _ runs: [Run],
    _ options: IsoFLOPAnalysis.Options = .init(resampleCount: 0)
  ) -> String? {
    do throws(IsoFLOPError) {
      _ = try result(runs, options)
      return nil
    } catch {
      return error.description
    }
  }

  private func agree(_ value: Double?, _ expected: Double, to tolerance: Double) -> Bool {
    value.map { abs($0 - expected) <= tolerance * abs(expected) } ?? false
  }

  /// Runs on exact parabolas of the loss in ln N with the best sizes G (C/6)^a.
  private func parabolas(
    a: Double = 0.5,
    factor: Double = 0.3,
    budgets: [Double] = [1e18, 1e19, 1e20],
    steps: ClosedRange<Int> = -3...4
  ) -> [Run] {
    budgets.flatMap { budget in
      steps.map { step in
        let best = factor * pow(budget / 6, a)
        let distance = 0.4 * Double(step) + 0.13
        return Run(
          parameters: best * exp(distance),
          tokens: budget / 6 / best / exp(distance),
          compute: budget,
          loss: 3 - 0.1 * log(budget / 1e18) + 0.06 * distance * distance
        )
      }
    }
  }

  // MARK: - Golden

  @Test("best sizes and the line through them are NumPy's and SciPy's", arguments: [0, 1])
  func golden(index: Int) throws {
    let golden = GoldenProfiles.all[index]
    let options = IsoFLOPAnalysis.Options(interpolation: golden.interpolation, resampleCount: 0)
    let result = try result(GoldenProfiles.runs, options)
    #expect(result.profiles.count == golden.profiles.count)
    for (profile, expected) in zip(result.profiles, golden.profiles) {
      #expect(profile.budget == expected.0)
      #expect(agree(profile.parameters?.value, expected.1, to: 1e-12))
      #expect(agree(profile.loss?.value, expected.2, to: 1e-14))
      #expect(agree(profile.minimum?.curvature, expected.3, to: 1e-11))
      let tokens = expected.0 / 6 / expected.1
      #expect(agree(profile.tokens?.value, tokens, to: 1e-12))
      #expect(agree(profile.tokensPerParameter?.value, tokens / expected.1, to: 1e-12))
    }
    let law = result.allocation
    #expect(agree(law.a.value, golden.a, to: 1e-13))
    #expect(agree(law.b.value, 1 - golden.a, to: 1e-13))
    #expect(agree(law.coefficients.logFactor, golden.logFactor, to: 1e-12))
    #expect(law.approach == .isoFLOPProfiles)
  }

  // MARK: - Laws of nature

  @Test("parabolas without noise give back their vertices and the law")
  func recovery() throws {
    let result = try result(parabolas(a: 0.46))
    for (profile, budget) in zip(result.profiles, [1e18, 1e19, 1e20]) {
      #expect(profile.budget == budget)
      #expect(agree(profile.parameters?.value, 0.3 * pow(budget / 6, 0.46), to: 1e-12))
      #expect(agree(profile.loss?.value, 3 - 0.1 * log(budget / 1e18), to: 1e-14))
      #expect(agree(profile.minimum?.curvature, 0.06, to: 1e-12))
    }
    #expect(agree(result.allocation.a.value, 0.46, to: 1e-13))
    #expect(agree(result.allocation.G.value, 0.3, to: 1e-11))
    let best = result.allocation.optimum(compute: 5.76e23)
    #expect(agree(best.parameters.value, 0.3 * pow(0.96e23, 0.46), to: 1e-11))
    #expect(agree(best.tokens.value, pow(0.96e23, 0.54) / 0.3, to: 1e-11))
    #expect(agree(best.parameters.value * best.tokens.value, 0.96e23, to: 1e-13))
    #expect(result.warnings.isEmpty)
  }

  @Test(
    "a thousandth of the unit makes N* a thousandfold",
    arguments: ProfileInterpolation.allCases
  )
  func units(interpolation: ProfileInterpolation) throws {
    let options = IsoFLOPAnalysis.Options(interpolation: interpolation, resampleCount: 0)
    let scaled = GoldenProfiles.runs.map { run in
      var run = run
      run.parameters *= 1000
      return run
    }
    let (first, second) = (try result(GoldenProfiles.runs, options), try result(scaled, options))
    for (one, other) in zip(first.profiles, second.profiles) {
      #expect(agree(other.parameters?.value, 1000 * (one.parameters?.value ?? 0), to: 1e-12))
    }
    #expect(agree(second.allocation.a.value, first.allocation.a.value, to: 1e-12))
  }

  @Test("rows in another order change no bit", arguments: ProfileInterpolation.allCases)
  func permutation(interpolation: ProfileInterpolation) throws {
    let options = IsoFLOPAnalysis.Options(interpolation: interpolation, resampleCount: 50)
    let first = try result(GoldenProfiles.runs, options)
    var generator = SeededGenerator(seed: 3)
    let second = try result(GoldenProfiles.runs.shuffled(using: &generator), options)
    #expect(first.profiles == second.profiles)
    #expect(first.allocation == second.allocation)
    #expect(first.json == second.json)
  }

  @Test("one, two and three threads draw the same resamples")
  func threads() throws {
    let options = IsoFLOPAnalysis.Options(resampleCount: 200, seed: 7)
    let one = try result(GoldenProfiles.runs, options)
    #expect(try result(GoldenProfiles.runs, options, threads: 2) == one)
    #expect(try result(GoldenProfiles.runs, options, threads: 3) == one)
    var other = options
    other.seed = 8
    #expect(try result(GoldenProfiles.runs, other).allocation != one.allocation)
  }

  @Test("a run twice is a run of weight two, and a run of weight zero is none")
  func weights() throws {
    var runs = GoldenProfiles.runs
    let twice = try result(runs + [runs[3]])
    runs[3].weight = 2
    let heavy = try result(runs)
    #expect(agree(twice.allocation.a.value, heavy.allocation.a.value, to: 1e-13))
    runs.remove(at: 3)
    let without = try result(runs)
    runs.append(GoldenProfiles.runs[3])
    runs[runs.count - 1].weight = 0
    #expect(try result(runs).allocation == without.allocation)
  }

  // MARK: - Budgets

  @Test("compute within the tolerance is one budget, whose middle is the geometric mean")
  func grouping() throws {
    var runs = parabolas()
    for index in runs.indices { runs[index].compute *= index % 2 == 0 ? 0.991 : 1.009 }
    let result = try result(runs)
    #expect(result.profiles.map(\.runs.count) == [8, 8, 8])
    #expect(agree(result.profiles[1].budget, 1e19 * (0.991 * 1.009).squareRoot(), to: 1e-14))
    #expect(try self.result(runs, .init(tolerance: 0.3, resampleCount: 0)).profiles.count == 3)
    #expect(failure(runs, .init(tolerance: 0.001, resampleCount: 0)) == nil)
    #expect(try self.result(runs, .init(tolerance: 0.001, resampleCount: 0)).profiles.count == 6)
  }

  @Test("a chain of budgets is refused")
  func chain() throws {
    var runs = parabolas(budgets: [1e18, 1e19, 1e20], steps: -5...5)
    for index in 11..<22 { runs[index].compute *= pow(1.015, Double(index - 16)) }
    let result = try result(runs)
    #expect(result.profiles.count == 3)
    #expect(
      result.profiles[1].refusal
        == .chain(smallest: runs[11].compute, largest: runs[21].compute)
    )
    #expect(
      result.warnings.map(\.message) == [
        "1 of 3 budgets has no best size: at 1e+19 its runs range from 9.2826e+18 to 1.07728e+19 FLOPs in"
          + " steps within the tolerance, which is no one budget",
        "a line through two budgets fits whatever they are",
      ]
    )
  }

  @Test("a vertex outside of the runs is refused unless it is asked for")
  func outside() throws {
    let low = parabolas(budgets: [1e21], steps: 1...4)
    let runs = parabolas() + low
    let refused = try result(runs)
    #expect(refused.acceptedProfiles.count == 3)
    #expect(refused.warnings.map(\.id) == ["budget-refused"])
    guard case .outside(let parameters, _, _) = refused.profiles[3].refusal else {
      Issue.record("expected a vertex outside")
      return
    }
    #expect(agree(parameters, 0.3 * pow(1e21 / 6, 0.5), to: 1e-10))
    let accepted = try result(runs, .init(acceptsOutside: true, resampleCount: 0))
    #expect(accepted.acceptedProfiles.count == 4)
    #expect(accepted.profiles[3].minimum?.isInterior == false)
    #expect(accepted.warnings.map(\.id) == ["budget-outside"])
    #expect(agree(accepted.allocation.a.value, 0.5, to: 1e-11))
  }

  // MARK: - Errors

  @Test("intervals come from joint draws, and say what they rest on")
  func bootstrap() throws {
    let result = try result(GoldenProfiles.runs, .init())
    let law = result.allocation
    let interval = try #require(law.a.interval)
    #expect(interval.contains(0.5069649125393568))
    #expect(try #require(law.a.standardError) > 0)
    // b = 1 − a draw by draw.
    let other = try #require(law.b.interval)
    #expect(agree(other.lowerBound, 1 - interval.upperBound, to: 1e-12))
    #expect(agree(law.b.standardError, try #require(law.a.standardError), to: 1e-9))
    let best = law.optimum(compute: 5.76e23)
    let sizes = try #require(best.parameters.interval)
    #expect(agree(best.tokens.interval?.lowerBound, 0.96e23 / sizes.upperBound, to: 1e-6))
    // Nearer to the runs N* is known better than far beyond them.
    let near = law.optimum(compute: 3e19).parameters
    #expect(
      try #require(near.standardError) / near.value
        < #require(best.parameters.standardError) / best.parameters.value
    )
    #expect(best.loss?.interval != nil)
    #expect(result.lostResampleCount == 0)
    let exact = try self.result(parabolas(), .init(resampleCount: 20))
    #expect(try #require(exact.allocation.a.standardError) < 1e-12)
  }

  @Test("without resamples, and with resamples that are lost, intervals are absent and say why")
  func absent() throws {
    let none = try result(parabolas()).allocation.a
    #expect(none.standardError == nil)
    #expect(none.reason == "no resamples were drawn")
    // Three runs are drawn all three in two of nine resamples, and both budgets in one of twenty.
    let small = try result(
      parabolas(budgets: [1e18, 1e19], steps: -1...1),
      .init(resampleCount: 100)
    )
    #expect(small.lostResampleCount > 85)
    #expect(
      small.allocation.a.reason
        == "only \(100 - small.lostResampleCount) of 100 resamples gave a value"
    )
    #expect(small.warnings.map(\.id) == ["few-budgets", "resamples-lost"])
  }

  @Test("failures in words")
  func failures() {
    #expect(failure([]) == "expected runs in runs.csv, found none")
    let one = parabolas(budgets: [1e19])
    #expect(
      failure(one)
        == "all 8 runs have one compute budget, 1e+19 FLOPs; the law of the best size needs two budgets"
        + " or more"
    )
    #expect(
      failure(parabolas(steps: 0...1))
        == "0 of 3 compute budgets have a best size, expected 2 or more: at 1e+18 2 different sizes,"
        + " expected 3 or more; at 1e+19 2 different sizes, expected 3 or more; at 1e+20 2 different"
        + " sizes, expected 3 or more"
    )
    var runs = parabolas(budgets: [1e18, 1e19])
    for index in 0..<8 { runs[index].loss = 6 - runs[index].loss }
    #expect(
      failure(runs)
        == "1 of 2 compute budgets have a best size, expected 2 or more: at 1e+18 the parabola has no"
        + " least loss (curvature -0.06)"
    )
    #expect(
      failure(
        parabolas(budgets: [1e18, 1e19], steps: 1...4),
        .init(interpolation: .akima, resampleCount: 0)
      )
        == "0 of 2 compute budgets have a best size, expected 2 or more: at 1e+18 the smallest size,"
        + " 2.08076e+08 parameters, has the least loss, so the best may be smaller; at 1e+19 the smallest"
        + " size, 6.57994e+08 parameters, has the least loss, so the best may be smaller"
    )
    runs = parabolas(budgets: [1e18, 1e19])
    for index in runs.indices { runs[index].loss = [0, 7].contains(index % 8) ? 3 : 0.1 }
    #expect(
      failure(runs)
        == "0 of 2 compute budgets have a best size, expected 2 or more: at 1e+18 the least loss of the"
        + " parabola, -0.44375, is not positive; at 1e+19 the least loss of the parabola, -0.44375, is not"
        + " positive"
    )
    runs = one
    runs[2].compute = 0
    #expect(failure(runs) == "expected positive compute in run 3, found 0.0")
    runs = one
    runs[1].weight = -1
    #expect(failure(runs) == "expected a weight of 0 or more in run 2, found -1.0")
    let many = (0..<6).flatMap { parabolas(budgets: [pow(10, 18 + Double($0))], steps: 0...0) }
    #expect(
      failure(many)
        == "0 of 6 compute budgets have a best size, expected 2 or more: at 1e+18 1 different size,"
        + " expected 3 or more; at 1e+19 1 different size, expected 3 or more; at 1e+20 1 different size,"
        + " expected 3 or more; at 1e+21 1 different size, expected 3 or more; and 2 more"
    )
  }

  @Test("a checkpoint stops the resamples, on every thread", arguments: [1, 3])
  func checkpoint(_ threads: Int) throws {
    struct Stop: Error {}
    let table = RunTable(name: "runs.csv", runs: GoldenProfiles.runs)
    let analysis = IsoFLOPAnalysis(of: table, .init(resampleCount: 30))
    let pool = WorkerPool(threadCount: threads)
    let counter = Counter()
    #expect(throws: Stop.self) {
      _ = try analysis.run(on: pool) { if counter.next() == 8 { throw Stop() } }
    }
    #expect(counter.next() < 30)
    let all = Counter()
    let checked = try analysis.run(on: pool) { _ = all.next() }
    #expect(all.next() == 31)
    #expect(try analysis.run() == checked)
    // What is wrong with the runs is said first.
    #expect(throws: IsoFLOPError.noRuns("none")) {
      _ = try IsoFLOPAnalysis(of: RunTable(name: "none", runs: [])).run(on: pool) { throw Stop() }
    }
  }
}
