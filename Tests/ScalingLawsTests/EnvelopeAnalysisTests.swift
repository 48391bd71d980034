import Execution
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

@Suite("Envelopes of training curves")
struct EnvelopeAnalysisTests {
  private let law = ScalingLaw.chinchilla(
    E: 1.8172,
    A: 482.01,
    B: 2085.43,
    alpha: 0.3478,
    beta: 0.3658
  )

  /// Curves of a law: sizes a factor apart, 80 points each over a factor of 400 in tokens.
  private func runs(
    sizes count: Int = 12,
    factor: Double = 1.6,
    noise: Double = 0,
    from firstRatio: Double = 1,
    law: ScalingLaw? = nil
  ) -> [Run] {
    var generator = SeededGenerator(seed: 5)
    return (0..<count).flatMap { size in
      (0..<80).map { step in
        let parameters = 3e7 * pow(factor, Double(size))
        let tokens = firstRatio * parameters * exp(log(400) * Double(step) / 79)
        let loss = (law ?? self.law).loss(parameters: parameters, tokens: tokens)
        return Run(
          name: "run \(size)",
          parameters: parameters,
          tokens: tokens,
          loss: loss * exp(noise * generator.nextNormal())
        )
      }
    }
  }

  private func result(
    _ runs: [Run],
    _ options: EnvelopeAnalysis.Options = .init(resampleCount: 0),
    threads: Int = 1
  ) throws -> EnvelopeResult {
    let curves = try TrainingCurve.curves(of: RunTable(name: "curves.csv", runs: runs))
    return try EnvelopeAnalysis(of: curves, name: "curves.csv", options)
      .run(on: WorkerPool(threadCount: threads))
  }

  private func failure(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }

  // MARK: - A known truth

  @Test("the middles of stretches give the law's exponent")
  func recovery() throws {
    let truth = try #require(law["a"])
    let result = try result(runs())
    #expect(abs(result.allocation.a.value - truth) < 0.001)
    let best = result.allocation.optimum(compute: 1e20)
    let optimum = try #require(law.optimum(compute: 1e20))
    #expect(abs(best.parameters.value / optimum.parameters - 1) < 0.01)
    #expect(abs(try #require(best.loss).value / optimum.loss - 1) < 0.02)
    #expect(result.allocation.approach == .trainingCurves)
  }

  @Test("every place of the grid gives an exponent that is too small by 1/m² of it")
  func staircase() throws {
    let truth = try #require(law["a"])
    for count in [6, 8, 12] {
      let result = try result(runs(sizes: count), .init(regression: .grid, resampleCount: 0))
      let steps = Double(result.stretches.count)
      // The law's stretches are equal only nearly.
      let expected = truth * (1 - 1 / (steps * steps))
      #expect(abs(result.allocation.a.value - expected) < 0.002, "\(count) sizes")
    }
  }

  @Test("a symmetric law is met exactly but for the grid's steps")
  func symmetric() throws {
    // alpha = beta: crossings lie exactly halfway, and a is ½.
    let law = ScalingLaw.chinchilla(E: 1.7, A: 400, B: 400, alpha: 0.3, beta: 0.3)
    let result = try result(runs(from: 0.05, law: law), .init(gridCount: 20_000, resampleCount: 0))
    #expect(abs(result.allocation.a.value - 0.5) < 1e-4)
    #expect(abs(result.allocation.optimum(compute: 1e20).tokensPerParameter.value - 1) < 1e-2)
  }

  // MARK: - What counts

  @Test("the smallest and the largest size never count")
  func ends() throws {
    let result = try result(runs())
    let stretches = result.stretches
    #expect(stretches.first?.parameters ?? 0 > 3e7)
    #expect(stretches.last?.parameters ?? 0 < 3e7 * pow(1.6, 11))
    #expect(result.points.contains { $0.parameters == 3e7 && !$0.isBracketed })
    #expect(result.bracketedCount == stretches.reduce(0) { $0 + $1.pointCount })
    #expect(result.points.count == 1500)
    for point in result.points.dropFirst() where point.isBracketed {
      let curve = result.curves[point.curve]
      #expect(curve.parameters == point.parameters)
      #expect(abs(point.tokens * point.parameters * 6 / point.compute - 1) < 1e-15)
    }
  }

  @Test("where a neighbor has no losses nothing counts")
  func coverage() throws {
    // Without the second half of size 5, sizes 4 and 6 are not compared with it there.
    let whole = runs()
    let cut = whole.enumerated().filter { index, run in
      run.name != "run 5" || index % 80 < 40
    }
    let result = try result(cut.map(\.element))
    let limit = 6 * whole[439].parameters * whole[439].tokens
    for point in result.points where point.isBracketed && point.compute > limit * 1.0001 {
      #expect(point.parameters > whole[480].parameters * 1.0001)
    }
  }

  // MARK: - Same bits

  @Test("the order of rows changes no bit, nor does the number of threads")
  func determinism() throws {
    let rows = runs(noise: 0.003)
    let options = EnvelopeAnalysis.Options(errorMethod: .bootstrap, resampleCount: 60, seed: 4)
    let one = try result(rows, options)
    var generator = SeededGenerator(seed: 9)
    #expect(try result(rows.shuffled(using: &generator), options) == one)
    #expect(try result(rows, options, threads: 2) == one)
    #expect(try result(rows, options, threads: 3) == one)
  }

  @Test("sizes in another unit change N* and nothing else")
  func units() throws {
    let rows = runs()
    let scaled = rows.map { run in
      var run = run
      run.parameters *= 1024
      run.tokens /= 1024
      return run
    }
    let (one, other) = (try result(rows), try result(scaled))
    #expect(abs(other.allocation.a.value - one.allocation.a.value) < 1e-12)
    #expect(abs(other.allocation.G.value / one.allocation.G.value / 1024 - 1) < 1e-10)
  }

  @Test("a curve that begins later loses as long as it begins above the lowest")
  func laterStart() throws {
    // Curves that start at 8 tokens a parameter: larger ones have not begun where smaller ones are best.
    let late = try result(runs(sizes: 8, factor: 2, from: 8))
    #expect(late.stretches.count > 4)
    #expect(abs(late.allocation.a.value - (try #require(law["a"]))) < 0.01)
  }

  @Test("the bootstrap draws curves and counts those that give no law")
  func bootstrap() throws {
    let options = EnvelopeAnalysis.Options(errorMethod: .bootstrap, resampleCount: 200)
    let law = try result(runs(noise: 0.002), options).allocation
    let interval = try #require(law.a.interval)
    #expect(interval.contains(try #require(self.law["a"])))
    #expect(law.a.standardError ?? 0 > 0)
    let few = try result(runs(sizes: 6), options)
    #expect(few.lostResampleCount > 0)
    #expect(few.warnings.map(\.id) == ["few-models", "resamples-lost"])
  }

  // MARK: - Curves

  @Test("curves are told apart by a column, by names that repeat, or by size")
  func curves() throws {
    let rows = (0..<6).map { index in
      Run(
        name: "row \(index)",
        parameters: index < 4 ? 1e6 : 2e6,
        tokens: Double(6 - index) * 1e6,
        loss: 3,
        columns: ["trial": "\(index % 2 == 0 ? "even" : "odd")", "id": index < 3 ? "a" : "b"]
      )
    }
    let table = RunTable(name: "t", runs: rows)
    // Names differ in every row, `id` repeats, but its curve b changes size.
    #expect(
      failure { _ = try TrainingCurve.curves(of: table) }
        == "the curve `b` has rows of different parameters, 1e+06 and 2e+06; name the column that tells"
        + " runs apart"
    )
    var plain = table
    for index in rows.indices { plain.runs[index].columns["id"] = nil }
    let bySize = try TrainingCurve.curves(of: plain, tokensPerStep: 10)
    #expect(bySize.map(\.parameters) == [1e6, 2e6])
    #expect(bySize[0].points.map(\.tokens) == [3e7, 4e7, 5e7, 6e7])
    for index in rows.indices { plain.runs[index].name = "\(index / 2)" }
    #expect(try TrainingCurve.curves(of: plain).map(\.name) == ["0", "1", "2"])
    for index in rows.indices { plain.runs[index].parameters = 1e6 }
    #expect(try TrainingCurve.curves(of: plain, namedBy: "trial").map(\.name) == ["even", "odd"])
    #expect(
      failure { _ = try TrainingCurve.curves(of: plain, namedBy: "seed") }
        == "expected the name of a run in column `seed` of row 1, found nothing"
    )
  }

  @Test("points are put in order, and a running median takes spikes away")
  func smoothing() {
    let losses = [5, 4, 9, 3, 2.5, 2, 2.0]
    let points = losses.enumerated().map {
      TrainingCurve.Point(tokens: Double($0.offset + 1), loss: $0.element)
    }
    let curve = TrainingCurve(name: "c", parameters: 1, points: points.reversed())
    #expect(curve.points == points)
    #expect(curve.smoothed(.none) == curve)
    #expect(curve.smoothed(.runningMedian(3)).points.map(\.loss) == [5, 5, 4, 3, 2.5, 2, 2])
    let twice = TrainingCurve(
      name: "c",
      parameters: 1,
      points: points + [.init(tokens: 2, loss: 1)]
    )
    #expect(twice.points.count == 7)
    #expect(abs(twice.points[1].loss - 2) < 1e-15)
  }

  @Test("a report names the stretches")
  func report() throws {
    let result = try result(
      runs(sizes: 6, factor: 2),
      .init(errorMethod: .bootstrap, resampleCount: 0)
    )
    #expect(
      result.summary == """
        approach 1 (envelope of training curves, stretches): ln N* = ln G + a ln(C/k)
        curves 6 from curves.csv   grid 1500, on the envelope 1500, between sizes 628
        errors from 0 resamples of the curves, lost 0: as asked for

        N        best from C         to C  points
        6e+07    2.87349e+17  1.10277e+18     157
        1.2e+08  1.11232e+18  4.26878e+18     157
        2.4e+08  4.30574e+18  1.65243e+19     157
        4.8e+08  1.66673e+19  6.39648e+19     157

        estimate     value  std. error  95 % interval
        a         0.512114         n/a            n/a
        b         0.487886         n/a            n/a
        G         0.122014         n/a            n/a
        n/a for a, b, G: no resamples were drawn
        """
    )
    let json = result.json
    #expect(
      json.keys == [
        "approach", "table", "curveCount", "skippedCurveCount", "smoothing", "regression",
        "gridCount",
        "envelopeCount", "bracketedCount", "stretches", "law", "errors", "bootstrap", "warnings",
      ]
    )
    #expect(json["smoothing"] == "none")
    #expect(json["stretches"]?.array?.count == result.stretches.count)
    #expect(json["warnings"]?[0]?["id"] == "few-models")
    #expect(CurveSmoothing.runningMedian(5).description == "running-median:5")
  }

  // MARK: - Failures

  @Test("failures in words")
  func failures() throws {
    #expect(
      failure { _ = try result([]) } == "expected training curves in curves.csv, found no rows"
    )
    #expect(
      failure { _ = try result(runs(sizes: 4)) }
        == "2 of 4 model sizes are best anywhere between a smaller and a larger one that were compared,"
        + " expected 3 or more"
    )
    #expect(
      failure { _ = try result(runs(sizes: 3)) }
        == "1 of 3 model sizes is best anywhere between a smaller and a larger one that were compared,"
        + " expected 3 or more"
    )
    let single = (1...3).map { Run(parameters: Double($0) * 1e6, tokens: 1e8, loss: 3) }
    #expect(
      failure { _ = try result(single) }
        == "3 training curves of a single point each, expected several points; name the column that"
        + " tells runs apart"
    )
    var rows = runs(sizes: 3)
    rows[4].loss = .nan
    #expect(failure { _ = try result(rows) } == "expected positive loss in row 5, found nan")
  }
}
