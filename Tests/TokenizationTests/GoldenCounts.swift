import Testing

/// A text and its counts as Python has them; `Golden/text_counts.py` prints the table.
struct GoldenCounts: Sendable, CustomTestStringConvertible {
  var name: String
  var text: [UInt8]
  /// Bytes, characters, words, lines, invalid runs, carriage returns, pieces of a split at white space.
  var figures: [Int]
  var firstInvalidOffset: Int?
  var startsWithMark: Bool

  var testDescription: String { name }

  init(_ name: String, _ hex: String, _ figures: [Int], _ firstInvalid: Int?, _ mark: Bool) {
    self.name = name
    self.text = bytes(hex: hex)
    self.figures = figures
    self.firstInvalidOffset = firstInvalid
    self.startsWithMark = mark
  }

  static let all = [
    Self(
      "empty",
      "",
      [0, 0, 0, 0, 0, 0, 0],
      nil,
      false
    ),
    Self(
      "one letter",
      "61",
      [1, 1, 1, 1, 0, 0, 1],
      nil,
      false
    ),
    Self(
      "a line",
      "74776f20776f7264730a",
      [10, 10, 2, 1, 0, 0, 3],
      nil,
      false
    ),
    Self(
      "unterminated",
      "6f6e650a74776f",
      [7, 7, 2, 2, 0, 0, 2],
      nil,
      false
    ),
    Self(
      "space before a word",
      "2061",
      [2, 2, 1, 1, 0, 0, 2],
      nil,
      false
    ),
    Self(
      "one space",
      "20",
      [1, 1, 0, 1, 0, 0, 2],
      nil,
      false
    ),
    Self(
      "nine spaces",
      "202020202020202020",
      [9, 9, 0, 1, 0, 0, 2],
      nil,
      false
    ),
    Self(
      "a wide space before a word",
      "e3808061",
      [4, 2, 1, 1, 0, 0, 2],
      nil,
      false
    ),
    Self(
      "one hard space",
      "c2a0",
      [2, 1, 0, 1, 0, 0, 2],
      nil,
      false
    ),
    Self(
      "a mark, then a space",
      "efbbbf2061",
      [5, 3, 2, 1, 0, 0, 2],
      nil,
      true
    ),
    Self(
      "a line before text",
      "0a736576656e206c65747465727320616e64206d6f7265",
      [23, 23, 4, 2, 0, 0, 5],
      nil,
      false
    ),
    Self(
      "ASCII white space",
      """
      000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2078000102030405
      060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20
      """,
      [67, 67, 4, 5, 0, 2, 5],
      nil,
      false
    ),
    Self(
      "every byte",
      """
      000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627
      28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f
      505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f7071727374757677
      78797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f
      a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7
      c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef
      f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
      """,
      [256, 129, 3, 3, 1, 1, 3],
      128,
      false
    ),
    Self(
      "line ends",
      "610d620d0a630a0d0a0d0d640a0a",
      [14, 14, 4, 8, 0, 5, 5],
      nil,
      false
    ),
    Self(
      "long CRLF",
      """
      313233343536370d0a313233343536370d0a313233343536370d0a313233343536370d0a31323334
      3536370d0a313233343536370d0a313233343536370d0a313233343536370d0a313233343536370d
      0a313233343536370a0d0d0a
      """,
      [92, 92, 10, 12, 0, 11, 11],
      nil,
      false
    ),
    Self(
      "Unicode spaces",
      """
      61c28562c2a063e19a8064e2808065e2808a66e280a867e280a968e280af69e2819f6ae380806b
      """,
      [39, 21, 11, 1, 0, 0, 11],
      nil,
      false
    ),
    Self(
      "not spaces",
      "61e2808b62e1a08e63e281a064efbbbf65c2ad66",
      [20, 11, 1, 1, 0, 0, 1],
      nil,
      false
    ),
    Self(
      "around the spaces",
      "61c28462c28663e1bfbf64e2808b65e280ae66e280b067e3808168",
      [27, 15, 1, 1, 0, 0, 1],
      nil,
      false
    ),
    Self(
      "byte-order mark",
      "efbbbf68656c6c6f0a",
      [9, 7, 1, 1, 0, 0, 2],
      nil,
      true
    ),
    Self(
      "late byte-order mark",
      "61efbbbf",
      [4, 2, 1, 1, 0, 0, 1],
      nil,
      false
    ),
    Self(
      "scripts",
      """
      6e61c3af766520ceb1ceb220e2b280e2b28120e0aa97e0ab81e0aa9c20f09f988020656e640a
      """,
      [38, 22, 6, 1, 0, 0, 7],
      nil,
      false
    ),
    Self(
      "overlong",
      "c0af20e080af20f08080af2e",
      [12, 6, 3, 1, 3, 0, 3],
      0,
      false
    ),
    Self(
      "surrogates",
      "eda080edb08020ed9fbf",
      [10, 3, 2, 1, 1, 0, 2],
      0,
      false
    ),
    Self(
      "too large",
      "f490808020f48fbfbf20f5808080",
      [14, 5, 3, 1, 2, 0, 3],
      0,
      false
    ),
    Self(
      "truncated",
      "6162e282",
      [4, 3, 1, 1, 1, 0, 1],
      2,
      false
    ),
    Self(
      "broken off",
      "e282e282ac20f09fe28261",
      [11, 5, 2, 1, 2, 0, 2],
      0,
      false
    ),
    Self(
      "lone continuation",
      "802061bf6220fffe",
      [8, 7, 3, 1, 3, 0, 3],
      0,
      false
    ),
    Self(
      "UTF-16",
      "fffe680069002000740068006500720065000a00",
      [20, 19, 3, 2, 1, 0, 3],
      0,
      false
    ),
    Self(
      "separate runs",
      "ff61ff62ffffc3a9ff",
      [9, 7, 1, 1, 4, 0, 1],
      0,
      false
    ),
    Self(
      "invalid in ASCII",
      """
      30313233343536373839c3303132333435363738392030313233343536e90d0a3031323334353637
      """,
      [40, 40, 3, 2, 2, 1, 3],
      10,
      false
    ),
  ]
}

/// The bytes that hexadecimal digits spell; other characters are left out.
func bytes(hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map {
    UInt8(digits[$0] << 4 | digits[$0 + 1])
  }
}
