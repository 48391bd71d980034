import IsoLoss

/// Sums, hashes and generators.
func numericBenchmarks() -> [Benchmark] {
  [exactSum(), sha256()]
}

private func exactSum() -> Benchmark {
  Benchmark(name: "LossNumerics/exact-sum/1e6", unit: .values) {
    var generator = SeededGenerator(seed: 1)
    let values = (0..<1_000_000).map { _ in generator.nextUniform() }
    var reference = ExactSum()
    for value in values.reversed() { reference.add(value) }
    let expected = reference.rounded
    return PreparedBenchmark(
      amount: Double(values.count),
      run: {
        var sum = ExactSum()
        for value in values { sum.add(value) }
        return sum.rounded
      },
      check: { $0 == expected }
    )
  }
}

private func sha256() -> Benchmark {
  Benchmark(name: "FileFormats/sha256/64MiB", unit: .bytes) {
    let bytes = [UInt8](repeating: 0x61, count: 1 << 26)
    return PreparedBenchmark(
      amount: Double(bytes.count),
      run: {
        var hasher = ContentHasher()
        hasher.update(bytes)
        return Double(hasher.finalized().bytes[0])
      },
      // head -c 67108864 /dev/zero | tr '\0' a | sha256sum begins with fa.
      check: { $0 == 0xFA }
    )
  }
}
