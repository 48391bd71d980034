/// The known word nearest to a mistyped one, if any is near enough to be meant.
///
/// Near is an edit distance of at most a third of the word, counting a swap of neighbors as one
/// edit, or a word that the typed one begins.
package func closestSpelling(to word: String, among known: [String]) -> String? {
  let limit = max(1, word.count / 3)
  let ranked =
    known
    .map { (spelling: $0, distance: editDistance(word, $0)) }
    .filter { $0.distance <= limit }
    .min { $0.distance < $1.distance }
  let typedLetters = word.drop { $0 == "-" }
  return ranked?.spelling
    ?? known.first { typedLetters.count >= 3 && $0.hasPrefix(word) }
    ?? known.first { typedLetters.count >= 4 && $0.contains(typedLetters) }
}

/// The edit distance in which inserting, deleting, replacing and swapping neighbors cost one each
/// (optimal string alignment).
package func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first.utf8.prefix(64))
  let b = Array(second.utf8.prefix(64))
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var beforeLast = [Int]()
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i]
    for j in 1...b.count {
      let replacing = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      var best = min(replacing, last[j] + 1, row[j - 1] + 1)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        best = min(best, beforeLast[j - 2] + 1)
      }
      row.append(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
