/// Takes the values of a GGUF file, one after the other: little-endian, nothing aligned.
struct GGUFScanner {
  let bytes: [UInt8]

  /// The next byte's offset; after an error, where it stands.
  var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var available: Int { bytes.count - position }

  /// Takes a whole number.
  mutating func integer<Value: FixedWidthInteger>() throws(GGUFError.Reason) -> Value {
    let length = Value.bitWidth / 8
    guard available >= length else { throw .truncated(needed: length, available: available) }
    var value: Value = 0
    for offset in 0..<length {
      value |= Value(truncatingIfNeeded: bytes[position + offset]) << (8 * offset)
    }
    position += length
    return value
  }

  /// A count that the file claims, if there are bytes enough for as many things.
  func count(_ claimed: UInt64, atLeast length: Int) throws(GGUFError.Reason) -> Int {
    guard claimed <= UInt64(available / length) else {
      let (needed, isTooLarge) = Int(clamping: claimed).multipliedReportingOverflow(by: length)
      throw .truncated(needed: isTooLarge ? .max : needed, available: available)
    }
    return Int(claimed)
  }

  /// Takes a string, and returns where its bytes stand.
  mutating func string() throws(GGUFError.Reason) -> Range<Int> {
    let claimed: UInt64 = try integer()
    let length = try count(claimed, atLeast: 1)
    defer { position += length }
    return position..<position + length
  }

  /// Takes a value of any type.
  mutating func value() throws(GGUFError.Reason) -> GGUFMetadata.Value {
    let type: UInt32 = try integer()
    switch type {
    case 8: return .string(Array(bytes[try string()]))
    case 9: return try array()
    default: return try scalar(type)
    }
  }

  private mutating func scalar(_ type: UInt32) throws(GGUFError.Reason) -> GGUFMetadata.Value {
    switch type {
    case 6, 12: return .number(try number(type))
    case 7: return .bool(try bool())
    case 10:
      let value: UInt64 = try integer()
      return Int(exactly: value).map { .integer($0) } ?? .unsigned(value)
    default: return .integer(try wholeNumber(type))
    }
  }

  private mutating func wholeNumber(_ type: UInt32) throws(GGUFError.Reason) -> Int {
    switch type {
    case 0: return Int(try integer() as UInt8)
    case 1: return Int(try integer() as Int8)
    case 2: return Int(try integer() as UInt16)
    case 3: return Int(try integer() as Int16)
    case 4: return Int(try integer() as UInt32)
    case 5: return Int(try integer() as Int32)
    case 11: return Int(try integer() as Int64)
    default:
      position -= 4
      throw .unknownType(type)
    }
  }

  private mutating func number(_ type: UInt32) throws(GGUFError.Reason) -> Double {
    type == 6
      ? Double(Float(bitPattern: try integer())) : Double(bitPattern: try integer())
  }

  private mutating func bool() throws(GGUFError.Reason) -> Bool {
    let value: UInt8 = try integer()
    guard value < 2 else {
      position -= 1
      throw .invalidBool(value)
    }
    return value == 1
  }

  /// Takes an array.
  private mutating func array() throws(GGUFError.Reason) -> GGUFMetadata.Value {
    let type: UInt32 = try integer()
    let claimed: UInt64 = try integer()
    switch type {
    case 8:
      let count = try count(claimed, atLeast: 8)
      var ranges: [Range<Int>] = []
      ranges.reserveCapacity(count)
      for _ in 0..<count { ranges.append(try string()) }
      return .strings(GGUFStrings(bytes, ranges))
    case 9:
      position -= 12
      throw .nestedArray
    case 6, 12:
      let count = try count(claimed, atLeast: type == 6 ? 4 : 8)
      var values: [Double] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try number(type)) }
      return .numbers(values)
    case 7:
      let count = try count(claimed, atLeast: 1)
      var values: [Bool] = []
      for _ in 0..<count { values.append(try bool()) }
      return .bools(values)
    case 0...5, 10, 11: return .integers(try integers(type, claimed))
    default:
      position -= 12
      throw .unknownType(type)
    }
  }

  private mutating func integers(
    _ type: UInt32,
    _ claimed: UInt64
  ) throws(GGUFError.Reason) -> [Int] {
    let lengths: [UInt32: Int] = [0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 10: 8, 11: 8]
    let count = try count(claimed, atLeast: lengths[type] ?? 1)
    var values: [Int] = []
    values.reserveCapacity(count)
    for _ in 0..<count {
      guard type == 10 else {
        values.append(try wholeNumber(type))
        continue
      }
      let value: UInt64 = try integer()
      guard let exact = Int(exactly: value) else {
        position -= 8
        throw .numberOutOfRange(value)
      }
      values.append(exact)
    }
    return values
  }
}
