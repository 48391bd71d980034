extension BytePairVocabulary {
  /// The tokens that stand for single bytes, spelled `<0x0A>`; `nil` for a byte that has none.
  var fallbackTokens: [TokenID?] {
    var fallback = [TokenID?](repeating: nil, count: 256)
    guard hasByteFallback else { return fallback }
    for id in 0..<tokenCount {
      if let byte = Self.fallbackByte(tokens[id]) { fallback[Int(byte)] = TokenID(id) }
    }
    return fallback
  }

  /// The byte that a token spelled `<0x0A>` stands for.
  static func fallbackByte(_ token: ArraySlice<UInt8>) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">") else {
      return nil
    }
    let digits = token.dropFirst(3).prefix(2).map { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
      default: nil
      }
    }
    guard let high = digits[0], let low = digits[1] else { return nil }
    return high << 4 | low
  }

  /// The bytes of text that each token stands for: marks are spaces again, and bytes bytes.
  var decodedTokens: TokenBytes {
    guard spacing != nil else { return tokens }
    var decoded = TokenBytes()
    decoded.reserveCapacity(tokens: tokens.count, bytes: tokens.bytes.count)
    for id in 0..<tokens.count {
      let token = tokens[id]
      if hasByteFallback, let byte = Self.fallbackByte(token) {
        decoded.append([byte].span)
      } else {
        decoded.append(Self.withSpaces(token).span)
      }
    }
    return decoded
  }

  /// A token's bytes with a space for each mark.
  static func withSpaces(_ token: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    var position = token.startIndex
    while position < token.endIndex {
      let isMark = token[position...].starts(with: PieceCutter.mark)
      text.append(isMark ? 0x20 : token[position])
      position += isMark ? 3 : 1
    }
    return text
  }

  /// How many bytes of text each token stands for; 0 for special ones.
  var textLengths: [Int32] {
    let decoded = decodedTokens
    var lengths = (0..<tokens.count).map { Int32(decoded.length($0)) }
    for token in addedTokens where token.isSpecial { lengths[Int(token.id)] = 0 }
    if let unknownToken { lengths[Int(unknownToken)] = 0 }
    return lengths
  }
}
