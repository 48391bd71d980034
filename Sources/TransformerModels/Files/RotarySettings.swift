import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How the frequencies of rotary positions come about, as a configuration says it.
///
///     let settings = RotarySettings(base: 500_000, scaling: .linear(factor: 2))
///     let positions = settings.positions(headWidth: 128)
public struct RotarySettings: Sendable, Hashable {
  /// How frequencies are changed for contexts longer than those of the first training.
  public enum Scaling: Sendable, Hashable {
    /// Not at all.
    case none

    /// All divided by a factor.
    case linear(factor: Double)

    /// Low ones divided by a factor, high ones kept, between them a mixture, as in Llama 3.1.
    ///
    /// Low are those with fewer turns within the original context than `low`, high those with more
    /// than `high`.
    case llama3(factor: Double, low: Double, high: Double, originalContext: Int)
  }

  /// The base of the powers.
  public var base: Double

  /// How frequencies are changed.
  public var scaling: Scaling

  /// The part of each head that turns, above 0 and at most 1.
  public var share: Double

  /// Creates settings: by default those of the first rotary models.
  public init(base: Double = 10_000, scaling: Scaling = .none, share: Double = 1) {
    self.base = base
    self.scaling = scaling
    self.share = share
  }

  /// The numbers of a head that turn.
  public func dimension(headWidth: Int) -> Int { Int(Double(headWidth) * share) }

  /// The positions of heads of a width.
  ///
  /// - Precondition: The part that turns is even.
  public func positions(headWidth: Int) -> RotaryPositions {
    var positions = RotaryPositions(dimension: dimension(headWidth: headWidth), base: base)
    positions.frequencies = positions.frequencies.map(scaled)
    return positions
  }

  private func scaled(_ frequency: Double) -> Double {
    switch scaling {
    case .none: return frequency
    case .linear(let factor): return frequency / factor
    case .llama3(let factor, let low, let high, let originalContext):
      // How often the pair turns within the original context.
      let turns = Double(originalContext) * frequency / (2 * .pi)
      if turns < low { return frequency / factor }
      if turns > high { return frequency }
      let share = (turns - low) / (high - low)
      return (1 - share) * frequency / factor + share * frequency
    }
  }
}

// MARK: - From frequencies

extension RotarySettings {
  /// The settings without scaling that give these positions; `nil` where there are none.
  ///
  /// The base is a whole number, as in every configuration.
  public init?(recognizing positions: RotaryPositions, headWidth: Int) {
    guard positions.pairing == .halves, !positions.frequencies.isEmpty else { return nil }
    let dimension = 2 * positions.frequencies.count
    var base = 10_000.0
    if let last = positions.frequencies.dropFirst().last, last > 0 {
      // The last frequency is base^-(d - 2)/d.
      base = pow(last, -Double(dimension) / Double(dimension - 2)).rounded()
    }
    self.init(base: base, share: Double(dimension) / Double(headWidth))
    guard base >= 1, base.isFinite, self.dimension(headWidth: headWidth) == dimension else {
      return nil
    }
    let found = self.positions(headWidth: headWidth).frequencies
    let isSame = zip(found, positions.frequencies).allSatisfy { abs($0 - $1) <= 1e-12 * $1 }
    guard isSame else { return nil }
  }
}
