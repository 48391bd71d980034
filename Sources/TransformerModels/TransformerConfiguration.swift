public import LossNumerics
public import ModelShapes

/// A transformer without its weights: its shape, and what its arithmetic needs to know beyond that.
public struct TransformerConfiguration: Sendable, Hashable {
  /// The sizes and parts.
  public var shape: TransformerShape

  /// What a plain feed-forward part passes through; a gated one always takes SiLU.
  public var activation: Activation

  /// What a norm adds to the variance, or to the mean square.
  public var normEpsilon: Double

  /// How queries and keys turn; `nil` where positions are learned.
  public var rotary: RotaryPositions?

  /// How many positions a query sees at most, its own among them; `nil` for all of the context.
  public var attentionWindow: Int?

  /// Creates a configuration.
  public init(
    shape: TransformerShape,
    activation: Activation = .geluTanh,
    normEpsilon: Double = 1e-5,
    rotary: RotaryPositions? = nil,
    attentionWindow: Int? = nil
  ) {
    self.shape = shape
    self.activation = activation
    self.normEpsilon = normEpsilon
    self.rotary = rotary
    self.attentionWindow = attentionWindow
  }
}

/// How rotary positions turn the heads of queries and keys.
public struct RotaryPositions: Sendable, Hashable {
  /// The angle of each pair at position 1, in radians; twice as many elements of a head turn.
  public var frequencies: [Double]

  /// Which elements turn together.
  public var pairing: RotaryPairing

  /// Creates positions of given frequencies, for scaled variants.
  public init(frequencies: [Double], pairing: RotaryPairing = .halves) {
    self.frequencies = frequencies
    self.pairing = pairing
  }

  /// Creates positions of frequencies `base^(−2i / dimension)`.
  public init(dimension: Int, base: Double = 10_000, pairing: RotaryPairing = .halves) {
    let table = RotaryTable(rotaryDimension: dimension, base: base, positionCount: 0)
    self.init(frequencies: table.frequencies, pairing: pairing)
  }
}
