/// Brings a text that arrives in chunks into normalization form C.
///
/// No ASCII character changes or joins what stands before it, so the text is normalized up to one.
struct NormalizedStream {
  /// The bytes from the last ASCII character on.
  private var pending: [UInt8] = []

  /// Takes the next bytes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - isLast: Whether the text ends with them.
  /// - Returns: What is normalized by now and was not returned before.
  mutating func take(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    let seen = pending.count
    pending += bytes
    let end = isLast ? pending.count : pending[seen...].lastIndex { $0 < 0x80 } ?? 0
    defer { pending.removeSubrange(0..<end) }
    let settled = pending.span.extracting(0..<end)
    return normalizedNFC(settled) ?? Array(pending[..<end])
  }
}
