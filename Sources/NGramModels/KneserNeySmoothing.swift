/// Turns counts into the probabilities and backoffs of a model, order by order from the bottom.
///
/// For an n-gram hw of adjusted count a, with h' the context without its first token:
///
///     p(w | h) = (a(hw) − D(a(hw))) / Σₓ a(hx) + γ(h) p(w | h')
///     γ(h) = Σₓ D(a(hx)) / Σₓ a(hx)
///
/// Unigrams lean on the uniform distribution 1/V in the same way, where V counts the types, `</s>`
/// and `<unk>`; the unknown word has the uniform part alone.
struct KneserNeySmoothing {
  private(set) var levels: [NGramLevel] = []
  private(set) var discounts: [Discounts] = []

  private let order: Int
  private let tokens: [UInt32]
  private let options: KneserNeyOptions
  private let poll: InterruptionPoll

  /// Where the longest n-gram of the level last built stands, for each position it ends at.
  private var placeAt: [UInt32]
  /// The place in the trie of each n-gram of that level, by its place in suffix order.
  private var placeInTrie: [UInt32] = []

  /// Smooths the counts of a text.
  ///
  /// - Throws: ``NGramError/noDiscounts(order:_:)`` when the options ask for it, `Interruption`.
  init(
    _ text: TokenSequence,
    order: Int,
    typeCount: Int,
    options: KneserNeyOptions,
    poll: InterruptionPoll
  ) throws {
    let counts = try NGramCounts(text, order: order, typeCount: typeCount, poll: poll)
    self.poll = poll
    self.order = order
    tokens = text.tokens
    placeAt = tokens
    self.options = options
    try addUnigrams(counts.level(1), typeCount: typeCount)
    for length in stride(from: 2, through: order, by: 1) {
      try addLevel(counts.level(length), length: length)
      guard length < order else { break }
      notePlaces(of: length, counts)
    }
  }

  private mutating func addDiscounts(_ counts: [UInt32], order: Int) throws(NGramError) {
    var countsOfCounts = [0, 0, 0, 0]
    for count in counts where count <= 4 { countsOfCounts[Int(count) - 1] += 1 }
    let discounts = Discounts(countsOfCounts: countsOfCounts)
    if let failure = discounts.failure, options.discounts == .error {
      throw .noDiscounts(order: order, failure)
    }
    self.discounts.append(discounts)
  }
}

// MARK: - Unigrams

extension KneserNeySmoothing {
  private mutating func addUnigrams(
    _ unigrams: NGramCounts.Level,
    typeCount: Int
  ) throws(NGramError) {
    try addDiscounts(unigrams.counts, order: 1)
    let mass = ContextMass(unigrams.counts.span, discounts[0])
    // All tokens but the sentence begin share the probability.
    let uniform = options.interpolatesUnigrams ? mass.backoff / Double(typeCount - 1) : 0
    var level = NGramLevel()
    level.probabilities = Array(repeating: 0, count: typeCount)
    level.probabilities[Int(TokenNumber.unknown)] =
      options.interpolatesUnigrams ? uniform : mass.backoff
    for (position, count) in zip(unigrams.positions, unigrams.counts) {
      level.probabilities[Int(tokens[Int(position)])] =
        mass.share(of: count, discounts[0]) + uniform
    }
    if order > 1 { level.backoffs = Array(repeating: 1, count: typeCount) }
    // A unigram's place in the trie is the number of its token.
    placeInTrie = unigrams.positions.map { tokens[Int($0)] }
    levels.append(level)
  }
}

/// What the discounts of one context add up to.
private struct ContextMass {
  /// Σₓ a(hx).
  let total: Double
  /// γ(h).
  let backoff: Double

  @inline(__always)
  init(_ counts: Span<UInt32>, _ discounts: Discounts) {
    var total = 0
    var ones = 0
    var twos = 0
    for index in counts.indices {
      let count = counts[index]
      total += Int(count)
      ones += count == 1 ? 1 : 0
      twos += count == 2 ? 1 : 0
    }
    self.total = Double(total)
    let others = Double(counts.count - ones - twos)
    let discounted =
      Double(ones) * discounts.one + Double(twos) * discounts.two + others * discounts.threeOrMore
    backoff = discounted / self.total
  }

  /// (a − D(a)) / Σₓ a(hx).
  @inline(__always)
  func share(of count: UInt32, _ discounts: Discounts) -> Double {
    (Double(count) - discounts.discount(for: count)) / total
  }
}

// MARK: - Longer n-grams

extension KneserNeySmoothing {
  /// Adds the level of a length to the trie, above the one that holds its contexts.
  private mutating func addLevel(
    _ grams: consuming NGramCounts.Level,
    length: Int
  ) throws {
    try addDiscounts(grams.counts, order: length)
    var below = levels.removeLast()
    var (level, counts) = try sortByContext(grams, above: &below, isTop: length == order)
    try interpolate(&level, counts, discounts[length - 1], above: &below)
    if length < order { level.backoffs = Array(repeating: 1, count: counts.count) }
    levels.append(below)
    levels.append(level)
  }

  /// Sorts n-grams by their contexts, and notes where each of them has gone.
  ///
  /// In suffix order the n-grams of one context are sorted by token already, and stay so.
  private mutating func sortByContext(
    _ grams: consuming NGramCounts.Level,
    above below: inout NGramLevel,
    isTop: Bool
  ) throws -> (level: NGramLevel, counts: [UInt32]) {
    let contexts = grams.positions.map { placeAt[Int($0) - 1] }
    var next = starts(of: contexts, contextCount: below.probabilities.count)
    below.childStarts = next
    let none = [UInt32](repeating: 0, count: contexts.count)
    var (words, suffixes, counts, places) = (none, none, none, isTop ? [] : none)
    for (index, context) in contexts.enumerated() {
      try poll.check(index)
      let place = Int(next[Int(context)])
      next[Int(context)] += 1
      words[place] = tokens[Int(grams.positions[index])]
      suffixes[place] = placeInTrie[Int(grams.suffixes[index])]
      counts[place] = grams.counts[index]
      if !isTop { places[index] = UInt32(place) }
    }
    placeInTrie = places
    var level = NGramLevel()
    (level.words, level.suffixes) = (words, suffixes)
    return (level, counts)
  }

  /// Where the n-grams of each context begin once they are sorted by context.
  private func starts(of contexts: [UInt32], contextCount: Int) -> [UInt32] {
    var starts = [UInt32](repeating: 0, count: contextCount + 1)
    for context in contexts { starts[Int(context) + 1] += 1 }
    for context in 0..<contextCount { starts[context + 1] += starts[context] }
    return starts
  }

  /// Sets the probabilities of a level and the backoffs of its contexts, one level below.
  private func interpolate(
    _ level: inout NGramLevel,
    _ counts: [UInt32],
    _ discounts: Discounts,
    above below: inout NGramLevel
  ) throws {
    var probabilities = [Double](repeating: 0, count: counts.count)
    let starts = below.childStarts
    for context in below.backoffs.indices {
      try poll.check(context)
      let children = Int(starts[context])..<Int(starts[context + 1])
      if children.isEmpty { continue }
      let mass = ContextMass(counts.span.extracting(children), discounts)
      below.backoffs[context] = mass.backoff
      for place in children {
        probabilities[place] =
          mass.share(of: counts[place], discounts)
          + mass.backoff * below.probabilities[Int(level.suffixes[place])]
      }
    }
    level.probabilities = probabilities
  }

  /// Notes where the n-gram of a length that ends at each position stands in the trie.
  private mutating func notePlaces(of length: Int, _ counts: NGramCounts) {
    let placeInTrie = placeInTrie
    var placeAt = placeAt
    self.placeAt = []
    counts.forEachOccurrence(length) { position, place in
      placeAt[position] = placeInTrie[place]
    }
    self.placeAt = placeAt
  }
}
