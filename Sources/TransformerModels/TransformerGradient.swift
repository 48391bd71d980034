import Execution
public import LossNumerics
public import ModelShapes
import Synchronization

/// Losses and gradients of a transformer on batches of sequences.
///
/// A batch is worked slice by slice, some sequences at a time, whose gradients add up in order. Smaller
/// slices need less memory and stay in the caches. How many sequences a slice has is part of what is
/// computed: another number gives the same gradients but for rounding. The number of threads is not.
///
/// Threads work slices side by side, each in memory of its own: they then wait for each other hardly ever, and
/// not at the end of each kernel. Where there are slices for no more than half of the threads, or memory for
/// no more (1 GiB, or what a run keeps of the parameters), threads share the kernels of one slice.
public struct TransformerGradient: ~Copyable, Sendable {
  /// The transformer.
  public let configuration: TransformerConfiguration

  /// The sequences of a slice.
  public let sliceSequences: Int

  /// The tokens of a sequence, T.
  public let length: Int

  /// How a slice is worked on all threads, and on one.
  private let pass: SlicePass
  private let serialPass: SlicePass

  /// Memory for as many slices as are worked at a time, made when it is needed.
  private var memories: [SliceMemory]

  /// The elements of the parameters.
  private let parameterCount: Int

  /// The gradients of the batch, as ``TransformerLayers`` has them.
  private var sum: Matrix<Float>

  /// Further sums, which are added to the first in the end.
  private var further: [GradientSum] = []

  /// The probability that dropout leaves an element out, and the seed of its masks.
  private let dropout: (probability: Double, seed: UInt64)

  /// Takes the memory for slices.
  ///
  /// - Parameters:
  ///   - configuration: The transformer.
  ///   - sliceSequences: The sequences of a slice.
  ///   - length: The tokens of a sequence, T.
  ///   - dropout: The probability that an element of the embedding, or of what a part of a block adds to
  ///     the residual stream, is left out.
  ///   - seed: The seed of what is left out.
  ///   - kernels: What is computed with.
  /// - Precondition: The length is at most the context of learned positions; the probability is below 1, and
  ///   0 where the parts of a block are parallel.
  public init(
    _ configuration: TransformerConfiguration,
    sliceSequences: Int,
    length: Int,
    dropout: Double = 0,
    seed: UInt64 = 0,
    kernels: KernelContext
  ) {
    let shape = configuration.shape
    precondition(sliceSequences > 0 && length > 0, "a slice without tokens")
    precondition(
      shape.positions != .learned || length <= shape.context,
      "\(length) tokens are more than the \(shape.context) positions"
    )
    precondition(
      dropout == 0 || (0..<1).contains(dropout) && shape.residual == .sequential,
      "a dropout of \(dropout)"
    )
    self.configuration = configuration
    self.dropout = (dropout, seed)
    self.sliceSequences = sliceSequences
    self.length = length
    let layout = ParameterLayout(shape)
    pass = SlicePass(
      configuration,
      TransformerLayers(configuration, layout),
      kernels: kernels,
      sequences: sliceSequences,
      length: length,
      isKept: true,
      dropsOut: dropout > 0
    )
    serialPass = pass.onOneThread
    memories = [SliceMemory(pass)]
    parameterCount = layout.count
    sum = Matrix(rows: 1, columns: max(layout.count, pass.layers.embeddingGradient.upperBound))
  }

  /// The gradients, which lie as the parameters do.
  public var gradients: Span<Float> {
    @_lifetime(borrow self)
    get { sum.part(0..<parameterCount) }
  }

  /// The global norm: the root of the sum of the squares of all elements.
  public func norm(_ kernels: KernelContext) -> Double {
    kernels.sumOfSquares(gradients).squareRoot()
  }

  /// The first tensor, in the order in which data pass, whose gradient has an element that is infinite or
  /// no number; `nil` where all are finite.
  public var firstNotFinite: TransformerTensor? {
    let layout = ParameterLayout(configuration.shape)
    let values = gradients
    for (index, tensor) in layout.tensors.enumerated() {
      for element in layout.range(at: index) where !values[element].isFinite { return tensor }
    }
    return nil
  }

  /// Computes the gradient of the mean loss of a batch; what the gradients held before is gone.
  ///
  /// - Parameters:
  ///   - inputs: The tokens, (B, T).
  ///   - targets: The tokens after them, (B, T); negative ones are not scored.
  ///   - parameters: The weights.
  ///   - step: The batch's number in the run, by which dropout leaves out other elements each time.
  ///   - options: What the loss is besides the cross-entropy; its scale of gradients is multiplied by
  ///     one over the number of scored tokens.
  /// - Returns: The mean loss in nats per scored token, smoothing and z-loss included.
  /// - Precondition: B is a multiple of the slice's sequences.
  public mutating func compute(
    inputs: [Int32],
    targets: [Int32],
    parameters: borrowing TransformerParameters,
    step: Int = 0,
    options: CrossEntropyOptions = CrossEntropyOptions()
  ) -> Double {
    let rows = pass.layout.rows
    precondition(
      inputs.count == targets.count && inputs.count.isMultiple(of: rows),
      "\(inputs.count) inputs and \(targets.count) targets in slices of \(rows)"
    )
    let scoredCount = max(1, targets.count { $0 >= 0 })
    let batch = SlicedBatch(
      inputs: inputs,
      targets: targets,
      sliceTokens: rows,
      options: CrossEntropyOptions(
        labelSmoothing: options.labelSmoothing,
        zWeight: options.zWeight,
        gradientScale: options.gradientScale / Double(scoredCount)
      ),
      dropout: (dropout.probability, dropout.seed, step)
    )
    prepareSums(min(Self.sumCount(parameterCount), batch.count))
    let losses = addSlices(batch, parameters.values)
    for part in further { part.add(to: sum, pass.kernels) }
    addEmbedding()
    return losses.reduce(0, +) / Double(scoredCount)
  }

  /// Has so many sums, of nothing yet.
  private mutating func prepareSums(_ count: Int) {
    while further.count < count - 1 { further.append(GradientSum(count: sum.count)) }
    clearSums()
  }

  private func clearSums() {
    pass.kernels.pool.forEachBlock(1 + further.count) { index, _ in
      if index == 0 { GradientSum.clear(sum) } else { further[index - 1].clear() }
    }
  }

  /// Adds the gradients of all slices.
  ///
  /// - Returns: The sum of each one's losses.
  private mutating func addSlices(
    _ batch: SlicedBatch,
    _ parameters: borrowing Matrix<Float>
  ) -> [Double] {
    let workerCount = workerCount(batch.count)
    guard workerCount > 1 else {
      var losses: [Double] = []
      for slice in 0..<batch.count {
        losses.append(add(slice, of: batch, pass, parameters, memories[0]))
      }
      return losses
    }
    while memories.count < workerCount { memories.append(SliceMemory(serialPass)) }
    return addSideBySide(batch, parameters, workerCount: workerCount)
  }

  /// The same, on each thread another slice.
  private func addSideBySide(
    _ batch: SlicedBatch,
    _ parameters: borrowing Matrix<Float>,
    workerCount: Int
  ) -> [Double] {
    let turns = GradientTurn.queue(
      of: batch.count,
      sumCount: Self.sumCount(parameterCount),
      mostWeights: min(2 << 20, parameterCount / (4 * workerCount)),
      threadCount: pass.kernels.pool.threadCount
    )
    let losses = Mutex([Double](repeating: 0, count: batch.count))
    // Slices are begun in order, so that one that others wait for is always being worked, or is done.
    let next = Atomic(0)
    pass.kernels.pool.forEachBlock(workerCount) { worker, _ in
      while true {
        let slice = next.add(1, ordering: .relaxed).oldValue
        guard slice < batch.count else { return }
        var pass = serialPass
        pass.turn = turns[slice]
        let loss = add(slice, of: batch, pass, parameters, memories[worker])
        losses.withLock { $0[slice] = loss }
      }
    }
    return losses.withLock(\.self)
  }

  /// Adds the gradient of one slice to its sum.
  ///
  /// - Returns: The sum of its losses.
  private func add(
    _ slice: Int,
    of batch: SlicedBatch,
    _ pass: SlicePass,
    _ parameters: borrowing Matrix<Float>,
    _ memory: SliceMemory
  ) -> Double {
    let index = slice % Self.sumCount(parameterCount)
    guard index > 0 else { return memory.addSlice(slice, of: batch, pass, parameters, to: sum) }
    return memory.addSlice(slice, of: batch, pass, parameters, to: further[index - 1].values)
  }

  /// How many sums slices add to in turn.
  ///
  /// A slice waits for the one so many before it, so that a thread may be so many ahead of one that is slowed
  /// down. It follows from the model alone, as the order of additions is part of what is computed.
  private static func sumCount(_ parameterCount: Int) -> Int { parameterCount <= 1 << 20 ? 4 : 2 }

  /// Adds what the embedding has by itself to the gradient of the weight that it shares with the head.
  private func addEmbedding() {
    let layers = pass.layers
    guard layers.embeddingGradient != layers.tokenEmbedding else { return }
    var shared = sum.writablePart(layers.tokenEmbedding)
    pass.kernels.add(sum.part(layers.embeddingGradient), to: &shared)
  }

  /// How many threads work slices side by side; 1 where all share the kernels of one slice.
  private func workerCount(_ sliceCount: Int) -> Int {
    let room = max(4 * parameterCount, Self.mostElements) / SliceMemory.count(pass)
    let threadCount = pass.kernels.pool.threadCount
    let count = min(threadCount, sliceCount, room)
    // Fewer would leave more threads without work than kernels do that are shared.
    return 2 * count > threadCount ? count : 1
  }

  /// What slices side by side may take in any case, in elements: 1 GiB.
  private static let mostElements = 256 << 20
}
