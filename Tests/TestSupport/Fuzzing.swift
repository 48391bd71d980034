import Foundation

/// How long random inputs are tried: for a fixed number of rounds or, all targets together, for
/// `ISOLOSS_FUZZ` seconds.
///
/// The inputs are the same every time, and others with another `ISOLOSS_FUZZ_SEED`. A failure names
/// the seed and the round: print the generator with it.
public enum Fuzzing {
  /// What gets random inputs.
  public enum Target: CaseIterable, Sendable {
    /// Content hashes.
    case hashes
    /// JSON texts that are damaged.
    case json
    /// JSON values that are written and read.
    case jsonValues
    /// CSV texts that are damaged.
    case tables
    /// CSV tables that are written and read.
    case tableValues
    /// Numbers that are written and read.
    case numerals
    /// Safetensors files that are damaged.
    case safetensors
    /// Vocabulary files of all kinds that are damaged.
    case vocabularies
    /// Vocabulary files of characters and words that are damaged.
    case unitVocabularies

    /// Its part of the seconds, beside those of the others.
    var weight: Double { self == .vocabularies ? 6 : 1 }
  }

  /// Whether a seed was named.
  public static var hasOwnSeed: Bool {
    ProcessInfo.processInfo.environment["ISOLOSS_FUZZ_SEED"] != nil
  }

  private static func number(_ name: String) -> Double? {
    ProcessInfo.processInfo.environment[name].flatMap(Double.init)
  }

  /// Tries random inputs.
  ///
  /// - Parameters:
  ///   - target: What gets them.
  ///   - rounds: How often, unless seconds are given.
  ///   - seed: Where the random numbers begin, unless another seed is given.
  ///   - body: Takes random numbers and tries an input.
  public static func run(
    _ target: Target,
    rounds: Int,
    seed: UInt64,
    _ body: (inout FuzzGenerator) throws -> Void
  ) rethrows {
    let seconds = number("ISOLOSS_FUZZ").map { total in
      total * target.weight / Target.allCases.reduce(0) { $0 + $1.weight }
    }
    let seed = ProcessInfo.processInfo.environment["ISOLOSS_FUZZ_SEED"].flatMap(UInt64.init) ?? seed
    var generator = FuzzGenerator(seed: seed)
    let deadline = ContinuousClock.now + .seconds(seconds ?? 0)
    while seconds == nil ? generator.round < rounds : ContinuousClock.now < deadline {
      try body(&generator)
      generator.round += 1
    }
  }
}

/// Random numbers with a seed, SplitMix64 (Steele, Lea and Flood 2014), that know what to call a
/// failure.
public struct FuzzGenerator: RandomNumberGenerator, CustomStringConvertible {
  private let seed: UInt64
  private var state: UInt64

  /// How many rounds were done before.
  public fileprivate(set) var round = 0

  /// Begins at a seed.
  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// The seed and the round.
  public var description: String { "seed \(seed), round \(round)" }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
