extension SafetensorsFile {
  /// Reads values of a tensor as Float.
  ///
  /// F64 is rounded, F16 and BF16 are exact.
  ///
  /// - Parameters:
  ///   - tensor: A tensor of this file.
  ///   - rows: Which steps of its outermost size to read; by default all.
  ///   - values: Takes the values, `rowLength` for each row.
  ///   - offset: Where in `values` they begin.
  /// - Throws: ``SafetensorsError`` when the type is not one of those four.
  /// - Precondition: The tensor has the rows, and `values` the room.
  public func read(
    _ tensor: Tensor,
    rows: Range<Int>? = nil,
    into values: inout MutableSpan<Float>,
    at offset: Int = 0
  ) throws(SafetensorsError) {
    let rows = rows ?? 0..<tensor.rowCount
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= tensor.rowCount,
      "there are no rows \(rows) among \(tensor.rowCount)"
    )
    let count = rows.count * tensor.rowLength
    precondition(
      offset >= 0 && offset <= values.count && count <= values.count - offset,
      "\(count) values from \(offset) on do not fit into \(values.count)"
    )
    guard tensor.type.isReadable else {
      throw SafetensorsError(name, .unreadableType(tensor: tensor.name, tensor.type))
    }
    let rowBytes = tensor.rowLength * tensor.type.bitCount / 8
    let start = tensor.byteRange.lowerBound + rows.lowerBound * rowBytes
    let bytes = mapping.bytes.extracting(start..<start + rows.count * rowBytes)
    // SAFETY: `count` values have room from `offset` on, and `bytes` holds as many elements; neither
    // pointer leaves the closures.
    unsafe bytes.withUnsafeBufferPointer { source in
      unsafe values.withUnsafeMutableBufferPointer { target in
        guard count > 0, let source = source.baseAddress,
          let target = target.baseAddress
        else { return }
        unsafe Self.convert(tensor.type, source, target + offset, count)
      }
    }
  }

  private static func convert(
    _ type: SafetensorsType,
    _ source: UnsafePointer<UInt8>,
    _ target: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    switch type {
    case .f32:
      unsafe convert(source, target, count) { Float(bitPattern: UInt32(littleEndian: $0)) }
    case .bf16:
      unsafe convert(source, target, count) { bits in
        HalfPrecision.float(bfloat16: UInt16(littleEndian: bits))
      }
    case .f16:
      unsafe convert(source, target, count) { bits in
        HalfPrecision.float(float16: UInt16(littleEndian: bits))
      }
    case .f64:
      unsafe convert(source, target, count) { bits in
        Float(Double(bitPattern: UInt64(littleEndian: bits)))
      }
    default: preconditionFailure("\(type) is not read")
    }
  }

  /// Converts elements that need not be aligned: a header may have any length.
  @inline(__always)
  private static func convert<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafePointer<UInt8>,
    _ target: UnsafeMutablePointer<Float>,
    _ count: Int,
    _ value: (Bits) -> Float
  ) {
    let source = unsafe UnsafeRawPointer(source)
    for index in 0..<count {
      let offset = index &* MemoryLayout<Bits>.size
      unsafe target[index] = value(source.loadUnaligned(fromByteOffset: offset, as: Bits.self))
    }
  }
}
