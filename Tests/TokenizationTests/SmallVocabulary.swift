import Tokenization

/// Vocabularies of a few merges, which tests make by themselves.
enum SmallVocabulary {
  /// All bytes, and merges of texts that are the tokens made so far.
  static func learned(_ merges: [(String, String)], special: [String] = []) -> LearnedMerges {
    var learned = LearnedMerges(
      specialTokens: special.map { Array($0.utf8) },
      alphabet: LearnedMerges.byteLevelAlphabet,
      merges: []
    )
    var tokens = learned.tokens
    for (left, right) in merges {
      let (left, right) = (Array(left.utf8), Array(right.utf8))
      guard let first = tokens.firstIndex(of: left), let second = tokens.firstIndex(of: right)
      else { preconditionFailure("\(left) or \(right) is no token yet") }
      let known = tokens.firstIndex(of: left + right)
      learned.merges.append(
        LearnedMerges.Merge(
          left: TokenID(first),
          right: TokenID(second),
          result: TokenID(known ?? tokens.count)
        )
      )
      if known == nil { tokens.append(left + right) }
    }
    return learned
  }

  /// Merges of English.
  static let english = learned(
    [
      ("t", "h"), ("th", "e"), (" ", "the"), ("i", "n"), ("a", "n"), ("an", "d"), (" ", "and"),
      ("e", "r"), ("r", "e"), ("a", "a"), ("aa", "aa"), ("aaaa", "a"),
    ],
    special: ["<|endoftext|>"]
  )

  static func tokenizer(
    pattern: SplitPattern? = .gpt2
  ) throws(VocabularyError.Reason) -> BytePairTokenizer {
    try BytePairTokenizer(BytePairVocabulary(english, pattern: pattern))
  }

  /// A rank file of all bytes and some tokens more.
  static func rankFile(_ tokens: [String]) -> String {
    let all = (UInt8.min...UInt8.max).map { [$0] } + tokens.map { Array($0.utf8) }
    return all.enumerated().map { "\(Base64.encode($1[...])) \($0)\n" }.joined()
  }
}

/// The textbook algorithm: the pair of the lowest rank, the leftmost of equals, until none is left.
func mergeByTheBook(_ text: [UInt8], _ learned: LearnedMerges) -> [TokenID] {
  let first = learned.specialTokens.count
  var ids = text.map { byte in
    TokenID(first + (learned.alphabet.firstIndex(of: byte) ?? 0))
  }
  while true {
    var best: (rank: Int, place: Int)?
    for place in ids.indices.dropLast() {
      let rank = learned.merges.lastIndex { $0.left == ids[place] && $0.right == ids[place + 1] }
      if let rank, rank < best?.rank ?? .max { best = (rank, place) }
    }
    guard let best else { return ids }
    ids.replaceSubrange(best.place...best.place + 1, with: [learned.merges[best.rank].result])
  }
}

/// Numbers that look random and are the same every time.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
