public import Execution

/// What kernels run on: an instruction set and the threads to share the work.
///
///     let kernels = KernelContext()  // the fastest instructions, all cores
///     let plain = KernelContext(variant: .portable, pool: WorkerPool(threadCount: 1))
///
/// Results depend on the variant (see ``KernelVariant``), never on the pool. Make one context and pass
/// it down: each keeps its threads and the scratch memory of its kernels.
public struct KernelContext: Sendable {
  /// The instruction set.
  public let variant: KernelVariant

  /// The threads.
  public let pool: WorkerPool

  /// Memory that the kernels use while they run.
  package let scratch = ScratchStore()

  /// Creates a context.
  ///
  /// - Precondition: This machine can run the variant.
  public init(variant: KernelVariant = .fastest, pool: WorkerPool = WorkerPool()) {
    precondition(variant.isSupported, "this machine cannot run kernels `\(variant.rawValue)`")
    self.variant = variant
    self.pool = pool
  }

  /// The same instructions on one thread, for work that is itself shared between threads.
  package var onOneThread: KernelContext {
    KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
  }
}
