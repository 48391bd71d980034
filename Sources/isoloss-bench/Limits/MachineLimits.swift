import IsoLoss

/// Measures what this machine can do at most, with an instruction set and a number of threads.
///
///     let limits = MachineLimits(kernels: KernelContext())
///     print(limits.perSecond(.multiplyAdd) / 1e9, "GFLOP/s")
///
/// Every limit is the best of several samples: whatever else runs can only make a machine slower.
struct MachineLimits {
  var kernels: KernelContext

  /// The length of a sample: long enough that waking the threads does not count.
  var sampleSeconds = 0.025

  var sampleCount = 5

  /// A limit in flops or bytes per second.
  func perSecond(_ limit: MachineLimit) -> Double {
    switch limit {
    case .multiplyAdd:
      kernels.multiplyAddPeak(sampleSeconds: sampleSeconds, sampleCount: sampleCount)
    case .bandwidth(let traffic, in: let level): bandwidth(of: traffic, in: level)
    }
  }

  private func bandwidth(of traffic: MemoryTraffic, in level: MemoryLevel) -> Double {
    let threadCount = kernels.pool.threadCount
    let memory = SweptMemory(
      arrayCount: level.arrayCount(threadCount: threadCount),
      threadCount: threadCount
    )
    let code = kernels.variant.code
    // The pages are touched before anything is timed.
    kernels.pool.forEachBlock(threadCount) { block, _ in memory.fill(part: block) }
    return best(of: Double(memory.byteCountOfPart)) { block, sweeps in
      for _ in 0..<sweeps { memory.sweep(traffic, part: block, code) }
    }
  }

  /// The most work per second that all threads together do, each `repetitions` times `work`.
  private func best(
    of work: Double,
    _ body: @Sendable (_ block: Int, _ repetitions: Int) -> Void
  ) -> Double {
    let threadCount = kernels.pool.threadCount
    let repetitions = Stopwatch.repetitions(lasting: sampleSeconds) { body(0, $0) }
    let seconds = (0..<sampleCount).map { _ in
      Stopwatch.seconds {
        kernels.pool.forEachBlock(threadCount) { block, _ in body(block, repetitions) }
      }
    }
    return Double(threadCount * repetitions) * work / (seconds.min() ?? .infinity)
  }
}
