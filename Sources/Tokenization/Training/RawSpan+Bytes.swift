extension RawSpan {
  /// The byte at an offset.
  ///
  /// - Precondition: The offset lies in the span.
  @inline(__always)
  subscript(offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "byte \(offset) is outside the span")
    // SAFETY: the offset was checked, and any bits are a byte.
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The eight bytes from an offset on, the first one lowest.
  ///
  /// - Precondition: The bytes lie in the span.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= byteCount - 8, "word \(offset) is outside the span")
    // SAFETY: the offset was checked, and any bits are an integer.
    return unsafe UInt64(
      littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    )
  }

  /// Adds the bytes to the end of an array.
  func appendBytes(to bytes: inout [UInt8]) {
    unsafe withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Whether the bytes come before others in the order of a dictionary, by their values.
  func precedes(_ other: RawSpan) -> Bool {
    let shared = min(byteCount, other.byteCount)
    var offset = 0
    while offset + 8 <= shared {
      let (left, right) = (word(at: offset), other.word(at: offset))
      if left != right { return left.byteSwapped < right.byteSwapped }
      offset += 8
    }
    while offset < shared {
      if self[offset] != other[offset] { return self[offset] < other[offset] }
      offset += 1
    }
    return byteCount < other.byteCount
  }
}
