public import LossNumerics
public import ModelShapes

/// Losses and gradients of a transformer on batches of sequences.
///
/// A batch is worked slice by slice, some sequences at a time, whose gradients add up in order. Smaller
/// slices need less memory and stay in the caches. How many sequences a slice has is part of what is
/// computed: another number gives the same gradients but for rounding. The number of threads is not.
public struct TransformerGradient: ~Copyable {
  /// The transformer.
  public let configuration: TransformerConfiguration

  /// The sequences of a slice.
  public let sliceSequences: Int

  /// The tokens of a sequence, T.
  public let length: Int

  private var pass: SlicePass
  private let space: Matrix<Float>
  private let head: HeadMemory
  private var memory: GradientMemory
  private let losses: Matrix<Float>

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
    let rows = sliceSequences * length
    space = Matrix(rows: 1, columns: pass.layout.count)
    head = HeadMemory(vocabulary: shape.vocabulary, rows: rows)
    memory = GradientMemory(shape, layout, rows: rows, dropsOut: dropout > 0)
    losses = Matrix(rows: 1, columns: rows)
  }

  /// The gradients, which lie as the parameters do.
  public var gradients: Span<Float> {
    @_lifetime(borrow self)
    get { memory.parameters.span }
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
    let scoredCount = targets.count { $0 >= 0 }
    let options = CrossEntropyOptions(
      labelSmoothing: options.labelSmoothing,
      zWeight: options.zWeight,
      gradientScale: options.gradientScale / Double(max(1, scoredCount))
    )
    var gradients = memory.parameters.mutableSpan
    gradients.update(repeating: 0)
    var total = 0.0
    let sliceCount = inputs.count / rows
    for index in 0..<sliceCount {
      let slice = index * rows..<(index + 1) * rows
      if dropout.probability > 0 {
        pass.dropout = SliceDropout(
          keepProbability: 1 - dropout.probability,
          seed: dropout.seed,
          slice: UInt64(step * sliceCount + index)
        )
      }
      total += addSlice(Array(inputs[slice]), Array(targets[slice]), parameters, options)
    }
    return total / Double(max(1, scoredCount))
  }

  /// Adds the gradient of one slice; the sum of its losses.
  private func addSlice(
    _ inputs: [Int32],
    _ targets: [Int32],
    _ parameters: borrowing TransformerParameters,
    _ options: CrossEntropyOptions
  ) -> Double {
    pass.forward(inputs.span, parameters.values, space)
    pass.lossesAndGradient(
      targets,
      options: options,
      parameters.values,
      space,
      head,
      memory,
      into: losses
    )
    pass.backward(inputs.span, parameters.values, space, memory)
    let found = losses.span
    var total = 0.0
    for index in found.indices { total += Double(found[index]) }
    return total
  }
}
