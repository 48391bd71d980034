#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A random number generator whose numbers follow from its seed alone, in every Swift version.
///
/// xoshiro256** 1.0 of Blackman and Vigna (Scrambled linear pseudorandom number generators, ACM
/// TOMS 47, 2021; period 2^256 − 1), its state filled by SplitMix64 as its authors advise. All
/// derived draws are defined here too, so that nothing rests on the standard library's choices.
///
///     var generator = SeededGenerator(seed: 7)
///     let noise = generator.nextNormal()
///     let row = generator.next(below: 240)
public struct SeededGenerator: RandomNumberGenerator, Sendable, Hashable {
  /// The four words of state, never all zero.
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// Creates the generator of a seed.
  public init(seed: UInt64) {
    var filler = SplitMix64(state: seed)
    state = (filler.next(), filler.next(), filler.next(), filler.next())
  }

  /// Creates the generator of one of many streams of a seed.
  ///
  /// For work handed out in any order: resample number 17 draws the same numbers whoever does it.
  /// Streams are told apart by mixing their index into the seed; unlike those of ``split()`` they
  /// are not proven disjoint, only overwhelmingly likely to be.
  public init(seed: UInt64, stream: UInt64) {
    var seeds = SplitMix64(state: seed)
    var streams = SplitMix64(state: stream)
    self.init(seed: seeds.next() ^ streams.next())
  }

  /// Creates a generator from its four words of state, for tests against published values.
  ///
  /// - Precondition: Not all words are zero.
  package init(state: (UInt64, UInt64, UInt64, UInt64)) {
    precondition(state != (0, 0, 0, 0), "a state of zeros yields zeros forever")
    self.state = state
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, by: 45)
    return result
  }

  private func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
    word << count | word >> (64 - count)
  }
}

// MARK: - Draws

extension SeededGenerator {
  /// A number from 0 up to but not including 1, a multiple of 2^−53.
  public mutating func nextUniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A whole number from 0 up to but not including `bound`, each equally likely.
  ///
  /// Lemire's multiplication with rejection (Fast random integer generation in an interval, ACM
  /// TOMACS 29, 2019): no bias, and almost never a division.
  ///
  /// - Precondition: `bound` is positive.
  public mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "a bound of \(bound) leaves no number to draw")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A draw from the standard normal distribution.
  ///
  /// Leva's ratio of uniforms (A fast normal random number generator, ACM TOMS 18, 1992). The value
  /// is a quotient; the logarithm only decides about the rare draws between two quadratics, so
  /// platforms whose logarithms differ in the last bit still draw the same numbers.
  public mutating func nextNormal() -> Double {
    while true {
      let u = 1 - nextUniform()
      let v = 1.7156 * (nextUniform() - 0.5)
      let x = u - 0.449871
      let y = abs(v) + 0.386595
      let quadratic = x * x + y * (0.196 * y - 0.25472 * x)
      if quadratic < 0.27597 { return v / u }
      if quadratic <= 0.27846, v * v <= -4 * log(u) * u * u { return v / u }
    }
  }
}

// MARK: - Splitting

extension SeededGenerator {
  /// Cuts off the next 2^128 numbers as a generator of their own and goes on behind them.
  ///
  /// The streams of repeated splits never overlap.
  public mutating func split() -> SeededGenerator {
    let child = self
    jump()
    return child
  }

  /// Moves on by 2^128 numbers, with the polynomial its authors publish.
  private mutating func jump() {
    let polynomial: [UInt64] = [
      0x180e_c6d3_3cfd_0aba, 0xd5a6_1266_f0c9_392c, 0xa958_2618_e03f_c9aa, 0x39ab_dc45_29b1_661c,
    ]
    var sum: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for word in polynomial {
      for bit in 0..<64 {
        if word >> UInt64(bit) & 1 == 1 {
          sum.0 ^= state.0
          sum.1 ^= state.1
          sum.2 ^= state.2
          sum.3 ^= state.3
        }
        _ = next()
      }
    }
    state = sum
  }
}

extension SeededGenerator {
  /// Whether two generators will draw the same numbers.
  public static func == (left: Self, right: Self) -> Bool { left.state == right.state }

  /// Feeds the state to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(state.0)
    hasher.combine(state.1)
    hasher.combine(state.2)
    hasher.combine(state.3)
  }
}

/// The generator that fills states: every seed gives a good one, zero included.
///
/// Steele, Lea and Flood (Fast splittable pseudorandom number generators, OOPSLA 2014), with the
/// constants of Vigna's reference code.
package struct SplitMix64 {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
