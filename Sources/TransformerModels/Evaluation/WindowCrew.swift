import Execution
import LossNumerics
import ModelShapes
import Synchronization

/// Scores batches of windows on all threads.
///
/// Threads work windows side by side, each in memory of its own: a window's kernels are too short to be
/// shared well. Where there are fewer windows than threads, or where their activations would take more memory
/// than the weights, threads share the kernels of one window after the other. The losses have the same
/// bits: a row's arithmetic depends on that row alone.
struct WindowCrew {
  private let configuration: TransformerConfiguration
  private let layers: TransformerLayers
  private let packing: PackedWeights?
  private let ranks: Bool
  private let kernels: KernelContext

  /// The same on one thread.
  private let serialKernels: KernelContext

  /// The memory of each thread; where they share kernels, that of the first.
  private var memories: [WindowMemory] = []

  init(
    _ configuration: TransformerConfiguration,
    packing: PackedWeights?,
    ranks: Bool,
    kernels: KernelContext
  ) {
    self.configuration = configuration
    self.packing = packing
    self.ranks = ranks
    self.kernels = kernels
    serialKernels = kernels.onOneThread
    layers = TransformerLayers(configuration, ParameterLayout(configuration.shape))
  }

  /// How many windows keep all threads busy without that losses wait for long.
  func windowCount(length: Int) -> Int {
    let perTask = Self.windowCount(length, rows: Self.rowsApart)
    let tasksPerThread = max(1, Self.rowsTogether / (perTask * length))
    return kernels.pool.threadCount * tasksPerThread * perTask
  }

  /// The losses of the scored rows of windows, in order.
  mutating func losses(
    _ windows: WindowBatch,
    _ parameters: borrowing TransformerParameters
  ) -> [TokenLoss] {
    // The weights are packed when there first are windows enough to pay for it.
    let isLong = windows.count * windows.length >= Self.rowsTogether
    let packed = isLong ? packing?.layers(layers, parameters, kernels) : packing?.packed
    guard areWorkedApart(windows, parameters.values.count) else {
      let tasks = tasks(windows, rows: Self.rowsTogether, kernels, packed)
      prepareMemories(1, tasks[0].pass)
      return tasks.flatMap { $0.losses(memories[0], parameters.values, ranks: ranks) }
    }
    let tasks = tasks(windows, rows: Self.rowsApart, serialKernels, packed)
    prepareMemories(kernels.pool.threadCount, tasks[0].pass)
    let found = Mutex(Array(repeating: [TokenLoss](), count: tasks.count))
    kernels.pool.forEachBlock(tasks.count) { [memories, ranks] index, worker in
      let losses = tasks[index].losses(memories[worker], parameters.values, ranks: ranks)
      found.withLock { $0[index] = losses }
    }
    return found.withLock { $0.flatMap(\.self) }
  }
}

extension WindowCrew {
  /// Some windows that are worked in one pass.
  private struct Task: Sendable {
    var windows: WindowBatch
    var pass: SlicePass

    func losses(
      _ memory: WindowMemory,
      _ parameters: borrowing Matrix<Float>,
      ranks: Bool
    ) -> [TokenLoss] {
      memory.losses(windows, pass, parameters, ranks: ranks)
    }
  }

  /// Rows of a pass that one thread works: its activations stay in that thread's cache.
  private static let rowsApart = 256

  /// Rows of a pass whose kernels threads share; as many are worked on each thread before losses are given.
  private static let rowsTogether = 1024

  /// Elements of activations and logits that each thread may have in any case: 16 MiB.
  private static let mostElementsPerThread = 4 << 20

  private static func windowCount(_ length: Int, rows: Int) -> Int { max(1, rows / length) }

  /// Whether threads work windows side by side: where there are enough of them, and their activations take no
  /// more memory than the weights do.
  private func areWorkedApart(_ windows: WindowBatch, _ parameterCount: Int) -> Bool {
    let threadCount = kernels.pool.threadCount
    let perTask = Self.windowCount(windows.length, rows: Self.rowsApart)
    let layout = ActivationLayout(
      configuration.shape,
      sequences: min(perTask, windows.count),
      length: windows.length,
      isKept: false
    )
    return windows.count >= threadCount * perTask
      && layout.count <= max(Self.mostElementsPerThread, parameterCount / threadCount)
  }

  private func tasks(
    _ windows: WindowBatch,
    rows: Int,
    _ kernels: KernelContext,
    _ packed: PackedLayers?
  ) -> [Task] {
    let perTask = Self.windowCount(windows.length, rows: rows)
    let whole = pass(min(perTask, windows.count), windows.length, kernels, packed)
    return stride(from: 0, to: windows.count, by: perTask).map { start in
      let windows = windows[start..<min(start + perTask, windows.count)]
      let isWhole = windows.count == whole.layout.sequences
      let pass = isWhole ? whole : pass(windows.count, windows.length, kernels, packed)
      return Task(windows: windows, pass: pass)
    }
  }

  private func pass(
    _ count: Int,
    _ length: Int,
    _ kernels: KernelContext,
    _ packed: PackedLayers?
  ) -> SlicePass {
    var pass = SlicePass(
      configuration,
      layers,
      kernels: kernels,
      sequences: count,
      length: length,
      isKept: false
    )
    pass.packed = packed
    return pass
  }

  /// Has as many memories as are needed, in which a pass fits.
  private mutating func prepareMemories(_ count: Int, _ pass: SlicePass) {
    memories.removeAll { !$0.fits(pass) }
    while memories.count < count { memories.append(WindowMemory(pass)) }
  }
}
