/// Gathers the tokens of a vocabulary file that spells them, in any order of their ids.
struct SpelledTokens {
  /// Whether characters stand for bytes, by GPT-2's mapping; otherwise for themselves.
  let isByteLevel: Bool

  private var gathered = TokenBytes()
  private var ids: [Int] = []
  private var unspelled: [Int] = []

  init(isByteLevel: Bool) {
    self.isByteLevel = isByteLevel
  }

  /// The bytes that a spelling stands for; `nil` if it stands for none.
  static func bytes(ofSpelling spelling: Span<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(spelling.count)
    var position = 0
    while position < spelling.count {
      let lead = spelling[position]
      var scalar = Int(lead)
      if lead >= 0x80 {
        // The mapping ends at U+0143, so that two bytes are the most.
        guard lead & 0xE0 == 0xC0, position + 1 < spelling.count else { return nil }
        scalar = Int(lead & 0x1F) << 6 | Int(spelling[position + 1] & 0x3F)
        position += 1
      }
      position += 1
      guard scalar < ByteLevelAlphabet.byteOfScalar.count else { return nil }
      let byte = ByteLevelAlphabet.byteOfScalar[scalar]
      guard byte >= 0 else { return nil }
      bytes.append(UInt8(byte))
    }
    return bytes
  }

  /// Adds a token.
  mutating func add(_ spelling: [UInt8], id: Int) throws(VocabularyError.Reason) {
    guard id >= 0 else { throw .unexpected(expected: "an id from 0 on", found: "\(id)") }
    guard id < BytePairVocabulary.mostTokens else {
      throw .tooManyTokens(limit: BytePairVocabulary.mostTokens)
    }
    if !isByteLevel {
      gathered.append(spelling.span)
    } else if let bytes = Self.bytes(ofSpelling: spelling.span) {
      gathered.append(bytes.span)
    } else {
      unspelled.append(id)
      gathered.append(spelling.span)
    }
    ids.append(id)
  }

  /// The tokens in the order of their ids, with gaps where there are no tokens.
  func inOrder() throws(VocabularyError.Reason) -> TokenBytes {
    if ids.indices.allSatisfy({ ids[$0] == $0 }) { return gathered }
    var places = [Int](repeating: -1, count: (ids.max() ?? -1) + 1)
    for (place, id) in ids.enumerated() {
      if places[id] >= 0 {
        throw .duplicateID(id, ByteText(gathered[places[id]]), ByteText(gathered[place]))
      }
      places[id] = place
    }
    return gathered.reordered(places)
  }

  /// The ids whose spellings stand for no bytes.
  var unspelledTokens: [TokenID] { unspelled.sorted().map { TokenID($0) } }
}

/// Finds the tokens that the merges of a file name.
struct MergeResolver {
  private let index: TokenIndex
  private let isByteLevel: Bool
  private(set) var merges: [LearnedMerges.Merge] = []

  init(_ tokens: TokenBytes, isByteLevel: Bool) {
    index = TokenIndex(tokens)
    self.isByteLevel = isByteLevel
  }

  /// Adds a merge of two tokens by their spellings.
  mutating func add(
    _ left: Span<UInt8>,
    _ right: Span<UInt8>
  ) throws(VocabularyError.Reason) {
    guard merges.count < BytePairVocabulary.mostTokens else {
      throw .tooManyTokens(limit: BytePairVocabulary.mostTokens)
    }
    var both = try bytes(left)
    let leftID = try find(both, left)
    let rightBytes = try bytes(right)
    let rightID = try find(rightBytes, right)
    both += rightBytes
    guard let result = index.find(both.span) else {
      throw .unknownToken(ByteText(both), merge: merges.count)
    }
    merges.append(LearnedMerges.Merge(left: leftID, right: rightID, result: result))
  }

  /// Adds a merge written as two spellings with a space between them.
  mutating func add(_ text: Span<UInt8>) throws(VocabularyError.Reason) {
    let spaces = text.indices.filter { text[$0] == 0x20 }
    guard spaces.count == 1, let space = spaces.first else {
      throw .unexpected(
        expected: "two tokens with a space between them",
        found: ByteText((0..<text.count).map { text[$0] }).description
      )
    }
    try add(text.extracting(0..<space), text.extracting(space + 1..<text.count))
  }

  private func bytes(_ spelling: Span<UInt8>) throws(VocabularyError.Reason) -> [UInt8] {
    let plain = spelling.indices.map { spelling[$0] }
    guard isByteLevel else { return plain }
    guard let bytes = SpelledTokens.bytes(ofSpelling: spelling) else {
      throw .unknownToken(ByteText(plain), merge: merges.count)
    }
    return bytes
  }

  private func find(
    _ bytes: [UInt8],
    _ spelling: Span<UInt8>
  ) throws(VocabularyError.Reason) -> TokenID {
    if let id = index.find(bytes.span) { return id }
    throw .unknownToken(ByteText(spelling.indices.map { spelling[$0] }), merge: merges.count)
  }
}
