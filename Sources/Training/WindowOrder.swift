/// In which order a run takes windows of its tokens: a new permutation each epoch, without any memory.
///
/// An epoch cuts the tokens into windows of ``length`` tokens, each with the one after it, from an offset
/// of its own, so that the same windows do not come again. Window k of a run follows from k and the
/// seed alone, so that a run can go on anywhere.
public struct WindowOrder: Sendable, Hashable {
  /// Tokens of all data.
  public let tokenCount: Int

  /// Tokens that a window takes in, T.
  public let length: Int

  /// The seed of all permutations.
  public let seed: UInt64

  /// Windows of an epoch.
  public let windowCount: Int

  /// Creates an order.
  ///
  /// - Precondition: There are more tokens than a window takes in.
  public init(tokenCount: Int, length: Int, seed: UInt64) {
    precondition(tokenCount > length && length > 0, "\(tokenCount) tokens in windows of \(length)")
    self.tokenCount = tokenCount
    self.length = length
    self.seed = seed
    // A window's length of tokens is left for the offset where there are two windows or more.
    windowCount = max(1, (tokenCount - length) / length)
  }

  /// Where window k of the run begins.
  ///
  /// - Precondition: k is not negative.
  public func start(of k: Int) -> Int {
    precondition(k >= 0, "window \(k)")
    let (epoch, index) = k.quotientAndRemainder(dividingBy: windowCount)
    let key = Self.mixed(seed &+ Self.mixed(UInt64(epoch)))
    let spare = tokenCount - 1 - windowCount * length
    let offset = Int(key % UInt64(spare + 1))
    return offset + length * permuted(index, key)
  }

  /// An index at its place in an epoch: a Feistel network of four rounds over the next power of four,
  /// walked until it is among the windows (Black and Rogaway, Ciphers with arbitrary finite domains, 2002).
  private func permuted(_ index: Int, _ key: UInt64) -> Int {
    var half = 0
    while windowCount > 1 << (2 * half) { half += 1 }
    guard half > 0 else { return index }
    let mask = UInt64(1) << UInt64(half) - 1
    var value = UInt64(index)
    repeat {
      var (left, right) = (value >> UInt64(half), value & mask)
      for round in 1...4 {
        (left, right) = (right, left ^ (Self.mixed(key &+ UInt64(round) &+ right << 8) & mask))
      }
      value = left << UInt64(half) | right
    } while value >= UInt64(windowCount)
    return Int(value)
  }

  /// The finalizer of SplitMix64.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
