import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A source of bytes whose entropy rate is known in closed form, for holding learners against the truth.
///
/// The byte after any `order` bytes has the same probabilities q₁ ≥ q₂ ≥ …, given to the letters of the
/// alphabet in an order of that context's own. The ranks drawn are thus independent of one another, and
/// the entropy rate is −Σ q log₂ q whatever contexts occur. No model can do better on average, and to
/// get there it has to learn every context of `order` bytes.
///
///     var text = try MarkovSource(order: 2, entropyRate: 2, seed: 1).makeText()
///     let bytes = text.next(100_000)
///     print(text.codeLength / Double(bytes.count))   // about 2
///
/// Probabilities are multiples of 2⁻³² that fall geometrically, q ∝ exp(−λ rank) with λ for the entropy.
public struct MarkovSource: Sendable, Hashable {
  /// How many bytes the next one depends on.
  public let order: Int

  /// The bytes that occur.
  public let alphabet: [UInt8]

  /// What tells contexts' orders of letters, and the text.
  public let seed: UInt64

  /// 2³² times the probability of each rank.
  private let weights: [UInt64]

  /// The letters there may be, in the order in which larger alphabets take them.
  public static let letters = Array(
    "abcdefghijklmnopqrstuvwxyz \n.,;!ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".utf8
  )

  /// Makes a source.
  ///
  /// - Parameters:
  ///   - order: How many bytes the next one depends on, 0 to 10.
  ///   - alphabetSize: How many letters there are, 2 to 64: the first of ``letters``.
  ///   - entropyRate: The entropy asked for, in bits per byte; ``entropyRate`` is the one there is.
  ///   - seed: The seed.
  /// - Throws: ``MarkovSourceError`` where an argument is out of its range.
  public init(
    order: Int,
    alphabetSize: Int = 27,
    entropyRate: Double,
    seed: UInt64 = 0
  ) throws(MarkovSourceError) {
    guard (0...10).contains(order) else { throw .order(order) }
    guard (2...Self.letters.count).contains(alphabetSize) else { throw .alphabetSize(alphabetSize) }
    let most = log2(Double(alphabetSize))
    guard entropyRate > 0, entropyRate <= most else {
      throw .entropyRate(entropyRate, most: most, alphabetSize: alphabetSize)
    }
    self.order = order
    self.seed = seed
    alphabet = Array(Self.letters.prefix(alphabetSize))
    weights = Self.weights(alphabetSize, entropyRate)
  }
}

extension MarkovSource {
  /// The probability of the letter of a rank, the likeliest first, after any context.
  public func probability(ofRank rank: Int) -> Double { Double(weights[rank]) * 0x1p-32 }

  /// The entropy rate in bits per byte: that asked for but for the rounding of probabilities.
  public var entropyRate: Double {
    alphabet.indices.reduce(0) { $0 + probability(ofRank: $1) * bits(ofRank: $1) }
  }

  /// The standard deviation of a byte's information about the entropy rate, in bits.
  ///
  /// A text of n bytes has a code length of n ``entropyRate`` ± √n times this, as ranks are independent.
  public var deviation: Double {
    let mean = entropyRate
    let variance = alphabet.indices.reduce(0) {
      $0 + probability(ofRank: $1) * (bits(ofRank: $1) - mean) * (bits(ofRank: $1) - mean)
    }
    return variance.squareRoot()
  }

  /// The letters after a context, the likeliest first.
  ///
  /// - Parameter context: The number whose digits, to the base of the alphabet's size, are the places of
  ///   the last bytes in the alphabet, the last byte lowest.
  /// - Returns: Every letter of the alphabet, once.
  public func letters(after context: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: seed, stream: UInt64(context) << 1 | 1)
    var letters = alphabet
    // Fisher and Yates: every order is equally likely.
    for last in stride(from: letters.count - 1, to: 0, by: -1) {
      letters.swapAt(last, generator.next(below: last + 1))
    }
    return letters
  }

  /// A text of the source from its beginning, where the bytes before count as the first letter.
  public func makeText() -> MarkovText { MarkovText(self) }

  /// The information of the letter of a rank, in bits.
  func bits(ofRank rank: Int) -> Double { 32 - log2(Double(weights[rank])) }

  /// The rank that a number below 2³² stands for.
  @inline(__always)
  func rank(of number: UInt64) -> Int {
    var (rest, rank) = (number, 0)
    while rest >= weights[rank] {
      rest -= weights[rank]
      rank += 1
    }
    return rank
  }

  // MARK: - Probabilities

  /// Geometric weights of an entropy, each at least one, that add up to 2³².
  private static func weights(_ count: Int, _ entropyRate: Double) -> [UInt64] {
    // Entropy falls as the rate λ grows; 60 halvings exhaust a Double's digits.
    var (low, high) = (0.0, 64.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if entropy(count, rate: middle) > entropyRate { low = middle } else { high = middle }
    }
    let shares = shares(count, rate: (low + high) / 2)
    var weights = shares.map { UInt64(max(1, ($0 * 0x1p32).rounded())) }
    // The first takes what rounding leaves: it is the largest.
    let others = weights.dropFirst().reduce(0, +)
    weights[0] = (1 << 32) - others
    return weights
  }

  private static func shares(_ count: Int, rate: Double) -> [Double] {
    let parts = (0..<count).map { exp(-rate * Double($0)) }
    let sum = parts.reduce(0, +)
    return parts.map { $0 / sum }
  }

  private static func entropy(_ count: Int, rate: Double) -> Double {
    shares(count, rate: rate).reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
  }
}

/// A text of a ``MarkovSource`` as it comes.
public struct MarkovText: Sendable {
  /// Where it comes from.
  public let source: MarkovSource

  /// How many bytes have come.
  public var byteCount: Int { rankCounts.reduce(0, +) }

  private var rankCounts: [Int]
  private var generator: SeededGenerator
  private var context = 0

  /// The number of contexts.
  private let contextCount: Int

  /// The places in the alphabet of the letters after each context that came, the likeliest first; empty
  /// where there are too many contexts to remember.
  private var orders: [UInt8]

  init(_ source: MarkovSource) {
    self.source = source
    rankCounts = Array(repeating: 0, count: source.alphabet.count)
    generator = SeededGenerator(seed: source.seed, stream: 0)
    contextCount = (0..<source.order).reduce(1) { count, _ in count * source.alphabet.count }
    let size = contextCount * source.alphabet.count
    orders = size <= Self.mostRemembered ? Array(repeating: .max, count: size) : []
  }

  private static var mostRemembered: Int { 1 << 24 }

  /// The information of what has come, in bits: what an ideal code for the source takes for it.
  public var codeLength: Double {
    rankCounts.indices.reduce(0) { $0 + Double(rankCounts[$1]) * source.bits(ofRank: $1) }
  }

  /// The next bytes.
  public mutating func next(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for _ in 0..<count {
      let rank = source.rank(of: generator.next() >> 32)
      rankCounts[rank] += 1
      let place = place(ofRank: rank)
      bytes.append(source.alphabet[place])
      context = (context * source.alphabet.count + place) % contextCount
    }
    return bytes
  }

  /// The place in the alphabet of the letter of a rank in the present context.
  private mutating func place(ofRank rank: Int) -> Int {
    let count = source.alphabet.count
    guard !orders.isEmpty else { return places(after: context)[rank] }
    let first = context * count
    if orders[first] == .max {
      for (index, place) in places(after: context).enumerated() {
        orders[first + index] = UInt8(place)
      }
    }
    return Int(orders[first + rank])
  }

  private func places(after context: Int) -> [Int] {
    source.letters(after: context).map { source.alphabet.firstIndex(of: $0) ?? 0 }
  }
}

/// Why there is no such source.
public enum MarkovSourceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The order is out of range.
  case order(Int)

  /// The number of letters is out of range.
  case alphabetSize(Int)

  /// The entropy is out of what so many letters can have.
  case entropyRate(Double, most: Double, alphabetSize: Int)

  /// What was expected and found.
  public var description: String {
    switch self {
    case .order(let order): "expected an order from 0 to 10, found \(order)"
    case .alphabetSize(let size):
      "expected an alphabet of 2 to \(MarkovSource.letters.count) letters, found \(size)"
    case .entropyRate(let rate, let most, let size):
      "expected an entropy rate above 0 and at most log2 \(size) = \(most) bits, found \(rate)"
    }
  }
}
