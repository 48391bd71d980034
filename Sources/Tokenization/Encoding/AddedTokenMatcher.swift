/// Finds added tokens in a text: the leftmost first, of those that begin there the longest.
struct AddedTokenMatcher: Sendable {
  /// A token that stands in a text.
  struct Match {
    let id: TokenID
    let isSpecial: Bool
    let range: Range<Int>
  }

  /// A node of the tree of all texts, which a byte leads to.
  private struct Node {
    /// The first node of the next level, and the next of the same; -1 for none.
    var child: Int32 = -1
    var sibling: Int32 = -1
    var byte: UInt8
    /// The token that ends here; -1 for none.
    var token: Int32 = -1
  }

  private let tokens: [BytePairVocabulary.AddedToken]
  private var nodes: [Node] = [Node(byte: 0)]

  /// The bytes of the longest token.
  private(set) var longest = 0

  private var isFirstByte = [Bool](repeating: false, count: 256)

  init(_ tokens: [BytePairVocabulary.AddedToken]) {
    self.tokens = tokens.filter { !$0.text.isEmpty }
    for (number, token) in self.tokens.enumerated() {
      isFirstByte[Int(token.text[0])] = true
      longest = max(longest, token.text.count)
      var node: Int32 = 0
      for byte in token.text { node = child(of: node, byte) ?? addChild(of: node, byte) }
      nodes[Int(node)].token = Int32(number)
    }
  }

  var isEmpty: Bool { tokens.isEmpty }

  private func child(of node: Int32, _ byte: UInt8) -> Int32? {
    var child = nodes[Int(node)].child
    while child >= 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].sibling }
    return child >= 0 ? child : nil
  }

  private mutating func addChild(of node: Int32, _ byte: UInt8) -> Int32 {
    let added = Int32(nodes.count)
    nodes.append(Node(sibling: nodes[Int(node)].child, byte: byte))
    nodes[Int(node)].child = added
    return added
  }

  /// The first token that begins at `start` or after it.
  func next(in text: Span<UInt8>, from start: Int) -> Match? {
    guard !isEmpty else { return nil }
    for position in start..<text.count where isFirstByte[Int(text[position])] {
      if let found = longestMatch(in: text, at: position) {
        return match(found, in: text, after: start)
      }
    }
    return nil
  }

  /// The first place at or after `start` where the text ends within a token, which more text might
  /// complete.
  func openEnd(in text: Span<UInt8>, from start: Int) -> Int? {
    guard !isEmpty else { return nil }
    for position in start..<text.count where isFirstByte[Int(text[position])] {
      var node: Int32? = 0
      var end = position
      while let known = node, end < text.count {
        node = child(of: known, text[end])
        end += 1
      }
      if node != nil { return position }
    }
    return nil
  }

  private func longestMatch(in text: Span<UInt8>, at start: Int) -> (token: Int, range: Range<Int>)?
  {
    var found: (Int, Range<Int>)?
    var node: Int32 = 0
    for position in start..<text.count {
      guard let next = child(of: node, text[position]) else { break }
      node = next
      let token = Int(nodes[Int(node)].token)
      if token >= 0 { found = (token, start..<position + 1) }
    }
    return found
  }

  /// The match with the white space that the token takes in.
  private func match(
    _ found: (token: Int, range: Range<Int>),
    in text: Span<UInt8>,
    after start: Int
  ) -> Match {
    let token = tokens[found.token]
    var (lower, upper) = (found.range.lowerBound, found.range.upperBound)
    if token.stripsLeft {
      while lower > start, let space = ClassedCharacter(in: text, endingAt: lower),
        space.kind == .space
      {
        repeat { lower -= 1 } while text[lower] & 0xC0 == 0x80
      }
    }
    if token.stripsRight {
      while let space = ClassedCharacter(in: text, at: upper), space.kind == .space {
        upper = space.end
      }
    }
    return Match(id: token.id, isSpecial: token.isSpecial, range: lower..<upper)
  }
}
