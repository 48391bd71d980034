/// All n-grams of a text with their adjusted counts, order by order, from one sort.
///
/// Predicted positions are sorted by the token there, then by the one before it, and so on back to
/// the order of the model. In this suffix order the occurrences of an n-gram lie together for every
/// length at once, and so do the distinct (k+1)-grams that end in the same k-gram: their number is
/// the k-gram's adjusted count. The sort is one stable counting sort for each place, the farthest
/// first, so its time is order · (tokens + types).
///
/// N-grams never reach beyond the sentence begin. What stands before it may order equal n-grams
/// among themselves, which changes nothing.
struct NGramCounts: Sendable {
  /// The order of the model.
  let order: Int

  /// The predicted positions in suffix order.
  private let positions: [UInt32]

  /// How many tokens, looking back, each position has in common with the one sorted before it;
  /// `order` when they agree up to the sentence begin.
  private let shared: [UInt8]

  /// How many tokens can be looked back upon, the position and the sentence begin included; at
  /// most `order`, and one more than that where the sentence begin lies farther back.
  private let depths: [UInt8]

  /// The n-grams of one order, in suffix order.
  struct Level: Sendable {
    /// A position at which each n-gram ends.
    var positions: [UInt32] = []
    /// The adjusted counts.
    var counts: [UInt32] = []
    /// Where the n-gram without its first token stands in the level below.
    var suffixes: [UInt32] = []

    /// Makes room for so many n-grams and no more: there are millions.
    mutating func reserve(_ count: Int) {
      positions.reserveCapacity(count)
      counts.reserveCapacity(count)
      suffixes.reserveCapacity(count)
    }
  }

  /// Sorts the predicted positions of a text.
  ///
  /// - Parameters:
  ///   - text: The training text.
  ///   - order: The order of the model, that of the text.
  ///   - typeCount: The number of different tokens; all token numbers are below it.
  ///   - poll: What ends the sort early.
  /// - Throws: `Interruption`.
  init(_ text: TokenSequence, order: Int, typeCount: Int, poll: InterruptionPoll) throws {
    self.order = order
    let positions = try suffixOrder(text, order: order, typeCount: typeCount, poll: poll)
    var shared = [UInt8](repeating: 0, count: positions.count)
    var depths = [UInt8](repeating: 0, count: positions.count)
    let tokens = text.tokens.span
    for index in positions.indices {
      try poll.check(index)
      let position = Int(positions[index])
      depths[index] = UInt8(depth(tokens, position, limit: order + 1))
      if index > 0 {
        shared[index] = UInt8(sharedLength(tokens, Int(positions[index - 1]), position, order))
      }
    }
    (self.positions, self.shared, self.depths) = (positions, shared, depths)
  }

  /// The number of different n-grams of an order.
  func gramCount(_ length: Int) -> Int {
    var count = 0
    for index in positions.indices
    where Int(depths[index]) >= length && Int(shared[index]) < length {
      count += 1
    }
    return count
  }

  /// Lists the n-grams of an order with their adjusted counts.
  ///
  /// Counts at the top order, and of n-grams that begin with the sentence begin, are those of the
  /// text itself; below, they count the distinct tokens that stand before the n-gram.
  func level(_ length: Int) -> Level {
    var level = Level()
    level.reserve(gramCount(length))
    var count: UInt32 = 0
    var below: UInt32 = 0
    var isFirstBelow = true
    for index in positions.indices {
      let (shared, depth) = (Int(shared[index]), Int(depths[index]))
      if depth < length - 1 { continue }
      if shared < length - 1 || isFirstBelow {
        if !isFirstBelow { below += 1 }
        isFirstBelow = false
      }
      if depth < length { continue }
      if shared < length || level.positions.isEmpty {
        if !level.positions.isEmpty { level.counts.append(count) }
        level.positions.append(positions[index])
        level.suffixes.append(below)
        count = 0
      }
      // Every occurrence counts at the top and behind a sentence begin; else every new longer one.
      if length == order || depth == length || shared < length + 1 { count += 1 }
    }
    if !level.positions.isEmpty { level.counts.append(count) }
    return level
  }

  /// Calls `receive` with each position that ends an n-gram of a level, and the n-gram's place.
  func forEachOccurrence(_ length: Int, _ receive: (_ position: Int, _ place: Int) -> Void) {
    var place = -1
    for index in positions.indices where Int(depths[index]) >= length {
      if Int(shared[index]) < length || place < 0 { place += 1 }
      receive(Int(positions[index]), place)
    }
  }
}

// MARK: - Sorting

/// The predicted positions sorted by the tokens there, before them, and so on.
private func suffixOrder(
  _ text: TokenSequence,
  order: Int,
  typeCount: Int,
  poll: InterruptionPoll
) throws -> [UInt32] {
  let tokens = text.tokens.span
  var sorted: [UInt32] = []
  sorted.reserveCapacity(text.predictedCount)
  for position in order..<max(order, tokens.count)
  where tokens[position] != TokenNumber.sentenceBegin {
    sorted.append(UInt32(position))
  }
  var target = [UInt32](repeating: 0, count: sorted.count)
  for distance in stride(from: order - 1, through: 0, by: -1) {
    var starts = [UInt32](repeating: 0, count: typeCount + 1)
    for position in sorted { starts[Int(tokens[Int(position) - distance]) + 1] += 1 }
    for type in 0..<typeCount { starts[type + 1] += starts[type] }
    for (index, position) in sorted.enumerated() {
      try poll.check(index)
      let token = Int(tokens[Int(position) - distance])
      target[Int(starts[token])] = position
      starts[token] += 1
    }
    swap(&sorted, &target)
  }
  return sorted
}

/// How many tokens lie from a position back to its sentence begin, both included; at most `limit`.
@inline(__always)
private func depth(_ tokens: Span<UInt32>, _ position: Int, limit: Int) -> Int {
  var depth = 1
  while depth < limit, tokens[position - depth + 1] != TokenNumber.sentenceBegin { depth += 1 }
  return depth
}

/// How many tokens two positions share, looking back; `limit` when they agree to the sentence begin.
@inline(__always)
private func sharedLength(
  _ tokens: Span<UInt32>,
  _ first: Int,
  _ second: Int,
  _ limit: Int
) -> Int {
  var length = 0
  while length < limit, tokens[first - length] == tokens[second - length] {
    if tokens[first - length] == TokenNumber.sentenceBegin { return limit }
    length += 1
  }
  return length
}
