import CLossKernels
import IsoLoss

/// Three arrays for each thread, to be read and written in order; in large pages, as those of kernels.
// SAFETY: each part is used by one thread at a time, as the block of that number.
@safe final class SweptMemory: @unchecked Sendable {
  private let memory: AlignedMemory<Float>
  private let arrayCount: Int
  private let threadCount: Int

  /// The bytes that one sweep moves.
  var byteCountOfPart: Int { 3 * arrayCount * MemoryLayout<Float>.stride }

  /// Takes the memory.
  ///
  /// - Precondition: `arrayCount` is a multiple of the kernels' stride.
  init(arrayCount: Int, threadCount: Int) {
    precondition(
      arrayCount > 0 && arrayCount % Int(CLOSS_STRIDE) == 0,
      "arrays of \(arrayCount) floats are no whole strides of \(CLOSS_STRIDE)"
    )
    self.arrayCount = arrayCount
    self.threadCount = threadCount
    memory = AlignedMemory(zeros: 3 * arrayCount * threadCount)
  }

  /// Fills the arrays of a part with ones.
  func fill(part: Int) {
    unsafe start(of: part).update(repeating: 1, count: 3 * arrayCount)
  }

  /// Reads or writes the arrays of a part once.
  func sweep(_ traffic: MemoryTraffic, part: Int, _ variant: closs_variant) {
    // SAFETY: the three arrays of a part lie one after the other, each `arrayCount` long.
    let out = unsafe start(of: part)
    let a = unsafe out + arrayCount
    let b = unsafe a + arrayCount
    switch traffic {
    case .readSum: _ = unsafe closs_read_sum(variant, out, 3 * arrayCount)
    case .triad: unsafe closs_triad(variant, out, a, b, 3, arrayCount)
    // The same loop on two arrays: the numbers grow until adding changes nothing, far from infinity.
    case .update: unsafe closs_triad(variant, out, out, b, 3, arrayCount)
    case .streamingTriad: unsafe closs_triad_streaming(variant, out, a, b, 3, arrayCount)
    }
  }

  private func start(of part: Int) -> UnsafeMutablePointer<Float> {
    precondition((0..<threadCount).contains(part), "no part \(part) of \(threadCount)")
    return unsafe memory.start + 3 * arrayCount * part
  }
}
