import CLossKernels

/// Normalizes a text to Form C of Unicode 16.0 (UAX #15).
///
/// Text that is in the form already, as nearly all is, is only looked at, ASCII many bytes at a
/// step. Where it may not be, the stretch between two characters that leave what is before them alone
/// is decomposed, ordered and composed anew.
///
/// Bytes in no valid UTF-8 sequence pass through unchanged, and nothing composes across them.
///
/// - Returns: The normalized text, or `nil` where it is the text itself.
/// - Complexity: The length of the text, however many marks follow one another.
package func normalizedNFC(_ bytes: Span<UInt8>) -> [UInt8]? {
  var changes: [NormalizedStretch] = []
  return normalizedNFC(bytes, noting: &changes)
}

/// A stretch of text that normalizing changes: where it stands before and after.
struct NormalizedStretch {
  var original: Range<Int>
  var normalized: Range<Int>
}

/// Normalizes a text as ``normalizedNFC(_:)`` does, and notes what changes, in order.
func normalizedNFC(
  _ bytes: Span<UInt8>,
  noting changes: inout [NormalizedStretch]
) -> [UInt8]? {
  var checkedEnd = nextCheckedEnd(bytes, from: 0)
  guard checkedEnd < bytes.count else { return nil }
  var output: [UInt8] = []
  output.reserveCapacity(bytes.count)
  var normalizer = StretchNormalizer()
  var position = 0
  while true {
    append(bytes.extracting(position..<checkedEnd), to: &output)
    guard checkedEnd < bytes.count else { break }
    position = stretchEnd(bytes, from: checkedEnd)
    let stretch = bytes.extracting(checkedEnd..<position)
    let start = output.count
    normalizer.normalize(stretch, into: &output)
    if !isEqual(stretch, output[start...]) {
      changes.append(.init(original: checkedEnd..<position, normalized: start..<output.count))
    }
    checkedEnd = nextCheckedEnd(bytes, from: position)
  }
  return changes.isEmpty ? nil : output
}

/// Whether the Form C of a text is that of its parts before and after `offset`, one after the other.
package func isSafeNormalizationCut(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
  precondition(offset >= 0 && offset <= bytes.count, "no offset \(offset) in the text")
  if offset == 0 || offset == bytes.count { return true }
  guard bytes[offset] & 0xC0 != 0x80 else { return false }
  // The byte before is a character of its own when it is cut from its own beginning; what begins a
  // stretch at `offset` ends the one before.
  let around = bytes.extracting((offset - 1)..<min(offset + 4, bytes.count))
  return stretchEnd(around, from: 0) == 1
}

/// Where the stretch begins that is the first to be looked at from `start` on; the end if none is.
private func nextCheckedEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
  // SAFETY: the kernel reads `count` bytes of one buffer that outlives the call.
  unsafe bytes.withUnsafeBufferPointer { buffer in
    unsafe closs_nfc_checked_end(buffer.baseAddress, buffer.count, start)
  }
}

/// The end of the stretch that begins at `start`.
private func stretchEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
  // SAFETY: the kernel reads `count` bytes of one buffer that outlives the call.
  unsafe bytes.withUnsafeBufferPointer { buffer in
    unsafe closs_nfc_stretch_end(buffer.baseAddress, buffer.count, start)
  }
}

private func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
  // SAFETY: the buffer is copied within the call.
  unsafe bytes.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
}

private func isEqual(_ bytes: Span<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
  guard bytes.count == other.count else { return false }
  return bytes.indices.allSatisfy { bytes[$0] == other[other.startIndex + $0] }
}
