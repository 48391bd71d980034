import FileFormats

extension BytePairVocabulary {
  /// Reads a rank file, as `tiktoken` has them: a line for each token, its bytes in base64, a space
  /// and its rank, which is its id.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: What errors call it.
  ///   - pattern: How text is cut into pieces, of which the file says nothing.
  ///   - specialTokens: Tokens that the file leaves out.
  ///   - normalization: What happens to a text before.
  /// - Throws: ``VocabularyError``.
  public init(
    rankFile bytes: [UInt8],
    name: String,
    pattern: SplitPattern?,
    specialTokens: [AddedToken] = [],
    normalization: Normalization = .none
  ) throws(VocabularyError) {
    var reader = RankFileReader()
    do throws(VocabularyError.Reason) {
      try reader.read(bytes.span)
    } catch {
      throw VocabularyError(name, reader.line > 0 ? .line(reader.line) : nil, error)
    }
    self.init(tokens: reader.tokens, merging: .ranks, pattern: pattern)
    looksUpWholePieces = true
    self.normalization = normalization
    do throws(VocabularyError.Reason) {
      try add(specialTokens)
    } catch {
      throw VocabularyError(name, nil, error)
    }
  }
}

/// Reads the lines of a rank file.
private struct RankFileReader {
  var tokens = TokenBytes()

  /// The line that is being read, counted from 1; 0 for the file as a whole.
  var line = 0

  private let values = Base64.values
  private var ranks: [Int] = []
  private var lines: [Int] = []

  mutating func read(_ bytes: Span<UInt8>) throws(VocabularyError.Reason) {
    if bytes.isEmpty { throw .empty }
    tokens.reserveCapacity(tokens: bytes.count / 16, bytes: bytes.count / 2)
    var position = 0
    while position < bytes.count {
      line += 1
      position = try readLine(bytes, from: position)
    }
    line = 0
    if ranks.isEmpty { throw .empty }
    try putInOrder()
  }

  /// Reads a line, which may be blank, and returns where the next one begins.
  private mutating func readLine(
    _ bytes: Span<UInt8>,
    from start: Int
  ) throws(VocabularyError.Reason) -> Int {
    var position = start
    if isLineEnd(bytes, position) { return position + 1 }
    if bytes[position] == 0x0D, isLineEnd(bytes, position + 1) { return position + 2 }
    position = try readBase64(bytes, from: position)
    guard position < bytes.count, bytes[position] == 0x20 else {
      throw .unexpected(expected: "a space and a rank", found: Self.found(bytes, position))
    }
    position += 1
    let digits = position
    var rank = 0
    while position < bytes.count, bytes[position] &- 0x30 < 10 {
      rank = 10 * rank + Int(bytes[position] - 0x30)
      position += 1
      if rank >= BytePairVocabulary.mostTokens {
        throw .tooManyTokens(limit: BytePairVocabulary.mostTokens)
      }
    }
    if position < bytes.count, bytes[position] == 0x0D { position += 1 }
    guard position > digits, position == bytes.count || bytes[position] == 0x0A else {
      throw .unexpected(
        expected: position > digits ? "the line's end after the rank" : "a rank",
        found: Self.found(bytes, position)
      )
    }
    ranks.append(rank)
    lines.append(line)
    return position + 1
  }

  private func isLineEnd(_ bytes: Span<UInt8>, _ position: Int) -> Bool {
    position == bytes.count || bytes[position] == 0x0A
  }

  /// Reads the bytes of a token and returns where the rank's space should stand.
  private mutating func readBase64(
    _ bytes: Span<UInt8>,
    from start: Int
  ) throws(VocabularyError.Reason) -> Int {
    var position = start
    var bits: UInt32 = 0
    var digitCount = 0
    while position < bytes.count {
      let value = values[Int(bytes[position])]
      if value < 0 { break }
      bits = bits << 6 | UInt32(value)
      position += 1
      digitCount += 1
      if digitCount & 3 == 0 {
        tokens.append(byte: UInt8(truncatingIfNeeded: bits >> 16))
        tokens.append(byte: UInt8(truncatingIfNeeded: bits >> 8))
        tokens.append(byte: UInt8(truncatingIfNeeded: bits))
      }
    }
    var padding = 0
    while position < bytes.count, padding < 2, bytes[position] == UInt8(ascii: "=") {
      padding += 1
      position += 1
    }
    let rest = digitCount & 3
    let isWhole =
      switch rest {
      case 0: padding == 0
      case 2: padding == 2 && bits & 0xF == 0
      case 3: padding == 1 && bits & 0x3 == 0
      default: false
      }
    guard digitCount > 0, isWhole else {
      throw .unexpected(
        expected: "a token in base64",
        found: Self.found(bytes, digitCount > 0 ? start : position)
      )
    }
    if rest == 2 { tokens.append(byte: UInt8(truncatingIfNeeded: bits >> 4)) }
    if rest == 3 {
      tokens.append(byte: UInt8(truncatingIfNeeded: bits >> 10))
      tokens.append(byte: UInt8(truncatingIfNeeded: bits >> 2))
    }
    tokens.endToken()
    return position
  }

  /// What stands at a place, for an error message: the rest of the word.
  private static func found(_ bytes: Span<UInt8>, _ start: Int) -> String {
    var word: [UInt8] = []
    var position = start
    while position < bytes.count, word.count < 200, bytes[position] > 0x20 {
      word.append(bytes[position])
      position += 1
    }
    if !word.isEmpty { return excerpt(String(decoding: word, as: UTF8.self)) }
    return start < bytes.count ? "the end of a word" : "the end of the file"
  }

  /// Puts tokens into the order of their ranks, of which each must be there once.
  private mutating func putInOrder() throws(VocabularyError.Reason) {
    if ranks.indices.allSatisfy({ ranks[$0] == $0 }) { return }
    var places = [Int](repeating: -1, count: (ranks.max() ?? 0) + 1)
    for (place, rank) in ranks.enumerated() {
      if places[rank] >= 0 {
        line = lines[place]
        throw .duplicateRank(rank, firstLine: lines[places[rank]])
      }
      places[rank] = place
    }
    if let missing = places.firstIndex(of: -1) { throw .missingID(missing) }
    tokens = tokens.reordered(places)
  }
}
