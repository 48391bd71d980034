import IsoLoss

/// Prints the machine's limits: each of the kernel variants, on one thread and on all.
func printMachineLimits(_ options: BenchmarkOptions) {
  let variants = options.variant.map { [$0] } ?? KernelVariant.supported
  let counts = options.threadCount.map { [$0] } ?? Set([1, WorkerPool.coreCount]).sorted()
  for variant in variants {
    for count in counts {
      let pool = WorkerPool(threadCount: count)
      print(limitsTable(KernelContext(variant: variant, pool: pool)))
    }
  }
}

/// The limits of one instruction set and number of threads, for people to read.
private func limitsTable(_ kernels: KernelContext) -> String {
  let limits = MachineLimits(kernels: kernels)
  let peak = limits.perSecond(.multiplyAdd) / 1e9
  let title = "kernels \(kernels.variant.rawValue)   threads \(kernels.pool.threadCount)"
  var lines = ["\(title)   multiply-add \(fixed(peak, 1)) GFLOP/s", ""]
  let names = MemoryTraffic.allCases.map { padded($0.rawValue, 17) }
  lines.append(padded("GB/s", -6) + names.joined())
  for level in MemoryLevel.allCases {
    let speeds = MemoryTraffic.allCases.map { traffic in
      limits.perSecond(.bandwidth(traffic, in: level)) / 1e9
    }
    lines.append(padded(level.rawValue, -6) + speeds.map { padded(fixed($0, 1), 17) }.joined())
  }
  return lines.joined(separator: "\n") + "\n"
}
