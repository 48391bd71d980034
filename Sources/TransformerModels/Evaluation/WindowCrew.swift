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
  private let parameterCount: Int
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
    let layout = ParameterLayout(configuration.shape)
    layers = TransformerLayers(configuration, layout)
    parameterCount = layout.count
  }

  /// How many windows are worth waiting for: enough to keep all threads busy.
  func windowCount(length: Int) -> Int {
    guard fitsForEachThread(length: length) else {
      return Self.windowsOfPass(length, rows: Self.rowsTogether)
    }
    let perPass = Self.windowsOfPass(length, rows: Self.rowsApart)
    let passesPerThread = max(1, Self.rowsTogether / (perPass * length))
    return kernels.pool.threadCount * passesPerThread * perPass
  }

  /// The losses of the scored rows of windows, in order.
  mutating func losses(
    _ windows: WindowBatch,
    _ parameters: borrowing TransformerParameters
  ) -> [TokenLoss] {
    // The weights are packed when there first are windows enough to pay for it.
    let isLong = windows.count * windows.length >= Self.rowsTogether / 2
    let packed = isLong ? packing?.layers(layers, parameters, kernels) : packing?.packed
    let threadCount = kernels.pool.threadCount
    let perPass = Self.windowsOfPass(windows.length, rows: Self.rowsApart)
    guard windows.count >= threadCount * perPass, fitsForEachThread(length: windows.length) else {
      let passes = passes(windows, rows: Self.rowsTogether, kernels, packed)
      prepareMemories(1, passes[0].pass)
      return passes.flatMap { windows, pass in
        memories[0].losses(windows, pass, parameters.values, ranks: ranks)
      }
    }
    let passes = passes(windows, rows: Self.rowsApart, serialKernels, packed)
    prepareMemories(threadCount, passes[0].pass)
    let found = Mutex(Array(repeating: [TokenLoss](), count: passes.count))
    kernels.pool.forEachBlock(passes.count) { [memories, ranks] index, worker in
      let (windows, pass) = passes[index]
      let losses = memories[worker].losses(windows, pass, parameters.values, ranks: ranks)
      found.withLock { $0[index] = losses }
    }
    return found.withLock { $0.flatMap(\.self) }
  }
}

extension WindowCrew {
  /// Rows of a pass that one thread works: its activations stay in that thread's cache.
  private static let rowsApart = 256

  /// Rows of a pass whose kernels threads share; as many are worked on each thread before losses are given.
  private static let rowsTogether = 1024

  /// Activations and logits that each thread may have in any case, in elements: 16 MiB.
  private static let mostElementsPerThread = 4 << 20

  private static func windowsOfPass(_ length: Int, rows: Int) -> Int { max(1, rows / length) }

  /// Whether threads may work windows side by side: where what they need takes no more memory than the
  /// weights do.
  private func fitsForEachThread(length: Int) -> Bool {
    let shape = configuration.shape
    let activations = ActivationLayout(
      shape,
      sequences: Self.windowsOfPass(length, rows: Self.rowsApart),
      length: length,
      isKept: false
    )
    let logits = HeadMemory.count(vocabulary: shape.vocabulary, rows: activations.rows)
    let share = parameterCount / kernels.pool.threadCount
    return activations.count + logits <= max(Self.mostElementsPerThread, share)
  }

  /// The windows by passes, each with how it is worked.
  private func passes(
    _ windows: WindowBatch,
    rows: Int,
    _ kernels: KernelContext,
    _ packed: PackedLayers?
  ) -> [(windows: WindowBatch, pass: SlicePass)] {
    let perPass = Self.windowsOfPass(windows.length, rows: rows)
    let whole = pass(min(perPass, windows.count), windows.length, kernels, packed)
    return stride(from: 0, to: windows.count, by: perPass).map { start in
      let windows = windows[start..<min(start + perPass, windows.count)]
      let isWhole = windows.count == whole.layout.sequences
      let pass = isWhole ? whole : pass(windows.count, windows.length, kernels, packed)
      return (windows, pass)
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
