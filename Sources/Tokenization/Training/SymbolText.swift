/// All different words as tokens, in one array, in which neighbors can be merged in constant time.
///
/// A token takes as many places as it has bytes. The first place holds its id with a mark, the last
/// one its id without, and those between nothing of use: so where a token ends, the one before it
/// begins, and where the next one begins can all be told without links. Gaps stand before, between and
/// behind the words.
struct SymbolText: Sendable {
  /// Set where a token begins.
  private static let mark: UInt32 = 1 << 31

  /// What stands between words; no token has this id.
  static let gap: UInt32 = mark - 1

  private var symbols: [UInt32]

  /// The number of the word that each place belongs to.
  private var wordAtPlace: [UInt32]

  /// How many bytes each token has.
  private var lengths: [UInt32]

  /// How often each word comes up.
  private let weights: [UInt64]

  /// Lays out words as single bytes.
  ///
  /// - Parameters:
  ///   - words: The words.
  ///   - idOfByte: The id of each byte.
  ///   - lengths: The lengths of the tokens that there are.
  init(_ words: WordList, idOfByte: [TokenID], lengths: [UInt32]) {
    let placeCount = words.bytes.count + words.count + 1
    precondition(placeCount <= WordSelection.largestPlaceCount, "places are numbers of 32 bits")
    self.lengths = lengths
    weights = words.counts
    symbols = [Self.gap]
    symbols.reserveCapacity(placeCount)
    wordAtPlace = [0]
    wordAtPlace.reserveCapacity(placeCount)
    for word in 0..<words.count {
      for place in words.range(word) {
        symbols.append(idOfByte[Int(words.bytes[place])] | Self.mark)
        wordAtPlace.append(UInt32(word))
      }
      symbols.append(Self.gap)
      wordAtPlace.append(UInt32(word))
    }
  }
}

extension SymbolText {
  /// Two neighbors that were merged, and what stands around them.
  struct Merged {
    /// The place of the token before, and its id; ``SymbolText/gap`` at a word's start.
    var before: TokenID
    var beforePlace: UInt32
    /// The id of the token behind; ``SymbolText/gap`` at a word's end.
    var behind: TokenID
    /// How often the word comes up.
    var weight: Int64
  }

  /// Notes the length of a new token.
  mutating func addToken(length: UInt32) { lengths.append(length) }

  /// The length of a token in bytes.
  func length(_ token: TokenID) -> UInt32 { lengths[Int(token)] }

  /// Merges the pair that stands at a place; `nil` where it does not stand there any more.
  @inline(__always)
  mutating func merge(_ pair: TokenPair, into result: TokenID, at place: UInt32) -> Merged? {
    let left = Int(place)
    guard symbols[left] == pair.left | Self.mark else { return nil }
    let right = left + Int(lengths[Int(pair.left)])
    guard symbols[right] == pair.right | Self.mark else { return nil }
    let end = right + Int(lengths[Int(pair.right)])
    symbols[right] = pair.right
    symbols[left] = result | Self.mark
    symbols[end - 1] = result
    // Behind a token stands a marked one or a gap; the place before is a token's last one or a gap.
    let before = symbols[left - 1] & ~Self.mark
    return Merged(
      before: before,
      beforePlace: before == Self.gap ? 0 : place - lengths[Int(before)],
      behind: symbols[end] & ~Self.mark,
      weight: Int64(weights[Int(wordAtPlace[left])])
    )
  }

  /// Calls `body` with each pair of neighbors, its place, and how often its word comes up.
  func forEachPair<Failure: Error>(
    _ body: (_ pair: TokenPair, _ place: Int, _ weight: Int64) throws(Failure) -> Void
  ) throws(Failure) {
    var place = 1
    while place < symbols.count - 1 {
      let token = symbols[place]
      // A gap is one place long.
      let isToken = token & Self.mark != 0
      let next = place + (isToken ? Int(lengths[Int(token & ~Self.mark)]) : 1)
      if isToken, symbols[next] & Self.mark != 0 {
        let pair = TokenPair(token & ~Self.mark, symbols[next] & ~Self.mark)
        try body(pair, place, Int64(weights[Int(wordAtPlace[place])]))
      }
      place = next
    }
  }

  /// The tokens of each word, one word after the other.
  func segmentations() -> [[TokenID]] {
    var words: [[TokenID]] = []
    var place = 1
    var word: [TokenID] = []
    while place < symbols.count {
      if symbols[place] == Self.gap {
        words.append(word)
        word = []
        place += 1
      } else {
        word.append(symbols[place] & ~Self.mark)
        place += Int(lengths[Int(word[word.count - 1])])
      }
    }
    return words
  }

  /// How many tokens the corpus has, each word counted as often as it comes up.
  func tokenCount() -> UInt64 {
    var count: UInt64 = 0
    var place = 1
    while place < symbols.count {
      let isToken = symbols[place] & Self.mark != 0
      if isToken { count += weights[Int(wordAtPlace[place])] }
      place += isToken ? Int(lengths[Int(symbols[place] & ~Self.mark)]) : 1
    }
    return count
  }
}
