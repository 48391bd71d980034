public import LossNumerics

/// The weights of a transformer, or anything that lies as they do: gradients, moments.
public struct TransformerParameters: ~Copyable, Sendable {
  /// Where each tensor lies.
  public let layout: ParameterLayout

  /// All elements, one row.
  public var values: Matrix<Float>

  /// Creates parameters that are all zero.
  public init(_ layout: ParameterLayout) {
    self.layout = layout
    values = Matrix(rows: 1, columns: layout.count)
  }
}
