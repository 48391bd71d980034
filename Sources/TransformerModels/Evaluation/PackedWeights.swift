import LossNumerics
import ModelShapes
import Synchronization

/// The weights of a model's linear layers in the order in which products read them.
///
/// Made once when there first is a text long enough to pay for it, and shared by all that score with the
/// same weights: else each window arranges each weight anew, a twentieth of its time. The losses have the
/// same bits with it and without. It takes as much memory as the weights once more, so that those of more
/// than 2²⁶ parameters stay as they are. Weights that change need another, since the arranged ones do not follow.
///
/// A final class because it owns the arranged weights, which scorers share.
public final class PackedWeights: Sendable {
  private let lockedLayers = Mutex<PackedLayers?>(nil)

  /// Creates what will hold the arranged weights; nothing is arranged yet.
  public init() {}

  /// The arranged weights; `nil` where they are too many.
  ///
  /// - Precondition: The parameters and the kernels' variant are those of the first call.
  func layers(
    _ layers: TransformerLayers,
    _ parameters: borrowing TransformerParameters,
    _ kernels: KernelContext
  ) -> PackedLayers? {
    guard parameters.values.count <= Self.mostParameters else { return nil }
    return lockedLayers.withLock { packed in
      if let packed { return packed }
      let made = PackedLayers(layers.linear, parameters.values, kernels)
      packed = made
      return made
    }
  }

  /// The arranged weights, if they were made.
  var packed: PackedLayers? { lockedLayers.withLock { $0 } }

  private static let mostParameters = 1 << 26
}

/// Arranged weights by where they lie among the parameters.
final class PackedLayers: Sendable {
  private let weights: [Int: PackedWeight]

  /// Arranges the weights of layers.
  init(_ layers: [Linear], _ values: borrowing Matrix<Float>, _ kernels: KernelContext) {
    var weights: [Int: PackedWeight] = [:]
    for layer in layers {
      let packed = kernels.pack(values.part(layer.weight), for: layer.product(rows: 1))
      weights[layer.weight.lowerBound] = PackedWeight(packed)
    }
    self.weights = weights
  }

  /// The weight of a layer.
  ///
  /// - Precondition: The layer is one of those whose weights were arranged.
  subscript(layer: Linear) -> PackedWeight {
    guard let weight = weights[layer.weight.lowerBound] else {
      preconditionFailure("the weight at \(layer.weight.lowerBound) was not packed")
    }
    return weight
  }
}

/// The arranged weight of one layer; a final class because dictionaries hold no values that can't be copied.
final class PackedWeight: Sendable {
  private let matrix: PackedMatrix

  init(_ matrix: consuming PackedMatrix) { self.matrix = matrix }

  /// Multiplies by the weight.
  func multiply(
    _ product: MatrixProduct,
    _ kernels: KernelContext,
    _ left: Span<Float>,
    bias: Span<Float>?,
    activation: Activation?,
    into result: inout MutableSpan<Float>
  ) {
    kernels.multiply(product, left, matrix, bias: bias, activation: activation, into: &result)
  }
}
