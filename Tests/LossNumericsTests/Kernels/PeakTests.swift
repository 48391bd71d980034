import Execution
import LossNumerics
import Testing

@Suite("The machine's peak")
struct PeakTests {
  /// Other tests run at the same time, so that no more than its magnitude is certain.
  @Test("is one of today's machines", arguments: KernelVariant.supported)
  func magnitude(_ variant: KernelVariant) {
    let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 2))
    let peak = kernels.multiplyAddPeak()
    #expect(peak > 1e8 && peak < 1e13)
  }
}
