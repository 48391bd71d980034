import CLossKernels
import Execution

extension KernelContext {
  /// Measures what no kernel can be faster than: multiply-adds in registers, on all threads.
  ///
  ///     print(kernels.multiplyAddPeak() / 1e9, "GFLOP/s")
  ///
  /// The best of a few samples counts, since whatever else runs can only make a machine slower. It takes
  /// less than a tenth of a second.
  ///
  /// - Parameters:
  ///   - sampleSeconds: The length of a sample: long enough that waking the threads does not count.
  ///   - sampleCount: How many samples are taken.
  /// - Returns: Floating-point operations per second, two for a multiply-add.
  /// - Precondition: There is at least one sample.
  public func multiplyAddPeak(sampleSeconds: Double = 0.01, sampleCount: Int = 4) -> Double {
    precondition(sampleSeconds > 0 && sampleCount > 0, "no sample")
    let (code, threadCount) = (variant.code, pool.threadCount)
    func seconds(rounds: Int, threads: Int) -> Double {
      let start = ContinuousClock.now
      pool.forEachBlock(threads) { _, _ in _ = closs_peak(code, rounds, 0.5, 1) }
      return (ContinuousClock.now - start) / .seconds(1)
    }
    // A trial a tenth as long as a sample is exact enough to extrapolate from.
    var rounds = 1000
    var trial = seconds(rounds: rounds, threads: 1)
    while trial < sampleSeconds / 10 {
      rounds *= 4
      trial = seconds(rounds: rounds, threads: 1)
    }
    rounds = max(1, Int(Double(rounds) * sampleSeconds / trial))
    let best = (0..<sampleCount).map { _ in seconds(rounds: rounds, threads: threadCount) }.min()
    let flops = 2 * Double(closs_peak_width(code)) * Double(rounds) * Double(threadCount)
    return flops / (best ?? .infinity)
  }
}
