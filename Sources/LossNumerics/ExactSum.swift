/// A sum of doubles that is exact until it is rounded, once, at the end.
///
/// Addition is associative and commutative bit for bit, so partial sums from any number of shards
/// give the same result in any order.
///
///     var nats = ExactSum()
///     for loss in losses { nats.add(loss) }
///     print(nats.rounded)
///
/// The sum is a fixed-point number over the whole range of `Double`: 32 bits a limb, the lowest
/// weighing 2⁻¹⁰⁷⁴ (Kulisch's long accumulator). Limbs are kept in 64 bits and signed, so that about
/// 2³⁰ additions pass before carries must be settled.
public struct ExactSum: Sendable {
  /// 2,098 bits from the smallest subnormal to the largest finite double, and 78 for sums of them.
  static let limbCount = 68

  private var limbs = InlineArray<68, Int64>(repeating: 0)
  private var additionsUntilSettling = settlingInterval

  private static let settlingInterval = 1 << 30
  private static let limbMask: Int64 = 0xFFFF_FFFF

  /// The sum of nothing.
  public init() {}
}

// MARK: - Adding

extension ExactSum {
  /// Adds one value.
  ///
  /// - Precondition: `value` is finite.
  public mutating func add(_ value: Double) {
    precondition(value.isFinite, "an exact sum takes finite values")
    // Subnormals have the exponent of the smallest normal number and no hidden bit.
    let biased = max(1, Int(value.exponentBitPattern))
    let hidden: UInt64 = value.exponentBitPattern == 0 ? 0 : 1 << 52
    let significand = value.significandBitPattern | hidden
    // The lowest bit of `significand` weighs 2^(biased − 1075), which is bit `biased − 1` here.
    let (limb, shift) = (biased - 1).quotientAndRemainder(dividingBy: 32)
    let low = (significand << UInt64(shift)) & 0xFFFF_FFFF
    let middle = (significand >> UInt64(32 - shift)) & 0xFFFF_FFFF
    // Shifting by 64 gives 0 with Swift's smart shift, which is what shift = 0 needs.
    let high = significand >> UInt64(64 - shift)
    let sign: Int64 = value.sign == .minus ? -1 : 1
    limbs[limb] += sign * Int64(low)
    limbs[limb + 1] += sign * Int64(middle)
    limbs[limb + 2] += sign * Int64(high)
    additionsUntilSettling -= 1
    if additionsUntilSettling == 0 { settle() }
  }

  /// Adds another sum, exactly.
  public mutating func add(_ other: ExactSum) {
    var other = other
    other.settle()
    settle()
    for index in 0..<Self.limbCount { limbs[index] += other.limbs[index] }
    settle()
  }

  /// Takes another sum away, exactly.
  public mutating func subtract(_ other: ExactSum) {
    var negated = other
    negated.settle()
    for index in 0..<Self.limbCount { negated.limbs[index].negate() }
    add(negated)
  }

  /// The exact sum of two sums.
  public static func + (left: ExactSum, right: ExactSum) -> ExactSum {
    var sum = left
    sum.add(right)
    return sum
  }

  /// Adds a sum to another, in place.
  public static func += (left: inout ExactSum, right: ExactSum) {
    left.add(right)
  }

  /// Carries over, so that every limb but the top one lies in 0 ..< 2³²: the one canonical form.
  private mutating func settle() {
    var carry: Int64 = 0
    for index in 0..<(Self.limbCount - 1) {
      let total = limbs[index] + carry
      limbs[index] = total & Self.limbMask
      carry = total >> 32
    }
    limbs[Self.limbCount - 1] += carry
    additionsUntilSettling = Self.settlingInterval
  }
}

// MARK: - Rounding

extension ExactSum {
  /// The double nearest to the sum, ties to even; infinite beyond the range of `Double`.
  public var rounded: Double {
    let (magnitude, isNegative) = magnitude
    guard let top = (0..<Self.limbCount).last(where: { magnitude[$0] != 0 }) else { return 0 }
    let topBit = 32 * top + 31 - magnitude[top].leadingZeroBitCount
    // Keep 53 bits, or as many as stand above 2⁻¹⁰⁷⁴.
    let lowestKept = max(0, topBit - 52)
    var significand = Self.bits(of: magnitude, from: lowestKept, count: 53)
    if lowestKept > 0 {
      let half = Self.bits(of: magnitude, from: lowestKept - 1, count: 1) == 1
      let isAboveHalf = Self.hasBits(magnitude, below: lowestKept - 1)
      if half, isAboveHalf || significand & 1 == 1 { significand += 1 }
    }
    // `significand` has at most 54 bits, a power of two where it has 54: the product is exact or infinite.
    let value = Double(sign: .plus, exponent: lowestKept - 1074, significand: Double(significand))
    return isNegative ? -value : value
  }

  private var magnitude: (limbs: [UInt32], isNegative: Bool) {
    var settled = self
    settled.settle()
    let isNegative = settled.limbs[Self.limbCount - 1] < 0
    if isNegative {
      for index in 0..<Self.limbCount { settled.limbs[index].negate() }
      settled.settle()
    }
    let limbs = (0..<Self.limbCount).map { UInt32(truncatingIfNeeded: settled.limbs[$0]) }
    return (limbs, isNegative)
  }

  private static func bits(of limbs: [UInt32], from position: Int, count: Int) -> UInt64 {
    (0..<count).reduce(into: UInt64(0)) { result, offset in
      let (limb, bit) = (position + offset).quotientAndRemainder(dividingBy: 32)
      guard limb < limbs.count else { return }
      result |= UInt64((limbs[limb] >> UInt32(bit)) & 1) << UInt64(offset)
    }
  }

  private static func hasBits(_ limbs: [UInt32], below position: Int) -> Bool {
    let (limb, bit) = position.quotientAndRemainder(dividingBy: 32)
    return limbs[..<limb].contains { $0 != 0 } || limbs[limb] & ((1 << UInt32(bit)) - 1) != 0
  }
}

// MARK: - Comparing and writing

extension ExactSum: Hashable {
  /// Whether two sums are the same number, however they came about.
  public static func == (left: ExactSum, right: ExactSum) -> Bool {
    left.magnitude == right.magnitude
  }

  /// Hashes the number.
  public func hash(into hasher: inout Hasher) {
    let (limbs, isNegative) = magnitude
    hasher.combine(limbs)
    hasher.combine(isNegative)
  }
}

extension ExactSum: CustomStringConvertible {
  /// The exact sum in units of 2⁻¹⁰⁷⁴ as a hexadecimal integer, `-` before negative ones.
  public var description: String {
    let (limbs, isNegative) = magnitude
    let digits = limbs.reversed().map { limb in
      let text = String(limb, radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined()
    let significant = digits.drop { $0 == "0" }
    return (isNegative ? "-" : "") + (significant.isEmpty ? "0" : significant)
  }

  /// Reads the hexadecimal integer that ``description`` writes; `nil` for anything else.
  public init?(_ text: String) {
    let isNegative = text.hasPrefix("-")
    let digits = text.dropFirst(isNegative ? 1 : 0)
    guard !digits.isEmpty, digits.utf8.count <= 8 * (Self.limbCount - 1) else { return nil }
    guard digits.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
    var rest = digits
    var index = 0
    while !rest.isEmpty {
      guard let limb = Int64(rest.suffix(8), radix: 16) else { return nil }
      limbs[index] = isNegative ? -limb : limb
      rest = rest.dropLast(8)
      index += 1
    }
  }
}
