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
/// Threads work slices side by side, each in memory of its own: they then wait for each other a few
/// times in a slice and not in each kernel. Where there are fewer slices than threads, or where
/// their activations would take more memory than all that a run keeps of the parameters, threads share the
/// kernels of one slice.
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

  private let parameterCount: Int

  /// The gradients of the batch, as ``TransformerLayers`` has them.
  private var sum: Matrix<Float>

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
    var gradients = sum.mutableSpan
    gradients.update(repeating: 0)
    let losses = addSlices(batch, parameters.values)
    addEmbedding()
    return losses.reduce(0, +) / Double(scoredCount)
  }

  /// Adds the gradients of all slices; the sum of each one's losses.
  private mutating func addSlices(
    _ batch: SlicedBatch,
    _ parameters: borrowing Matrix<Float>
  ) -> [Double] {
    let threadCount = pass.kernels.pool.threadCount
    guard threadCount > 1, batch.count >= threadCount, fitsForEachThread else {
      var losses: [Double] = []
      for slice in 0..<batch.count {
        losses.append(memories[0].addSlice(slice, of: batch, pass, parameters, to: sum))
      }
      return losses
    }
    while memories.count < threadCount { memories.append(SliceMemory(serialPass)) }
    return addSideBySide(batch, parameters)
  }

  /// The same, on each thread another slice.
  private func addSideBySide(
    _ batch: SlicedBatch,
    _ parameters: borrowing Matrix<Float>
  ) -> [Double] {
    let pool = pass.kernels.pool
    let turns = GradientTurn.queue(of: batch.count, threadCount: pool.threadCount)
    let losses = Mutex([Double](repeating: 0, count: batch.count))
    // Slices are handed out in order: the one that a slice waits for is always being worked, or is done.
    pool.forEachBlock(batch.count) { slice, worker in
      var pass = serialPass
      pass.turn = turns[slice]
      let loss = memories[worker].addSlice(slice, of: batch, pass, parameters, to: sum)
      losses.withLock { $0[slice] = loss }
    }
    return losses.withLock(\.self)
  }

  /// Adds what the embedding has by itself to the gradient of the weight that it shares with the head.
  private func addEmbedding() {
    let layers = pass.layers
    guard layers.embeddingGradient != layers.tokenEmbedding else { return }
    var shared = sum.writablePart(layers.tokenEmbedding)
    pass.kernels.add(sum.part(layers.embeddingGradient), to: &shared)
  }

  /// Whether each thread may have memory of its own: where all take no more than the run's weights,
  /// gradients and moments do, or little.
  private var fitsForEachThread: Bool {
    let share = 4 * parameterCount / pass.kernels.pool.threadCount
    return SliceMemory.count(pass) <= max(Self.mostElementsPerThread, share)
  }

  /// What a slice may take on each thread in any case, in elements: 256 MiB.
  private static let mostElementsPerThread = 64 << 20
}
