/// The tokens that a training has so far, and which bytes are taken.
struct LearnedTokens: Sendable {
  /// The bytes of all tokens in the order of ids, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// For the bytes of each token one more than its id; ``reserved`` for those no token may get.
  private var taken = WordTable()

  private static let reserved = UInt64.max

  /// Begins with special tokens and single bytes.
  init(specialTokens: [[UInt8]], alphabet: [UInt8]) {
    for token in specialTokens {
      append(token)
      for spelling in Self.spellings(of: token) {
        _ = taken.count(of: spelling.span, orInsert: Self.reserved)
      }
    }
    for byte in alphabet {
      append([byte])
      _ = taken.count(of: [byte].span, orInsert: UInt64(count))
    }
  }

  /// How many tokens there are.
  var count: Int { ends.count }

  /// The length of a token in bytes.
  func length(_ token: TokenID) -> Int { range(token).count }

  /// Joins two tokens.
  ///
  /// - Parameters:
  ///   - pair: The two.
  ///   - reusesIDs: Whether a token with the same bytes is the result where there is one.
  /// - Returns: The token they become and whether it is new; `nil` where its bytes are those of a
  ///   special token.
  mutating func join(_ pair: TokenPair, reusesIDs: Bool) -> (result: TokenID, isNew: Bool)? {
    let joined = Array(bytes[range(pair.left)] + bytes[range(pair.right)])
    let entry = taken.count(of: joined.span, orInsert: UInt64(count + 1))
    guard entry != Self.reserved else { return nil }
    if reusesIDs, entry <= UInt64(count) { return (TokenID(entry - 1), false) }
    append(joined)
    return (TokenID(count - 1), true)
  }

  /// The byte strings whose names in a vocabulary file would be a special token's.
  ///
  /// A file writes special tokens as text and all others by GPT-2's character for each byte.
  static func spellings(of specialToken: [UInt8]) -> [[UInt8]] {
    var spelled: [UInt8] = []
    for scalar in String(decoding: specialToken, as: UTF8.self).unicodeScalars {
      let known = ByteLevelAlphabet.byteOfScalar
      guard Int(scalar.value) < known.count, known[Int(scalar.value)] >= 0 else {
        return [specialToken]
      }
      spelled.append(UInt8(known[Int(scalar.value)]))
    }
    return spelled == specialToken ? [specialToken] : [specialToken, spelled]
  }

  private func range(_ token: TokenID) -> Range<Int> {
    let index = Int(token)
    return (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  private mutating func append(_ token: [UInt8]) {
    bytes += token
    ends.append(bytes.count)
  }
}
