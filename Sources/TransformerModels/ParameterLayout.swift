public import ModelShapes

/// Where each tensor of a transformer lies in one buffer of floats.
///
/// Tensors follow each other in the order of ``ModelShapes/TransformerShape/tensors``, each row by row,
/// beginning on a cache line. Weights, gradients and moments all lie so.
public struct ParameterLayout: Sendable, Hashable {
  /// The tensors.
  public let tensors: [TransformerTensor]

  /// Where each begins.
  public let offsets: [Int]

  /// Elements of the buffer, gaps included; the gaps hold zeros.
  public let count: Int

  /// Elements of a cache line.
  static let alignment = 16

  /// Creates the layout of a shape.
  public init(_ shape: TransformerShape) {
    tensors = shape.tensors
    var offset = 0
    offsets = tensors.map { tensor in
      defer { offset += (tensor.count + Self.alignment - 1) / Self.alignment * Self.alignment }
      return offset
    }
    count = offset
  }

  /// The elements of a tensor; `nil` where the shape has none such.
  public func range(_ role: TransformerTensor.Role, layer: Int? = nil) -> Range<Int>? {
    guard let index = tensors.firstIndex(where: { $0.role == role && $0.layer == layer }) else {
      return nil
    }
    return range(at: index)
  }

  /// The elements of a tensor by its place in ``tensors``.
  public func range(at index: Int) -> Range<Int> {
    offsets[index]..<offsets[index] + tensors[index].count
  }
}
