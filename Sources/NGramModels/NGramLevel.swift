/// The n-grams of one order, sorted by context and then by last token, as a level of a trie.
///
/// Contexts are places in the level below, so the n-grams of one context are neighbors and sorted
/// by token. 28 bytes an n-gram, 16 at the top order.
struct NGramLevel: Sendable {
  /// The last token of each n-gram; for unigrams the place itself, and therefore empty.
  var words: [UInt32] = []

  /// The interpolated probability of each n-gram's last token in its context.
  var probabilities: [Double] = []

  /// What the lower order's probability is multiplied by where the n-gram is the context.
  ///
  /// 1 where nothing follows it. Empty at the top order.
  var backoffs: [Double] = []

  /// Where the n-gram without its first token stands in the level below; empty for unigrams.
  var suffixes: [UInt32] = []

  /// Where each n-gram's continuations begin in the level above, and where the last one's end.
  ///
  /// Empty at the top order.
  var childStarts: [UInt32] = []

  /// The places, one level up, of the n-grams that continue one.
  @inline(__always)
  func continuations(_ place: Int) -> Range<Int> {
    Int(childStarts[place])..<Int(childStarts[place + 1])
  }

  /// The place of a token among the n-grams of one context; `nil` when it is not there.
  @inline(__always)
  func find(_ token: UInt32, in context: Range<Int>) -> Int? {
    let words = words.span
    var low = context.lowerBound
    var length = context.count
    guard length > 0 else { return nil }
    while length > 1 {
      let half = length / 2
      if words[low + half] <= token { low += half }
      length -= half
    }
    return words[low] == token ? low : nil
  }
}
