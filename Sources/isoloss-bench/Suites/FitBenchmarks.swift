import IsoLoss

/// Fits of scaling laws.
func fitBenchmarks() -> [Benchmark] {
  var benchmarks = [knownTruth(threadCount: 1), knownTruth(threadCount: 2)]
  if let path = BenchmarkFiles.shared("data/scaling/epoch_chinchilla.csv") {
    benchmarks += [1, 2].map { chinchillaRuns(path, threadCount: $0) }
  }
  return benchmarks
}

private func knownTruth(threadCount: Int) -> Benchmark {
  let path = BenchmarkFiles.package("corpora/runs-known-truth.csv")
  return fit(
    "known-truth-36",
    path,
    where: [],
    threadCount: threadCount,
    check: PreparedBenchmark.near(0.345, relative: 0.05)
  )
}

private func chinchillaRuns(_ path: String, threadCount: Int) -> Benchmark {
  fit(
    "chinchilla-240",
    path,
    where: [RunSelection(column: "excluded_top5", .equal, value: "False")],
    threadCount: threadCount,
    // SciPy's least_squares at convergence.
    check: PreparedBenchmark.near(0.3602528, relative: 1e-7)
  )
}

/// Times reading the table and the whole multistart; the figure is the estimate of alpha.
private func fit(
  _ name: String,
  _ path: String,
  where selections: [RunSelection],
  threadCount: Int,
  check: @escaping (Double) -> Bool
) -> Benchmark {
  Benchmark(
    // SciPy's fit, the peer, has one thread.
    name: "ScalingLaws/fit-chinchilla/\(name)"
      + (threadCount == 1 ? "" : "-\(threadCount)-threads"),
    unit: .fits,
    peer: Peer(script: "scipy_fit.py", arguments: [path] + selections.map(\.description))
  ) {
    let bytes = try BenchmarkFiles.bytes(path)
    let pool = WorkerPool(threadCount: threadCount)
    return PreparedBenchmark(
      amount: 1,
      run: {
        var options = RunTableOptions()
        options.selections = selections
        let table = try RunTable(CSVTable(parsing: bytes, name: name), options)
        return try LawFit(Chinchilla(), to: table).run(on: pool)["alpha"]?.value ?? .nan
      },
      check: check
    )
  }
}
