/// Numbers for words, which are bytes and never `String`: equal means equal bytes.
///
/// Words get the numbers 0, 1, 2… in the order of their first appearance. An open-addressed table
/// with linear probing holds the numbers; the bytes of all words stand in one array. The hash is
/// seeded at random, so that no text can be written to make it slow; numbers do not depend on it.
struct ByteVocabulary: Sendable {
  private var bytes: [UInt8] = []
  /// Where each word begins in `bytes`, and where the last one ends.
  private var starts: [Int] = [0]
  /// Words' numbers plus one, 0 for a free place; at most half of the places are taken.
  private var table = [UInt32](repeating: 0, count: 1024)
  /// The upper half of each place's hash, compared before any bytes are.
  private var tags = [UInt32](repeating: 0, count: 1024)
  private let seed = UInt64.random(in: .min ... .max)

  /// How many words there are.
  var count: Int { starts.count - 1 }

  /// The number of a word; `nil` when it is not in the vocabulary.
  func find(_ word: Span<UInt8>) -> UInt32? {
    let found = table[place(of: word, hash: hash(word))]
    return found == 0 ? nil : found - 1
  }

  /// The number of a word, which is added when it is new.
  mutating func insert(_ word: Span<UInt8>) -> UInt32 {
    let hash = hash(word)
    let place = place(of: word, hash: hash)
    if table[place] != 0 { return table[place] - 1 }
    for index in word.indices { bytes.append(word[index]) }
    starts.append(bytes.count)
    table[place] = UInt32(count)
    tags[place] = UInt32(truncatingIfNeeded: hash >> 32)
    if 2 * count > table.count { grow() }
    return UInt32(starts.count - 2)
  }

  /// The bytes of a word.
  subscript(number: UInt32) -> [UInt8] {
    Array(bytes[starts[Int(number)]..<starts[Int(number) + 1]])
  }

  // MARK: - The table

  /// Where a word stands, or would stand, in the table.
  @inline(__always)
  private func place(of word: Span<UInt8>, hash: UInt64) -> Int {
    let mask = table.count - 1
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var place = Int(truncatingIfNeeded: hash) & mask
    while table[place] != 0, tags[place] != tag || !holds(word, number: table[place] - 1) {
      place = (place + 1) & mask
    }
    return place
  }

  @inline(__always)
  private func holds(_ word: Span<UInt8>, number: UInt32) -> Bool {
    let start = starts[Int(number)]
    guard starts[Int(number) + 1] - start == word.count else { return false }
    for index in word.indices where bytes[start + index] != word[index] { return false }
    return true
  }

  private mutating func grow() {
    let oldTable = table
    table = [UInt32](repeating: 0, count: 2 * oldTable.count)
    tags = [UInt32](repeating: 0, count: table.count)
    let mask = table.count - 1
    let all = bytes
    for number in 0..<count {
      let hash = hash(all.span.extracting(starts[number]..<starts[number + 1]))
      var place = Int(truncatingIfNeeded: hash) & mask
      while table[place] != 0 { place = (place + 1) & mask }
      table[place] = UInt32(number + 1)
      tags[place] = UInt32(truncatingIfNeeded: hash >> 32)
    }
  }

  /// A hash of the bytes: eight at a step, each folded in by a 64-bit product of 128 bits.
  @inline(__always)
  private func hash(_ word: Span<UInt8>) -> UInt64 {
    var state = seed ^ UInt64(word.count) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    while index < word.count {
      var block: UInt64 = 0
      let end = min(index + 8, word.count)
      while index < end {
        block = block << 8 | UInt64(word[index])
        index += 1
      }
      // An odd constant without structure: the fraction of the golden ratio.
      let product = (state ^ block).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      state = product.high ^ product.low ^ seed
    }
    let product = state.multipliedFullWidth(by: 0xD1B5_4A32_D192_ED03)
    return product.high ^ product.low
  }
}
