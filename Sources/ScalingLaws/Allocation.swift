/// How a compute budget is split between the size of a model and the length of its training.
public struct Allocation: Sendable, Hashable {
  /// The number of parameters, *N*.
  public var parameters: Double

  /// The number of training tokens, *D*.
  public var tokens: Double

  /// The loss the law expects, in the unit of the law's runs (nats per token where not said).
  public var loss: Double

  /// The training compute, *C*, in FLOPs.
  public var compute: Double

  /// Creates an allocation from its parts.
  public init(parameters: Double, tokens: Double, loss: Double, compute: Double) {
    self.parameters = parameters
    self.tokens = tokens
    self.loss = loss
    self.compute = compute
  }
}

extension Allocation {
  /// Training tokens for each parameter, *D* / *N*.
  public var tokensPerParameter: Double { tokens / parameters }
}
