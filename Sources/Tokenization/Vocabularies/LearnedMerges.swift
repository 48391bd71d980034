/// The number of a token in a vocabulary.
public typealias TokenID = UInt32

/// What training a byte-pair vocabulary learns: a base alphabet and merges in order.
///
/// Ids count up from 0: first the special tokens, then the bytes of the alphabet, then each merge
/// that makes new bytes. A merge whose bytes some token has already reuses that token's id.
public struct LearnedMerges: Sendable, Hashable {
  /// Two tokens that stand side by side and become one.
  public struct Merge: Sendable, Hashable {
    /// The token that stands first.
    public var left: TokenID
    /// The token that follows it.
    public var right: TokenID
    /// The token they become: the next free id, or that of an earlier token with the same bytes.
    public var result: TokenID

    /// Creates a merge.
    public init(left: TokenID, right: TokenID, result: TokenID) {
      self.left = left
      self.right = right
      self.result = result
    }
  }

  /// The special tokens' texts; the first has id 0.
  public var specialTokens: [[UInt8]]

  /// The byte of each base token, in the order of their ids, which follow the special tokens'.
  public var alphabet: [UInt8]

  /// The merges, the one learned first first.
  public var merges: [Merge]

  /// Creates what a training learned.
  public init(specialTokens: [[UInt8]], alphabet: [UInt8], merges: [Merge]) {
    self.specialTokens = specialTokens
    self.alphabet = alphabet
    self.merges = merges
  }
}

// MARK: - Derived

extension LearnedMerges {
  /// The bytes of every token by its id: specials, alphabet, merges.
  ///
  /// - Precondition: Each merge names tokens before it, and its result is one of them or the next.
  public var tokens: [[UInt8]] {
    var tokens = specialTokens + alphabet.map { [$0] }
    for merge in merges where Int(merge.result) >= tokens.count {
      precondition(
        Int(merge.result) == tokens.count,
        "a merge makes token \(merge.result), where \(tokens.count) is the next"
      )
      tokens.append(tokens[Int(merge.left)] + tokens[Int(merge.right)])
    }
    return tokens
  }

  /// The bytes that a vocabulary of all bytes begins with, in the order of the code points that
  /// GPT-2's mapping gives them: the printable ones first, then the rest.
  public static let byteLevelAlphabet: [UInt8] = ByteLevelAlphabet.bytesInOrder
}

/// GPT-2's mapping between bytes and printable characters, in which vocabulary files are written.
///
/// Printable bytes of Latin-1 stand for themselves, and the other 68 are U+0100 onward in order.
package enum ByteLevelAlphabet {
  /// Whether a byte stands for itself.
  static func isPrintable(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: true
    default: false
    }
  }

  /// The bytes in the order of their characters.
  static let bytesInOrder: [UInt8] = {
    let all = Array(UInt8.min...UInt8.max)
    return all.filter(isPrintable) + all.filter { !isPrintable($0) }
  }()

  /// The character of each byte.
  package static let scalarOfByte: [UInt16] = {
    var scalars = [UInt16](repeating: 0, count: 256)
    var next: UInt16 = 0x100
    for byte in UInt8.min...UInt8.max {
      if isPrintable(byte) {
        scalars[Int(byte)] = UInt16(byte)
      } else {
        scalars[Int(byte)] = next
        next += 1
      }
    }
    return scalars
  }()

  /// The byte of each character up to U+0143; -1 for one that stands for none.
  package static let byteOfScalar: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalarOfByte.enumerated() { bytes[Int(scalar)] = Int16(byte) }
    return bytes
  }()
}
