import Tokenization

/// The training of byte-pair vocabularies as it is told: count all pairs, merge the most frequent one
/// everywhere, begin anew.
struct NaiveBytePairTrainer {
  var words: [(tokens: [TokenID], count: Int)]
  var merges: [LearnedMerges.Merge] = []
  var nextID: TokenID

  /// Lays out words and their counts as single bytes.
  init(_ words: [[UInt8]: Int], _ rule: MergeTieRule) {
    let idOfByte = Dictionary(
      uniqueKeysWithValues: rule.alphabet.enumerated().map {
        ($1, TokenID($0))
      }
    )
    self.words = words.map { word, count in (word.compactMap { idOfByte[$0] }, count) }
    nextID = 256
  }

  /// Merges until the vocabulary is full, no pair is left, or all come up less than `minimumCount`.
  mutating func train(vocabularySize: Int, minimumCount: Int = 1) {
    while nextID < vocabularySize {
      var counts: [[TokenID]: Int] = [:]
      for (tokens, count) in words {
        for (left, right) in zip(tokens, tokens.dropFirst()) {
          counts[[left, right], default: 0] += count
        }
      }
      let best = counts.max { a, b in
        (a.value, b.key[0], b.key[1]) < (b.value, a.key[0], a.key[1])
      }
      guard let best, best.value >= minimumCount else { return }
      merges.append(.init(left: best.key[0], right: best.key[1], result: nextID))
      for index in words.indices { words[index].tokens = merged(words[index].tokens, best.key) }
      nextID += 1
    }
  }

  private func merged(_ tokens: [TokenID], _ pair: [TokenID]) -> [TokenID] {
    var result: [TokenID] = []
    var position = 0
    while position < tokens.count {
      if tokens[position...].starts(with: pair) {
        result.append(nextID)
        position += 2
      } else {
        result.append(tokens[position])
        position += 1
      }
    }
    return result
  }
}
