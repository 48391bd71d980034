/// Gathers the tokens of a vocabulary file that spells them, in any order of their ids.
struct SpelledTokens {
  /// Whether characters stand for bytes, by GPT-2's mapping; otherwise for themselves.
  let isByteLevel: Bool

  private var gathered = TokenBytes()
  private var ids: [Int] = []
  private var unspelled: [Int] = []
  private var buffer: [UInt8] = []

  init(isByteLevel: Bool) {
    self.isByteLevel = isByteLevel
  }

  /// Appends the bytes that a spelling stands for.
  ///
  /// - Returns: Whether it stands for any.
  static func appendBytes(ofSpelling spelling: Span<UInt8>, to bytes: inout [UInt8]) -> Bool {
    let byteOfScalar = ByteLevelAlphabet.byteOfScalar
    var position = 0
    while position < spelling.count {
      let lead = spelling[position]
      var scalar = Int(lead)
      if lead >= 0x80 {
        // The mapping ends at U+0143, so that two bytes are the most.
        guard lead & 0xE0 == 0xC0, position + 1 < spelling.count else { return false }
        scalar = Int(lead & 0x1F) << 6 | Int(spelling[position + 1] & 0x3F)
        position += 1
      }
      position += 1
      guard scalar < byteOfScalar.count, byteOfScalar[scalar] >= 0 else { return false }
      bytes.append(UInt8(truncatingIfNeeded: byteOfScalar[scalar]))
    }
    return true
  }

  /// Adds a token.
  mutating func add(_ spelling: Span<UInt8>, id: Int) throws(VocabularyError.Reason) {
    guard id >= 0 else { throw .unexpected(expected: "an id from 0 on", found: "\(id)") }
    guard id < BytePairVocabulary.mostTokens else {
      throw .tooManyTokens(limit: BytePairVocabulary.mostTokens)
    }
    buffer.removeAll(keepingCapacity: true)
    let isSpelled = !isByteLevel || Self.appendBytes(ofSpelling: spelling, to: &buffer)
    if !isSpelled { unspelled.append(id) }
    if isByteLevel, isSpelled {
      gathered.append(bytes: buffer[...])
      gathered.endToken()
    } else {
      gathered.append(spelling)
    }
    ids.append(id)
  }

  /// The tokens in the order of their ids, with gaps where there are no tokens.
  func inOrder() throws(VocabularyError.Reason) -> TokenBytes {
    if ids.indices.allSatisfy({ ids[$0] == $0 }) { return gathered }
    let count = (ids.max() ?? -1) + 1
    // Nothing is made of the size that a single id claims.
    if count - ids.count > BytePairVocabulary.mostGaps {
      let taken = Set(ids)
      throw .missingID((0..<count).first { !taken.contains($0) } ?? 0)
    }
    var places = [Int](repeating: -1, count: count)
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

  /// The bytes of the merge that is being added.
  private var both: [UInt8] = []

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
    both.removeAll(keepingCapacity: true)
    let leftID = try find(left)
    let rightID = try find(right)
    guard let result = index.find(both.span) else {
      throw .unknownToken(ByteText(both), merge: merges.count)
    }
    merges.append(LearnedMerges.Merge(left: leftID, right: rightID, result: result))
  }

  /// Adds a merge written as two spellings with a space between them.
  mutating func add(_ text: Span<UInt8>) throws(VocabularyError.Reason) {
    guard let space = Self.separator(in: text) else {
      let found = ByteText(text.indices.map { text[$0] }).description
      throw .unexpected(expected: "two tokens with a space between them", found: found)
    }
    try add(text.extracting(0..<space), text.extracting(space + 1..<text.count))
  }

  /// The place of the one space in a text; `nil` where there are more or fewer.
  static func separator(in text: Span<UInt8>) -> Int? {
    var found: Int?
    for position in text.indices where text[position] == 0x20 {
      if found != nil { return nil }
      found = position
    }
    return found
  }

  /// Finds a token, and appends its bytes to `both`.
  private mutating func find(_ spelling: Span<UInt8>) throws(VocabularyError.Reason) -> TokenID {
    let start = both.count
    var isSpelled = true
    if isByteLevel {
      isSpelled = SpelledTokens.appendBytes(ofSpelling: spelling, to: &both)
    } else {
      for position in spelling.indices { both.append(spelling[position]) }
    }
    if isSpelled, let id = index.find(both.span.extracting(start..<both.count)) { return id }
    throw .unknownToken(ByteText(spelling.indices.map { spelling[$0] }), merge: merges.count)
  }
}
