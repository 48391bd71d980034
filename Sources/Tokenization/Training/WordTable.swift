import Execution

/// Words and how often each was counted, in one open-addressed table.
///
/// A word of up to 15 bytes stands in its slot, so that finding it touches one place in memory; longer
/// ones stand one after the other in an array of bytes. A slot that counts nothing is empty, and words
/// are never removed.
struct WordTable: Sendable {
  /// A word and its count; 24 bytes.
  private struct Slot {
    /// Of a short word its first eight bytes, of a long one its hash.
    var low: UInt64 = 0
    /// Of a short word the next seven, below its length; of a long one its index, below 255.
    var high: UInt64 = 0
    var count: UInt64 = 0

    var isLong: Bool { high >> 56 == Slot.longMark }

    static let longMark: UInt64 = 0xFF
  }

  /// The longest word that stands in its slot.
  private static let shortLength = 15

  private var slots: [Slot]
  private var mask: Int

  /// The bytes of the long words, and where each ends.
  private var longBytes: [UInt8] = []
  private var longEnds: [Int] = []

  /// How many different words there are.
  private(set) var wordCount = 0

  /// What the hash of this table is drawn by, so that no text is slow for all tables.
  private let seed = UInt64.random(in: 0 ... .max) | 1

  /// Creates an empty table.
  init() {
    slots = [Slot](repeating: Slot(), count: 1 << 10)
    mask = slots.count - 1
  }

  /// The memory that the words take up.
  var byteCount: Int {
    slots.count * MemoryLayout<Slot>.stride + longBytes.capacity + 8 * longEnds.capacity
  }
}

// MARK: - Counting

extension WordTable {
  /// Counts the word that stands at `range` of `text`.
  ///
  /// - Precondition: `count` is positive and the range lies in the text.
  @inline(__always)
  mutating func add(_ text: RawSpan, _ range: Range<Int>, count: UInt64 = 1) {
    let slot = findOrInsert(text, range)
    slots[slot].count &+= count
    if slots[slot].count == count { settle() }
  }

  /// Notes that an empty slot was taken, and makes room once three quarters are.
  private mutating func settle() {
    wordCount += 1
    if 4 * wordCount > 3 * slots.count { grow() }
  }

  /// The slot of a word; one that counts nothing where it is new.
  @inline(__always)
  private mutating func findOrInsert(_ text: RawSpan, _ range: Range<Int>) -> Int {
    guard range.count <= Self.shortLength else { return findOrInsertLong(text, range) }
    let (low, high) = shortKey(text, range)
    var index = hash(low, high)
    while true {
      let slot = slots[index & mask]
      if slot.low == low, slot.high == high, slot.count > 0 { return index & mask }
      if slot.count == 0 {
        slots[index & mask] = Slot(low: low, high: high)
        return index & mask
      }
      index &+= 1
    }
  }

  private mutating func findOrInsertLong(_ text: RawSpan, _ range: Range<Int>) -> Int {
    let key = longHash(text, range)
    var index = Int(truncatingIfNeeded: key >> 20)
    while true {
      let slot = slots[index & mask]
      if slot.count == 0 {
        let high = Slot.longMark << 56 | UInt64(longEnds.count)
        slots[index & mask] = Slot(low: key, high: high)
        text.extracting(range).appendBytes(to: &longBytes)
        longEnds.append(longBytes.count)
        return index & mask
      }
      if slot.low == key, slot.isLong, isEqual(longRange(slot.high), text, range) {
        return index & mask
      }
      index &+= 1
    }
  }

  /// Doubles the slots.
  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: 2 * old.count)
    mask = slots.count - 1
    for slot in old where slot.count > 0 {
      var index = slot.isLong ? Int(truncatingIfNeeded: slot.low >> 20) : hash(slot.low, slot.high)
      while slots[index & mask].count > 0 { index &+= 1 }
      slots[index & mask] = slot
    }
  }
}

// MARK: - Keys

extension WordTable {
  /// A short word as two integers that no other word has.
  @inline(__always)
  private func shortKey(_ text: RawSpan, _ range: Range<Int>) -> (low: UInt64, high: UInt64) {
    let (start, count) = (range.lowerBound, range.count)
    var (low, high): (UInt64, UInt64) = (0, 0)
    if start <= text.byteCount - 16 {
      low = text.word(at: start) & lowBytes(count)
      high = text.word(at: start + 8) & lowBytes(count - 8)
    } else {
      for offset in 0..<min(8, count) { low |= UInt64(text[start + offset]) << (8 * offset) }
      for offset in 8..<max(8, count) { high |= UInt64(text[start + offset]) << (8 * offset - 64) }
    }
    return (low, high | UInt64(count) << 56)
  }

  /// A mask of the first bytes of a word in memory.
  @inline(__always)
  private func lowBytes(_ count: Int) -> UInt64 {
    count >= 8 ? .max : count <= 0 ? 0 : (1 &<< UInt64(8 &* count)) &- 1
  }

  @inline(__always)
  private func hash(_ low: UInt64, _ high: UInt64) -> Int {
    let product = (low ^ seed).multipliedFullWidth(by: high ^ 0x9E37_79B9_7F4A_7C15)
    let mixed = (product.high ^ product.low) &* seed
    return Int(truncatingIfNeeded: mixed >> 20)
  }

  private func longHash(_ text: RawSpan, _ range: Range<Int>) -> UInt64 {
    var state = UInt64(range.count) ^ seed
    var position = range.lowerBound
    while position < range.upperBound {
      // The last eight bytes are taken whole, some for the second time.
      let word = text.word(at: min(position, range.upperBound - 8))
      let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      state = product.high ^ product.low ^ seed
      position += 8
    }
    return state
  }

  private func longRange(_ high: UInt64) -> Range<Int> {
    let index = Int(high & 0xFF_FFFF_FFFF_FFFF)
    return (index == 0 ? 0 : longEnds[index - 1])..<longEnds[index]
  }

  private func isEqual(_ stored: Range<Int>, _ text: RawSpan, _ range: Range<Int>) -> Bool {
    guard stored.count == range.count else { return false }
    let bytes = unsafe longBytes.span.bytes
    for offset in 0..<range.count
    where bytes[stored.lowerBound + offset] != text[range.lowerBound + offset] {
      return false
    }
    return true
  }
}

// MARK: - Reading out

extension WordTable {
  /// Calls `body` with each word and its count, in no particular order.
  func forEachWord(_ body: (_ bytes: RawSpan, _ count: UInt64) -> Void) {
    for slot in slots where slot.count > 0 { withWord(slot) { body($0, slot.count) } }
  }

  /// The words in the order of their bytes.
  ///
  /// - Throws: `Interruption` once the flag is raised.
  func sortedWords(_ interruption: InterruptionFlag?) throws -> WordList {
    // Most words differ in their first eight bytes, which one comparison tells.
    var keys: [(prefix: UInt64, slot: Int)] = []
    keys.reserveCapacity(wordCount)
    var byteCount = 0
    for index in slots.indices where slots[index].count > 0 {
      withWord(slots[index]) { word in
        byteCount += word.byteCount
        keys.append((prefix(word), index))
      }
    }
    try keys.sort { left, right in
      try interruption?.check()
      guard left.prefix == right.prefix else { return left.prefix < right.prefix }
      return withWord(slots[left.slot]) { left in
        withWord(slots[right.slot]) { right in left.precedes(right) }
      }
    }
    var words = WordList()
    words.reserveCapacity(byteCount: byteCount, wordCount: wordCount)
    for key in keys {
      let slot = slots[key.slot]
      withWord(slot) { words.append($0, slot.count) }
    }
    return words
  }

  @inline(__always)
  private func withWord<Result>(_ slot: Slot, _ body: (RawSpan) -> Result) -> Result {
    if slot.isLong {
      return body(unsafe longBytes.span.bytes.extracting(longRange(slot.high)))
    }
    let key: InlineArray<2, UInt64> = [slot.low.littleEndian, slot.high.littleEndian]
    return body(unsafe key.span.bytes.extracting(first: Int(slot.high >> 56)))
  }

  /// The first eight bytes as a number that sorts as they do; missing ones are zero.
  private func prefix(_ word: RawSpan) -> UInt64 {
    if word.byteCount >= 8 { return word.word(at: 0).byteSwapped }
    var prefix: UInt64 = 0
    for offset in 0..<word.byteCount { prefix |= UInt64(word[offset]) << (56 - 8 * offset) }
    return prefix
  }
}
