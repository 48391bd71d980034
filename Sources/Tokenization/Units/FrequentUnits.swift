/// The most frequent units, of equally frequent ones those whose bytes come first.
///
/// The units come twice, in the order of their bytes, so that only their counts, and of those not many
/// more than are chosen, are held before it is known which they are.
struct FrequentUnits {
  private let limit: Int

  /// The counts that may be among the largest.
  private var largest: [UInt64] = []

  /// The least count that is chosen, and how many units of exactly that count still are.
  private var (least, leftOfLeast): (UInt64, Int) = (0, 0)

  private var chosen = WordList()

  /// How many different units there are, and how many bytes the chosen ones have.
  private(set) var (differentCount, byteCount) = (0, 0)

  /// How many units of the texts are not chosen.
  private(set) var unknownCount: UInt64 = 0

  /// Chooses.
  ///
  /// - Parameters:
  ///   - limit: How many; `nil` for as many as ids can count.
  ///   - forEach: Goes through all units with their counts, in the order of bytes.
  /// - Throws: What `forEach` throws.
  init(
    limit: Int?,
    of forEach: ((RawSpan, UInt64) throws -> Void) throws -> Void
  ) throws {
    self.limit = min(limit ?? .max, BytePairVocabulary.mostTokens - 1)
    try forEach { _, count in note(count) }
    settle()
    try forEach { unit, count in take(unit, count) }
  }

  /// How often the rarest that is chosen comes up.
  var leastCount: UInt64? { chosen.counts.min() }

  /// Notes a unit's count, at the first time.
  private mutating func note(_ count: UInt64) {
    differentCount += 1
    largest.append(count)
    if largest.count > 2 * limit + 1024 { prune() }
  }

  private mutating func prune() {
    largest.sort(by: >)
    largest.removeLast(max(0, largest.count - limit))
  }

  /// Ends the first time.
  private mutating func settle() {
    prune()
    defer { largest = [] }
    guard differentCount > limit else { return }
    least = largest.last ?? .max
    leftOfLeast = largest.reversed().prefix { $0 == least }.count
  }

  /// Takes a unit, at the second time.
  private mutating func take(_ unit: RawSpan, _ count: UInt64) {
    let isLast = count == least && leftOfLeast > 0
    guard count > least || isLast else {
      unknownCount += count
      return
    }
    if isLast { leftOfLeast -= 1 }
    byteCount += unit.byteCount
    // What is too much for any file is counted, not held.
    if byteCount <= UnitVocabulary.mostTokenBytes { chosen.append(unit, count) }
  }

  /// The chosen units with the unknown behind them: words the most frequent first, characters in the
  /// order of their bytes.
  func vocabulary(_ unit: TextUnit) -> UnitVocabulary {
    var order = Array(0..<chosen.count)
    if unit == .word {
      order.sort { (chosen.counts[$1], $0) < (chosen.counts[$0], $1) }
    }
    var tokens = TokenBytes()
    tokens.reserveCapacity(tokens: order.count + 1, bytes: chosen.bytes.count)
    for index in order {
      tokens.append(bytes: chosen.bytes[chosen.range(index)])
      tokens.endToken()
    }
    tokens.endToken()
    return UnitVocabulary(unit, tokens: tokens, unknownToken: TokenID(order.count))
  }
}

extension WordList {
  /// Calls `body` with each word and its count, in order.
  func forEachWord(_ body: (RawSpan, UInt64) throws -> Void) rethrows {
    let text = unsafe bytes.span.bytes
    for index in 0..<count { try body(text.extracting(range(index)), counts[index]) }
  }
}
