public import LossNumerics
import ModelShapes
public import TransformerModels

/// AdamW over the parameters of a transformer: moments, decay by group, and clipping.
///
/// Weight decay is for matrices, embeddings among them; biases and norms have none. Gradients are scaled
/// down where their global norm is above ``clipNorm``, within the pass over memory that takes the step.
public struct AdamWOptimizer: ~Copyable {
  /// Step size, betas, epsilon and the decay of matrices; the rate changes from step to step.
  public var settings: AdamW

  /// The largest global norm of a gradient; `nil` for no clipping.
  public var clipNorm: Double?

  /// Steps taken.
  public internal(set) var stepCount = 0

  /// The running means of gradients, which lie as the parameters do.
  public internal(set) var firstMoments: Matrix<Float>

  /// The running means of their squares.
  public internal(set) var secondMoments: Matrix<Float>

  private let layout: ParameterLayout

  /// Creates an optimizer before its first step.
  public init(_ layout: ParameterLayout, settings: AdamW = AdamW(), clipNorm: Double? = 1) {
    self.layout = layout
    self.settings = settings
    self.clipNorm = clipNorm
    firstMoments = Matrix(rows: 1, columns: layout.count)
    secondMoments = Matrix(rows: 1, columns: layout.count)
  }

  /// Takes a step.
  ///
  /// - Parameters:
  ///   - parameters: What changes.
  ///   - gradient: The gradient of the loss.
  ///   - norm: Its global norm.
  ///   - kernels: What the step runs on.
  public mutating func step(
    _ parameters: inout TransformerParameters,
    _ gradient: borrowing TransformerGradient,
    norm: Double,
    kernels: KernelContext
  ) {
    let gradients = gradient.gradients
    stepCount += 1
    // As in PyTorch, whose small constant keeps a norm of zero from dividing.
    let scale = clipNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    for (index, tensor) in layout.tensors.enumerated() {
      var settings = settings
      if !tensor.isMatrix { settings.weightDecay = 0 }
      let range = layout.range(at: index)
      var values = parameters.values.writablePart(range)
      var first = firstMoments.writablePart(range)
      var second = secondMoments.writablePart(range)
      kernels.adamWStep(
        settings,
        step: stepCount,
        gradientScale: scale,
        gradient: gradients.extracting(range),
        parameters: &values,
        firstMoment: &first,
        secondMoment: &second
      )
    }
  }
}
