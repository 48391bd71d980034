/// The loss of a text under the simplest model that learns: how often each byte came before.
///
/// The byte b that follows n others, c of them b, has probability (c + ½) / (n + 128): the
/// estimator of Krichevsky and Trofimov over 256 bytes ("The performance of universal encoding",
/// 1981). Its excess over the text's best fixed byte frequencies is within a constant of the least
/// possible for any estimator, where adding one instead of a half costs more on texts that use few
/// of the bytes.
///
/// The product of these probabilities does not depend on the order of the bytes,
///
///     p(text) = Γ(128) / Γ(n + 128) · ∏ Γ(c_b + ½) / Γ(½),
///
/// so only 256 counts are kept and the loss is computed from them at the end: counting costs about
/// a nanosecond a byte, and chunks and processors cannot change a bit of the result.
///
///     var baseline = OrderZeroBaseline()
///     baseline.count(chunk)
///     let nats = baseline.totalNats
public struct OrderZeroBaseline: Sendable, Hashable {
  /// How often each byte occurred.
  public private(set) var counts = [Int](repeating: 0, count: 256)

  /// Creates the baseline of an empty text.
  public init() {}

  /// Counts the bytes that follow those of the last call.
  public mutating func count(_ chunk: [UInt8]) {
    // Four tables: runs of one byte would otherwise wait for their own last store.
    var tables = [Int](repeating: 0, count: 4 * 256)
    let bytes = chunk.span
    var position = 0
    while position + 4 <= bytes.count {
      tables[Int(bytes[position])] += 1
      tables[256 + Int(bytes[position + 1])] += 1
      tables[512 + Int(bytes[position + 2])] += 1
      tables[768 + Int(bytes[position + 3])] += 1
      position += 4
    }
    while position < bytes.count {
      tables[Int(bytes[position])] += 1
      position += 1
    }
    for byte in 0..<256 {
      counts[byte] += tables[byte] + tables[256 + byte] + tables[512 + byte] + tables[768 + byte]
    }
  }

  /// The text's loss in nats.
  public var totalNats: Double {
    var nats = logRisingFactorial(from: 128, count: counts.reduce(0, +))
    for count in counts { nats -= logRisingFactorial(from: 0.5, count: count) }
    return nats
  }
}

/// ln Γ(start + count) − ln Γ(start): the logarithm of start (start + 1) … (start + count − 1).
///
/// The first 64 factors are multiplied out, which leaves Stirling's series exact to double
/// precision for the others.
private func logRisingFactorial(from start: Double, count: Int) -> Double {
  var sum = 0.0
  for step in 0..<min(count, 64) { sum += naturalLogarithm(start + Double(step)) }
  guard count > 64 else { return sum }
  let low = start + 64
  let high = start + Double(count)
  // With ln Γ(x) = (x − ½) ln x − x + ½ ln 2π + tail(x), written so that little cancels.
  let steps = high - low
  return sum + (low - 0.5) * naturalLogarithm(high / low)
    + steps * (naturalLogarithm(high) - 1) + (stirlingTail(high) - stirlingTail(low))
}

/// The tail of Stirling's series for x ≥ 64, whose first term left out is below 1e-22.
private func stirlingTail(_ x: Double) -> Double {
  let inverse = 1 / x
  let z = inverse * inverse
  return inverse * (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z / 1188))))
}
