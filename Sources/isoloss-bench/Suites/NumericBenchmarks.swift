import CLossKernels
import Foundation
import IsoLoss

/// Sums, logarithms and hashes, on one thread; the limit is reading their input.
func numericBenchmarks() -> [Benchmark] {
  [1 << 13, 1_000_000].map(exactSum)
    + [("natural-log", closs_natural_log, log), ("natural-log-1p", closs_natural_log_1p, log1p)]
    .map { logarithms($0.0, $0.1, $0.2) }
    // First bytes of `head -c COUNT /dev/zero | tr '\\0' a | sha256sum`.
    + [sha256("256KiB", 1 << 18, firstByte: 0xDD), sha256("64MiB", 1 << 26, firstByte: 0xFA)]
}

/// A benchmark that reads so many bytes once.
private func reading(
  _ name: String,
  _ byteCount: Int,
  prepare: @escaping () throws -> PreparedBenchmark
) -> Benchmark {
  Benchmark(
    name: name,
    unit: .bytes,
    limit: .bandwidth(.readSum, in: MemoryLevel(holding: byteCount)),
    prepare: prepare
  )
}

private func exactSum(_ count: Int) -> Benchmark {
  reading("LossNumerics/exact-sum/\(count)", 8 * count) {
    var generator = SeededGenerator(seed: 1)
    let values = (0..<count).map { _ in generator.nextUniform() }
    var reference = ExactSum()
    for value in values.reversed() { reference.add(value) }
    let expected = reference.rounded
    return PreparedBenchmark(
      amount: Double(8 * count),
      run: {
        var sum = ExactSum()
        for value in values { sum.add(value) }
        return sum.rounded
      },
      check: { $0 == expected }
    )
  }
}

/// The logarithms that give the same bits on every processor, one double after the other.
private func logarithms(
  _ name: String,
  _ function: @escaping (Double) -> Double,
  _ reference: @escaping (Double) -> Double
) -> Benchmark {
  let count = 1 << 13
  return reading("CLossKernels/\(name)/\(count)", 8 * count) {
    var generator = SeededGenerator(seed: 1)
    let values = (0..<count).map { _ in generator.nextUniform() }
    let expected = values.reduce(0) { $0 + reference($1) }
    return PreparedBenchmark(
      amount: Double(8 * count),
      run: { values.reduce(0) { $0 + function($1) } },
      check: PreparedBenchmark.near(expected, relative: 1e-12)
    )
  }
}

/// The hash of so many letters a.
private func sha256(_ name: String, _ byteCount: Int, firstByte: UInt8) -> Benchmark {
  reading("FileFormats/sha256/\(name)", byteCount) {
    let bytes = [UInt8](repeating: 0x61, count: byteCount)
    return PreparedBenchmark(
      amount: Double(byteCount),
      run: {
        var hasher = ContentHasher()
        hasher.update(bytes)
        return Double(hasher.finalized().bytes[0])
      },
      check: { $0 == Double(firstByte) }
    )
  }
}
