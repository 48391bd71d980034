/// The bytes of the tokens that a training has so far.
struct LearnedTokens: Sendable {
  /// The bytes of all tokens in the order of ids, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// The bytes that no learned token may get.
  private let reserved: Set<[UInt8]>

  /// Begins with special tokens and single bytes.
  init(specialTokens: [[UInt8]], alphabet: [UInt8]) {
    reserved = Set(specialTokens.flatMap(Self.spellings))
    for token in specialTokens + alphabet.map({ [$0] }) { append(token[...]) }
  }

  /// How many tokens there are.
  var count: Int { ends.count }

  /// The length of a token in bytes.
  func length(_ token: TokenID) -> Int { range(token).count }

  /// Makes a token of two.
  ///
  /// - Returns: The token's id; `nil` where its bytes are those of a special token.
  mutating func join(_ pair: TokenPair) -> TokenID? {
    let joined = bytes[range(pair.left)] + bytes[range(pair.right)]
    guard reserved.isEmpty || !reserved.contains(Array(joined)) else { return nil }
    append(joined)
    return TokenID(count - 1)
  }

  /// The byte strings whose names in a vocabulary file would be a special token's.
  ///
  /// A file writes special tokens as text and all others by GPT-2's character for each byte.
  static func spellings(of specialToken: [UInt8]) -> [[UInt8]] {
    var spelled: [UInt8] = []
    let byteOfScalar = ByteLevelAlphabet.byteOfScalar
    for scalar in String(decoding: specialToken, as: UTF8.self).unicodeScalars {
      guard Int(scalar.value) < byteOfScalar.count, byteOfScalar[Int(scalar.value)] >= 0 else {
        return [specialToken]
      }
      spelled.append(UInt8(byteOfScalar[Int(scalar.value)]))
    }
    return spelled == specialToken ? [specialToken] : [specialToken, spelled]
  }

  private func range(_ token: TokenID) -> Range<Int> {
    let index = Int(token)
    return (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  private mutating func append(_ token: ArraySlice<UInt8>) {
    bytes += token
    ends.append(bytes.count)
  }
}
