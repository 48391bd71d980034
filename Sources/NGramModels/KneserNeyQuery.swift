/// The longest n-gram of the model that ends the text so far: all of the past it can use.
struct NGramContext: Sendable, Hashable {
  /// The n-gram's length; 0 for the empty context.
  var length: Int
  /// The n-gram's place in its level of the trie.
  var place: Int

  /// No past at all.
  static let empty = Self(length: 0, place: 0)
}

extension KneserNeyModel {
  /// The context at the beginning of a sentence.
  var sentenceBegin: NGramContext {
    order > 1 ? NGramContext(length: 1, place: Int(TokenNumber.sentenceBegin)) : .empty
  }

  /// Gives a token's probability after a context, and moves the context on.
  ///
  /// The longest n-gram that matches gives the probability; each longer context that the model has
  /// multiplies it by its backoff. The unknown word empties the context.
  ///
  /// - Complexity: O(*order* · log *continuations*).
  @inline(__always)
  func probability(of token: UInt32, after context: inout NGramContext) -> Double {
    var (length, place) = (context.length, context.place)
    var scale = 1.0
    while length > 0 {
      if let found = levels[length].find(token, in: continuations(length, place)) {
        context = contextEnding(length + 1, found)
        return scale * levels[length].probabilities[found]
      }
      scale *= levels[length - 1].backoffs[place]
      place = length > 1 ? Int(levels[length - 1].suffixes[place]) : 0
      length -= 1
    }
    let isContext = order > 1 && token != TokenNumber.unknown
    context = isContext ? NGramContext(length: 1, place: Int(token)) : .empty
    return scale * levels[0].probabilities[Int(token)]
  }

  /// The logarithm of a token's probability after a context, for products that underflow.
  ///
  /// - Returns: The sum of the factors' natural logarithms; −∞ only if one of them is 0.
  func logProbability(of token: UInt32, after context: NGramContext) -> Double {
    var (length, place) = (context.length, context.place)
    var sum = 0.0
    while length > 0 {
      if let found = levels[length].find(token, in: continuations(length, place)) {
        return sum + naturalLogarithm(levels[length].probabilities[found])
      }
      sum += naturalLogarithm(levels[length - 1].backoffs[place])
      place = length > 1 ? Int(levels[length - 1].suffixes[place]) : 0
      length -= 1
    }
    return sum + naturalLogarithm(levels[0].probabilities[Int(token)])
  }

  /// The places, one level up, of the n-grams that continue one.
  @inline(__always)
  func continuations(_ length: Int, _ place: Int) -> Range<Int> {
    levels[length - 1].continuations(place)
  }

  /// The context after an n-gram was matched: itself, or without its first token at full length.
  @inline(__always)
  private func contextEnding(_ length: Int, _ place: Int) -> NGramContext {
    length < order
      ? NGramContext(length: length, place: place)
      : NGramContext(length: length - 1, place: Int(levels[length - 1].suffixes[place]))
  }
}

// MARK: - Ranks

extension KneserNeyModel {
  /// The unigram probabilities of all predicted tokens, largest first: what ranks are found in.
  var sortedUnigrams: [Double] {
    var probabilities = levels[0].probabilities
    probabilities.remove(at: Int(TokenNumber.sentenceBegin))
    return probabilities.sorted(by: >)
  }

  /// One more than the number of tokens strictly more probable than `probability` after a context.
  ///
  /// The tokens that continue the context are a part of those that continue the next shorter one,
  /// and so on down to all tokens, whose probabilities are sorted. From there up, each level takes
  /// its continuations out at the shorter context's values and puts them in at its own.
  ///
  /// - Complexity: O(continuations of the context and of its shorter forms).
  func rank(of probability: Double, after context: NGramContext, sortedUnigrams: [Double]) -> Int {
    var (length, place) = (context.length, context.place)
    var scale = 1.0
    var above = 0
    while length > 0 {
      let children = continuations(length, place)
      let backedOff = scale * levels[length - 1].backoffs[place]
      let (level, below) = (levels[length], levels[length - 1])
      for child in children {
        if scale * level.probabilities[child] > probability { above += 1 }
        if backedOff * below.probabilities[Int(level.suffixes[child])] > probability {
          above -= 1
        }
      }
      scale = backedOff
      place = length > 1 ? Int(levels[length - 1].suffixes[place]) : 0
      length -= 1
    }
    return above + sortedUnigrams.countOfPrefix { scale * $0 > probability } + 1
  }
}

extension [Double] {
  /// How many values from the front on satisfy a condition that no later one does.
  fileprivate func countOfPrefix(where isInPrefix: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isInPrefix(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
