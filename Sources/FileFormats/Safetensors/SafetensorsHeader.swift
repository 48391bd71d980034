/// The header of a safetensors file, checked against the length of the file.
struct SafetensorsHeader {
  var metadata: [(key: String, value: String)] = []
  var tensors: [SafetensorsFile.Tensor] = []

  /// The data's first byte in the file.
  private let dataStart: Int

  /// How many bytes of data there are.
  private let dataCount: Int

  /// The name that stands for what is no tensor.
  static let metadataKey = "__metadata__"

  init(_ bytes: Span<UInt8>, name: String) throws(SafetensorsError.Reason) {
    let length = try Self.headerLength(bytes)
    dataStart = 8 + length
    dataCount = bytes.count - dataStart
    let text = bytes.extracting(8..<dataStart)
    let header: JSONValue
    do throws(JSONError) {
      header = try JSONValue(parsing: Array(copying: text), name: "\(name), header")
    } catch {
      throw .header(error)
    }
    guard case .object(let members) = header else {
      throw .wrongValue(path: "header", expected: "an object", found: header.kind)
    }
    for member in members.members {
      if member.key == Self.metadataKey {
        metadata = try Self.metadata(member.value)
      } else {
        tensors.append(try tensor(member.key, member.value))
      }
    }
    try order()
  }

  private static func headerLength(_ bytes: Span<UInt8>) throws(SafetensorsError.Reason) -> Int {
    guard bytes.count >= 8 else { throw .tooShort(byteCount: bytes.count) }
    var claimed: UInt64 = 0
    for position in 0..<8 { claimed |= UInt64(bytes[position]) << (8 * position) }
    let limit = SafetensorsFile.longestHeader
    guard claimed <= UInt64(limit) else {
      // "version " is how a pointer begins.
      if claimed == 0x206E_6F69_7372_6576 { throw .gitLFSPointer }
      throw .headerTooLong(claimed: claimed, limit: limit)
    }
    guard claimed <= UInt64(bytes.count - 8) else {
      throw .headerBeyondFile(claimed: Int(claimed), available: bytes.count - 8)
    }
    return Int(claimed)
  }

  private static func metadata(
    _ value: JSONValue
  ) throws(SafetensorsError.Reason) -> [(key: String, value: String)] {
    guard case .object(let members) = value else {
      throw .wrongValue(path: metadataKey, expected: "an object", found: value.kind)
    }
    var metadata: [(key: String, value: String)] = []
    for member in members.members {
      guard let text = member.value.string else {
        let path = "\(metadataKey).\(member.key)"
        throw .wrongValue(path: path, expected: "a string", found: member.value.kind)
      }
      metadata.append((member.key, text))
    }
    return metadata
  }
}

// MARK: - Tensors

extension SafetensorsHeader {
  private func tensor(
    _ name: String,
    _ value: JSONValue
  ) throws(SafetensorsError.Reason) -> SafetensorsFile.Tensor {
    guard case .object = value else {
      throw .wrongValue(path: name, expected: "an object", found: value.kind)
    }
    let typeName = value["dtype"]
    guard let type = typeName?.string.flatMap(SafetensorsType.init(rawValue:)) else {
      let found = typeName?.string.map { excerpt($0) } ?? typeName?.kind ?? "nothing"
      throw .wrongValue(path: "\(name).dtype", expected: "a type such as `F32`", found: found)
    }
    let shape = try Self.sizes(value["shape"], path: "\(name).shape")
    let offsets = try Self.sizes(value["data_offsets"], path: "\(name).data_offsets", count: 2)
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end, end <= dataCount else {
      throw .outsideFile(tensor: name, begin: begin, end: end, available: dataCount)
    }
    let expected = try Self.byteCount(shape, type, name)
    guard expected == end - begin else {
      throw .wrongByteCount(tensor: name, expected: expected, found: end - begin)
    }
    let byteRange = dataStart + begin..<dataStart + end
    return SafetensorsFile.Tensor(name: name, type: type, shape: shape, byteRange: byteRange)
  }

  /// An array of whole numbers that are not negative.
  private static func sizes(
    _ value: JSONValue?,
    path: String,
    count: Int? = nil
  ) throws(SafetensorsError.Reason) -> [Int] {
    let expected = (count.map { "\($0) " } ?? "") + "whole numbers from 0"
    guard let elements = value?.array, elements.count == count ?? elements.count else {
      throw .wrongValue(path: path, expected: expected, found: value?.kind ?? "nothing")
    }
    var sizes: [Int] = []
    for element in elements {
      guard let size = element.int, size >= 0 else {
        let found = element.isNumber ? element.serialized() : element.kind
        throw .wrongValue(path: path, expected: expected, found: found)
      }
      sizes.append(size)
    }
    return sizes
  }

  /// The bytes of a tensor.
  ///
  /// Sizes of zero count as one, so that a product of some of the sizes cannot overflow either.
  private static func byteCount(
    _ shape: [Int],
    _ type: SafetensorsType,
    _ name: String
  ) throws(SafetensorsError.Reason) -> Int {
    var bits = type.bitCount
    for size in shape {
      let (product, isTooLarge) = bits.multipliedReportingOverflow(by: max(1, size))
      guard !isTooLarge else { throw .tooManyElements(tensor: name) }
      bits = product
    }
    guard !shape.contains(0) else { return 0 }
    guard bits.isMultiple(of: 8) else {
      throw .wrongValue(
        path: "\(name).shape",
        expected: "elements that fill whole bytes",
        found: "\(bits) bits"
      )
    }
    return bits / 8
  }

  /// Puts the tensors in the order of their data, and makes sure that they cover it.
  private mutating func order() throws(SafetensorsError.Reason) {
    tensors.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound)
        < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    var position = dataStart
    for (index, tensor) in tensors.enumerated() {
      let begin = tensor.byteRange.lowerBound
      if begin < position {
        let other = tensors[index - 1].name
        throw .overlap(tensor: tensor.name, other: other, byte: begin - dataStart)
      }
      if begin > position { throw .hole(from: position - dataStart, to: begin - dataStart) }
      position = tensor.byteRange.upperBound
    }
    if position < dataStart + dataCount { throw .hole(from: position - dataStart, to: dataCount) }
  }
}

// MARK: - Kinds

extension JSONValue {
  /// What the value is, in words.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  fileprivate var isNumber: Bool { double != nil }
}

extension Array where Element == UInt8 {
  /// The bytes of a span.
  init(copying bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
  }
}
