import IsoLoss

/// Fits of scaling laws.
func fitBenchmarks() -> [Benchmark] {
  var benchmarks = [knownTruth()]
  if let path = BenchmarkFiles.shared("data/scaling/epoch_chinchilla.csv") {
    benchmarks.append(chinchillaRuns(path))
  }
  return benchmarks
}

private func knownTruth() -> Benchmark {
  let path = BenchmarkFiles.package("corpora/runs-known-truth.csv")
  return fit(
    "known-truth-36",
    path,
    where: [],
    check: PreparedBenchmark.near(0.345, relative: 0.05)
  )
}

private func chinchillaRuns(_ path: String) -> Benchmark {
  fit(
    "chinchilla-240",
    path,
    where: [RunSelection(column: "excluded_top5", .equal, value: "False")],
    // SciPy's least_squares at convergence.
    check: PreparedBenchmark.near(0.3602528, relative: 1e-7)
  )
}

/// Times reading the table and the whole multistart; the figure is the estimate of alpha.
private func fit(
  _ name: String,
  _ path: String,
  where selections: [RunSelection],
  check: @escaping (Double) -> Bool
) -> Benchmark {
  Benchmark(
    name: "ScalingLaws/fit-chinchilla/\(name)",
    unit: .fits,
    peer: Peer(script: "scipy_fit.py", arguments: [path] + selections.map(\.description))
  ) { kernels in
    let bytes = try BenchmarkFiles.bytes(path)
    return PreparedBenchmark(
      amount: 1,
      run: {
        var options = RunTableOptions()
        options.selections = selections
        let table = try RunTable(CSVTable(parsing: bytes, name: name), options)
        var fit = LawFit(Chinchilla(), to: table)
        fit.kernels = kernels.variant
        return try fit.run(on: kernels.pool)["alpha"]?.value ?? .nan
      },
      check: check
    )
  }
}
