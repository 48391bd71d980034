import IsoLoss

extension CommandContext {
  /// The most threads that can be asked for; more is a mistake rather than a machine.
  static let largestThreadCount = 1024

  /// The environment's variable that names the kernels' instruction set.
  static let kernelsVariable = "ISOLOSS_KERNELS"

  /// Takes the threads from `--threads` and the instruction set from `ISOLOSS_KERNELS`.
  ///
  /// Starts no thread: the pool does when there first is work for it.
  ///
  /// - Throws: ``UsageError`` for a count out of range, ``CommandError`` for kernels that this
  ///   machine has not, if the command uses any.
  mutating func useKernels(_ words: ParsedWords, for command: any Command.Type) throws {
    let threadCount = try words.quantity("threads") { text throws(QuantityError) in
      try Quantity.integer(text, in: 1...Self.largestThreadCount)
    }
    let pool = WorkerPool(
      threadCount: threadCount ?? min(WorkerPool.coreCount, Self.largestThreadCount)
    )
    let variant = command.usesKernels ? try kernelVariant() : .fastest
    kernels = KernelContext(variant: variant, pool: pool)
    let threads = pool.threadCount == 1 ? "1 thread" : "\(pool.threadCount) threads"
    note("kernels \(kernels.variant.rawValue), \(threads)")
  }

  /// The instruction set that the environment names, else the fastest.
  private func kernelVariant() throws(CommandError) -> KernelVariant {
    // An empty variable is as good as none, as with `NO_COLOR`.
    guard let name = environment[Self.kernelsVariable], !name.isEmpty else { return .fastest }
    do {
      return try KernelVariant(named: name)
    } catch {
      throw CommandError("`\(Self.kernelsVariable)`: \(error)")
    }
  }
}
