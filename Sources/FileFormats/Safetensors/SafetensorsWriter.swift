/// Writes a safetensors file, tensor by tensor, so that no more than a part of one is in memory.
///
///     var writer = try SafetensorsWriter(
///       path: "model.safetensors", tensors: [.init("weight", shape: [64, 512])])
///     try writer.write(weights.span)
///     try writer.commit()
///
/// The header is written first and follows from names, types and shapes; the data come in the order of the
/// tensors. The file appears whole with ``commit()`` or not at all, and equal input gives equal bytes.
public struct SafetensorsWriter: ~Copyable {
  /// A tensor that is to be written.
  public struct Tensor: Sendable, Hashable {
    /// Its name.
    public var name: String

    /// As what its elements are written.
    public var type: SafetensorsType

    /// Its sizes, the outermost first.
    public var shape: [Int]

    /// Creates a description.
    public init(_ name: String, type: SafetensorsType = .f32, shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }

    /// How many elements it has.
    public var count: Int { shape.reduce(1, *) }
  }

  private let file: AtomicFile
  private let tensors: [Tensor]

  /// The tensor that comes next, and how many of its values are written.
  private var (position, done) = (0, 0)

  /// How many values are converted at a time.
  private static let pieceCount = 16 << 10

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: The target's path.
  ///   - tensors: What will be written, in this order.
  ///   - metadata: What the header says besides; programs around PyTorch ask for `format` `pt`.
  /// - Throws: ``FileError`` when the file cannot be written.
  /// - Precondition: Types are writable, sizes not negative, and no name occurs twice.
  public init(
    path: String,
    tensors: [Tensor],
    metadata: [(key: String, value: String)] = [("format", "pt")]
  ) throws(FileError) {
    for tensor in tensors {
      precondition(tensor.type.isWritable, "\(tensor.type.rawValue) is not written")
      precondition(
        tensor.shape.allSatisfy { $0 >= 0 },
        "`\(tensor.name)` cannot have the shape \(tensor.shape)"
      )
    }
    let file = try AtomicFile(path: path)
    try file.write(bytes: Self.header(tensors, metadata))
    self.file = file
    self.tensors = tensors
    skipFinished()
  }

  /// Writes the next values of the tensor that comes next.
  ///
  /// - Throws: ``FileError``; the old file, if any, then stays as it was.
  /// - Precondition: The tensor has as many values left.
  public mutating func write(_ values: Span<Float>) throws(FileError) {
    guard !values.isEmpty else { return }
    precondition(position < tensors.count, "all tensors are written")
    let tensor = tensors[position]
    precondition(
      values.count <= tensor.count - done,
      "`\(tensor.name)` has \(tensor.count - done) values left, given are \(values.count)"
    )
    for start in stride(from: 0, to: values.count, by: Self.pieceCount) {
      let piece = values.extracting(start..<min(start + Self.pieceCount, values.count))
      try file.write(bytes: Self.bytes(piece, as: tensor.type))
    }
    done += values.count
    skipFinished()
  }

  /// Makes what was written the content of the target.
  ///
  /// - Throws: ``FileError``; the target then is as it was before.
  /// - Precondition: All tensors are written.
  public consuming func commit() throws(FileError) {
    precondition(
      position == tensors.count,
      "\(tensors.count - position) tensors are not written"
    )
    try file.commit()
  }

  private mutating func skipFinished() {
    while position < tensors.count, done == tensors[position].count {
      position += 1
      done = 0
    }
  }
}

// MARK: - Bytes

extension SafetensorsWriter {
  /// The length, then the header, with spaces to a multiple of 8 bytes so that data are aligned.
  private static func header(
    _ tensors: [Tensor],
    _ metadata: [(key: String, value: String)]
  ) -> [UInt8] {
    var object = JSONObject()
    if !metadata.isEmpty {
      let members = metadata.map { ($0.key, JSONValue.string($0.value)) }
      object[SafetensorsHeader.metadataKey] = .object(JSONObject(members))
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.count * tensor.type.bitCount / 8
      let description: JSONValue = [
        "dtype": .string(tensor.type.rawValue),
        "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(offset), .integer(end)],
      ]
      precondition(object[tensor.name] == nil, "`\(tensor.name)` occurs twice")
      object[tensor.name] = description
      offset = end
    }
    var text = Array(JSONValue.object(object).serialized(.compact).utf8)
    text += repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
  }

  private static func bytes(_ values: Span<Float>, as type: SafetensorsType) -> [UInt8] {
    switch type {
    case .f32: bytes(values) { $0.bitPattern.littleEndian }
    case .bf16: bytes(values) { HalfPrecision.bfloat16($0).littleEndian }
    case .f16: bytes(values) { HalfPrecision.float16($0).littleEndian }
    default: preconditionFailure("\(type.rawValue) is not written")
    }
  }

  @inline(__always)
  private static func bytes<Bits: BitwiseCopyable>(
    _ values: Span<Float>,
    _ bits: (Float) -> Bits
  ) -> [UInt8] {
    let count = values.count * MemoryLayout<Bits>.size
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      guard let start = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      for index in values.indices {
        let offset = index * MemoryLayout<Bits>.size
        // SAFETY: the buffer has room for `count` bytes, so for this element.
        unsafe start.storeBytes(of: bits(values[index]), toByteOffset: offset, as: Bits.self)
      }
      filled = count
    }
  }
}
