/// A run of a scaling study as a picture shows it.
public struct LossPoint: Sendable, Hashable {
  /// Parameters, *N*.
  public var parameters: Double
  /// Training tokens, *D*.
  public var tokens: Double
  /// The measured loss, in nats per token.
  public var loss: Double
  /// What the run is called, such as its row or checkpoint; may be empty.
  public var name: String

  /// Creates a run.
  public init(parameters: Double, tokens: Double, loss: Double, name: String = "") {
    self.parameters = parameters
    self.tokens = tokens
    self.loss = loss
    self.name = name
  }
}

extension LossPoint {
  /// Whether logarithmic axes can show the run.
  var isDrawable: Bool {
    [parameters, tokens, loss].allSatisfy { $0.isFinite && $0 > 0 }
  }
}

/// From where to where the best number of parameters of a budget reaches.
public struct OptimumRange: Sendable, Hashable {
  /// The budget, in FLOPs.
  public var compute: Double
  /// The lower end, in parameters.
  public var low: Double
  /// The upper end, in parameters.
  public var high: Double

  /// Creates a range.
  public init(compute: Double, low: Double, high: Double) {
    self.compute = compute
    self.low = low
    self.high = high
  }
}
