/// The bytes that each parameter takes in training with AdamW.
public struct TrainingPrecision: Sendable, Hashable {
  /// Of a weight.
  public var weight: Int

  /// Of a gradient.
  public var gradient: Int

  /// Of each of the two moments.
  public var moment: Int

  /// Of a second copy of the weight, to which small steps are added; 0 without one.
  public var masterWeight: Int

  /// Creates a precision.
  public init(weight: Int, gradient: Int, moment: Int, masterWeight: Int = 0) {
    self.weight = weight
    self.gradient = gradient
    self.moment = moment
    self.masterWeight = masterWeight
  }

  /// Four bytes for everything: 16 for each parameter.
  public static let single = TrainingPrecision(weight: 4, gradient: 4, moment: 4)

  /// Weights and gradients in two bytes, the rest in four: 16 for each parameter too.
  public static let mixed = TrainingPrecision(
    weight: 2,
    gradient: 2,
    moment: 4,
    masterWeight: 4
  )
}

/// The bytes that training with AdamW keeps from step to step, activations apart.
///
///     print(shape.trainingMemory(.mixed).total)
public struct TrainingMemory: Sendable, Hashable {
  /// All weights, second copies with them.
  public var weights: Double

  /// All gradients.
  public var gradients: Double

  /// The moments.
  public var moments: Double

  /// Everything.
  public var total: Double { weights + gradients + moments }
}

extension TransformerShape {
  /// What training keeps in memory, activations apart.
  public func trainingMemory(_ precision: TrainingPrecision = .single) -> TrainingMemory {
    let parameters = Double(parameterCount)
    return TrainingMemory(
      weights: parameters * Double(precision.weight + precision.masterWeight),
      gradients: parameters * Double(precision.gradient),
      moments: parameters * Double(2 * precision.moment)
    )
  }

  /// The numbers that the cache of keys and values grows by with each token: 2 L G d.
  public var cacheCountPerToken: Int { 2 * layers * keyValueHeads * headWidth }
}
