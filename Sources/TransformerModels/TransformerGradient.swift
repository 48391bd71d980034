import Execution
public import LossNumerics
public import ModelShapes

/// Losses and gradients of a transformer on batches of sequences.
///
/// A batch is worked slice by slice, some sequences at a time, whose gradients add up in order. Smaller
/// slices need less memory and stay in the caches. How many sequences a slice has is part of what is
/// computed: another number gives the same gradients but for rounding. The number of threads is not.
///
/// Of a small model, up to 2²⁰ parameters, each slice has gradients of its own, and threads work slices
/// side by side: its kernels are too short to be shared well. Of a larger one, whose gradients would take too
/// much memory several times, threads share the kernels of one slice.
public struct TransformerGradient: ~Copyable {
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

  /// The gradients of slices that are not added up yet; none where slices add to the sum themselves.
  private var parts: [SliceGradients] = []

  /// The gradients of the batch.
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
    sum = Matrix(rows: 1, columns: layout.count)
  }

  /// Whether each slice has gradients of its own.
  package static func areSlicesApart(_ shape: TransformerShape) -> Bool {
    ParameterLayout(shape).count <= 1 << 20
  }

  /// The gradients, which lie as the parameters do.
  public var gradients: Span<Float> {
    @_lifetime(borrow self)
    get { sum.span }
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
    let total =
      Self.areSlicesApart(configuration.shape)
      ? addApart(batch, parameters.values) : addTogether(batch, parameters.values)
    return total / Double(scoredCount)
  }

  /// Adds the gradients of slices one after the other; the sum of their losses.
  private func addTogether(_ batch: SlicedBatch, _ parameters: borrowing Matrix<Float>) -> Double {
    var total = 0.0
    for slice in 0..<batch.count {
      total += memories[0].addSlice(slice, of: batch, pass, parameters, to: sum)
    }
    return total
  }

  /// Adds the gradients of slices that each have their own; the sum of their losses.
  private mutating func addApart(
    _ batch: SlicedBatch,
    _ parameters: borrowing Matrix<Float>
  ) -> Double {
    let kernels = pass.kernels
    let threadCount = kernels.pool.threadCount
    // Fewer slices than threads would leave some without work: then these share the kernels.
    let workerCount = batch.count >= threadCount ? threadCount : 1
    let pass = workerCount > 1 ? serialPass : pass
    let groupSize = workerCount > 1 ? min(batch.count, Self.mostPartsPerThread * workerCount) : 1
    while memories.count < workerCount { memories.append(SliceMemory(pass)) }
    while parts.count < groupSize { parts.append(SliceGradients(count: sum.count)) }
    let (memories, parts) = (memories, parts)
    var total = 0.0
    for start in stride(from: 0, to: batch.count, by: groupSize) {
      let group = parts[..<min(groupSize, batch.count - start)]
      // A single block is not one of the pool's, whose threads are left to its kernels.
      kernels.pool.forEachBlock(group.count) { index, worker in
        let memory = memories[workerCount > 1 ? worker : 0]
        memory.compute(start + index, of: batch, pass, parameters, into: group[index])
      }
      for part in group {
        part.add(to: sum, kernels)
        total += part.loss
      }
    }
    return total
  }

  /// How many slices each thread may be ahead of the sum, so that one that is slowed down holds up
  /// little.
  private static let mostPartsPerThread = 4
}
