import CLossKernels

/// Decomposes, orders and composes the scalars of a stretch of text; keeps its buffers.
struct StretchNormalizer {
  /// The scalars; an invalid byte is itself above all scalars, so that it composes with nothing.
  private var scalars: [UInt32] = []

  /// The canonical combining class of each.
  private var classes: [UInt8] = []

  private static let invalidBase: UInt32 = 0x11_0000

  /// Appends the normalized stretch to `output`.
  mutating func normalize(_ stretch: Span<UInt8>, into output: inout [UInt8]) {
    scalars.removeAll(keepingCapacity: true)
    classes.removeAll(keepingCapacity: true)
    decompose(stretch)
    order()
    compose()
    for scalar in scalars { Self.append(scalar, to: &output) }
  }

  // MARK: - Steps

  private mutating func decompose(_ stretch: Span<UInt8>) {
    var position = 0
    while let character = ClassedCharacter(in: stretch, at: position) {
      if let scalar = character.scalar {
        append(decomposed: scalar)
      } else {
        for offset in position..<character.end {
          scalars.append(Self.invalidBase + UInt32(stretch[offset]))
          classes.append(0)
        }
      }
      position = character.end
    }
  }

  /// Appends the whole decomposition: first parts are decomposed further, second parts have none.
  private mutating func append(decomposed whole: UInt32) {
    var first = whole
    var seconds: [4 of UInt32] = [0, 0, 0, 0]
    var count = 0
    while true {
      var second: UInt32 = 0
      // SAFETY: the kernel writes one number.
      let next = unsafe closs_nfc_decompose(first, &second)
      if second != 0 {
        seconds[count] = second
        count += 1
      }
      if next == first { break }
      first = next
    }
    append(first)
    while count > 0 {
      count -= 1
      append(seconds[count])
    }
  }

  private mutating func append(_ scalar: UInt32) {
    scalars.append(scalar)
    classes.append(closs_nfc_combining_class(scalar))
  }

  /// Sorts each run of marks by class, equals in the order they have.
  private mutating func order() {
    var start = 0
    while start < classes.count {
      guard classes[start] > 0 else {
        start += 1
        continue
      }
      var end = start + 1
      var isOrdered = true
      while end < classes.count, classes[end] > 0 {
        isOrdered = isOrdered && classes[end - 1] <= classes[end]
        end += 1
      }
      if !isOrdered { sort(start..<end) }
      start = end
    }
  }

  private mutating func sort(_ run: Range<Int>) {
    if run.count > 32 {
      sortByCounting(run)
      return
    }
    for index in run.dropFirst() {
      let (scalar, own) = (scalars[index], classes[index])
      var position = index
      while position > run.lowerBound, classes[position - 1] > own {
        scalars[position] = scalars[position - 1]
        classes[position] = classes[position - 1]
        position -= 1
      }
      scalars[position] = scalar
      classes[position] = own
    }
  }

  /// Sorts a long run in time proportional to its length: anyone may send a megabyte of marks.
  private mutating func sortByCounting(_ run: Range<Int>) {
    var starts = [Int](repeating: 0, count: 257)
    for index in run { starts[Int(classes[index]) + 1] += 1 }
    for value in 1...256 { starts[value] += starts[value - 1] }
    let (oldScalars, oldClasses) = (Array(scalars[run]), Array(classes[run]))
    for (scalar, own) in zip(oldScalars, oldClasses) {
      let position = run.lowerBound + starts[Int(own)]
      starts[Int(own)] += 1
      scalars[position] = scalar
      classes[position] = own
    }
  }

  /// Composes each scalar with the last starter, unless one of its own class or a starter is between.
  private mutating func compose() {
    var count = 0
    var starter: Int?
    for index in scalars.indices {
      let (scalar, own) = (scalars[index], classes[index])
      if let starter, count == starter + 1 || classes[count - 1] < own {
        let whole = closs_nfc_compose(scalars[starter], scalar)
        if whole != 0 {
          scalars[starter] = whole
          continue
        }
      }
      if own == 0 { starter = count }
      scalars[count] = scalar
      classes[count] = own
      count += 1
    }
    scalars.removeLast(scalars.count - count)
    classes.removeLast(classes.count - count)
  }

  // MARK: - Writing

  private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
    if scalar >= invalidBase {
      output.append(UInt8(scalar - invalidBase))
    } else if let valid = Unicode.Scalar(scalar) {
      output.append(contentsOf: UTF8.encode(valid) ?? UTF8.encodedReplacementCharacter)
    }
  }
}
