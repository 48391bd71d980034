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

  private let pass: SlicePass
  private let space: Matrix<Float>
  private let head: HeadMemory
  private var memory: GradientMemory
  private let losses: Matrix<Float>

  /// Takes the memory for slices.
  ///
  /// - Precondition: The length is at most the context of learned positions.
  public init(
    _ configuration: TransformerConfiguration,
    sliceSequences: Int,
    length: Int,
    kernels: KernelContext
  ) {
    let shape = configuration.shape
    precondition(sliceSequences > 0 && length > 0, "a slice without tokens")
    precondition(
      shape.positions != .learned || length <= shape.context,
      "\(length) tokens are more than the \(shape.context) positions"
    )
    self.configuration = configuration
    self.sliceSequences = sliceSequences
    self.length = length
    let layout = ParameterLayout(shape)
    pass = SlicePass(
      configuration,
      TransformerLayers(configuration, layout),
      kernels: kernels,
      sequences: sliceSequences,
      length: length,
      isKept: true
    )
    let rows = sliceSequences * length
    space = Matrix(rows: 1, columns: pass.layout.count)
    head = HeadMemory(vocabulary: shape.vocabulary, rows: rows)
    memory = GradientMemory(shape, layout, rows: rows)
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
  ///   - options: What the loss is besides the cross-entropy; its scale of gradients is multiplied by
  ///     one over the number of scored tokens.
  /// - Returns: The mean loss in nats per scored token, smoothing and z-loss included.
  /// - Precondition: B is a multiple of the slice's sequences.
  public mutating func compute(
    inputs: [Int32],
    targets: [Int32],
    parameters: borrowing TransformerParameters,
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
    for start in stride(from: 0, to: inputs.count, by: rows) {
      let slice = start..<start + rows
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
