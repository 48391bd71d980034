import IsoLoss

/// Fits under Huber's objective: the published table from our starts, from the published grid, and resampled.
func robustFitBenchmarks() -> [Benchmark] {
  var benchmarks = [1_000, 10_000, 100_000].map(rows)
  if let path = BenchmarkFiles.shared("data/scaling/epoch_chinchilla.csv") {
    benchmarks += [ownStarts(path), certified(path), publishedGrid(path), resamples(path)]
  }
  return benchmarks
}

/// SciPy's optimum after Newton steps at 40 digits.
private var huberOptimum: (Double) -> Bool {
  PreparedBenchmark.near(0.001018274017800599, relative: 1e-12)
}

private func ownStarts(_ path: String) -> Benchmark {
  Benchmark(name: "ScalingLaws/fit-huber/chinchilla-240", unit: .fits) { kernels in
    let fit = try huberFit(path, kernels)
    return PreparedBenchmark(
      amount: 1,
      run: { try fit.run(on: kernels.pool).objectiveValue },
      check: huberOptimum
    )
  }
}

/// One start, and a scan of all exponents that excludes a second basin.
private func certified(_ path: String) -> Benchmark {
  Benchmark(name: "ScalingLaws/fit-huber-certified/chinchilla-240", unit: .fits) { kernels in
    var fit = try huberFit(path, kernels)
    fit.startLimit = 1
    fit.scansBasins = true
    let prepared = fit
    return PreparedBenchmark(
      amount: 1,
      run: {
        let result = try prepared.run(on: kernels.pool)
        return result.basinScan?.basinCount == 1 ? result.objectiveValue : .nan
      },
      check: huberOptimum
    )
  }
}

private func publishedGrid(_ path: String) -> Benchmark {
  Benchmark(
    name: "ScalingLaws/fit-huber-grid-4500/chinchilla-240",
    unit: .fits,
    isSlow: true,
    peer: Peer(script: "scipy_huber.py", arguments: ["grid", path, "excluded_top5=False"])
  ) { kernels in
    var fit = try huberFit(path, kernels)
    fit.starts = gridStarts
    let prepared = fit
    return PreparedBenchmark(
      amount: 4500,
      run: {
        let result = try prepared.run(on: kernels.pool)
        // Every start ends at a minimum or on a plateau.
        return result.search.unconvergedCount == 0 ? result.objectiveValue : .nan
      },
      check: huberOptimum
    )
  }
}

private func resamples(_ path: String) -> Benchmark {
  Benchmark(
    name: "ScalingLaws/bootstrap-huber-4000/chinchilla-240",
    unit: .fits,
    isSlow: true,
    peer: Peer(script: "scipy_huber.py", arguments: ["bootstrap", path, "excluded_top5=False"])
  ) { kernels in
    var fit = try huberFit(path, kernels)
    fit.bootstrap = Bootstrap(resampleCount: 4000, seed: 42)
    let prepared = fit
    return PreparedBenchmark(
      amount: 4000,
      run: {
        let result = try prepared.run(on: kernels.pool)
        return result.draws?.unconvergedCount == 0 ? result["alpha"]?.standardError ?? .nan : .nan
      },
      check: PreparedBenchmark.near(0.0154, relative: 0.04)
    )
  }
}

/// How a fit grows with its runs.
private func rows(_ count: Int) -> Benchmark {
  Benchmark(
    name: "ScalingLaws/fit-huber/rows-\(count)",
    unit: .fits,
    isSlow: count > 1000
  ) { kernels in
    var generator = SeededGenerator(seed: 1)
    let table = SimulatedTable(sizeCount: count / 10, lengthCount: 10, noise: .normal)
    var fit = LawFit(Chinchilla(), to: RunTable(name: "rows", runs: table.runs(&generator)))
    fit.objective = .huber()
    fit.kernels = kernels.variant
    let prepared = fit
    return PreparedBenchmark(
      amount: 1,
      run: { try prepared.run(on: kernels.pool)["alpha"]?.value ?? .nan },
      check: PreparedBenchmark.near(0.3478, relative: 0.1)
    )
  }
}

private func huberFit(_ path: String, _ kernels: KernelContext) throws -> LawFit {
  var options = RunTableOptions()
  options.selections = [RunSelection(column: "excluded_top5", .equal, value: "False")]
  let bytes = try BenchmarkFiles.bytes(path)
  let table = try RunTable(CSVTable(parsing: bytes, name: "chinchilla"), options)
  var fit = LawFit(Chinchilla(), to: table)
  fit.objective = .huber()
  fit.kernels = kernels.variant
  return fit
}

/// The starts of the replication by Besiroglu and others (2024): ln E, ln A, ln B, alpha, beta.
private var gridStarts: [[Double]] {
  let exponents = [0, 0.5, 1, 1.5, 2]
  let amplitudes = [0.0, 5, 10, 15, 20, 25]
  var starts: [[Double]] = []
  for alpha in exponents {
    for beta in exponents {
      for floor in [-1, -0.5, 0, 0.5, 1] {
        for a in amplitudes {
          for b in amplitudes { starts.append([floor, a, b, alpha, beta]) }
        }
      }
    }
  }
  return starts
}
