/// Writes a GGUF file piece by piece.
public struct GGUFWriter {
  /// What is written so far.
  public private(set) var bytes = Array("GGUF".utf8)

  /// Begins a file that announces tensors and keys.
  public init(version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64) {
    put(version)
    put(tensors)
    put(keys)
  }

  /// Writes a number, the low byte first.
  public mutating func put<Value: FixedWidthInteger>(_ value: Value) {
    for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Writes a string with its length.
  public mutating func put(_ text: String) {
    put(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  /// Writes a key and the type of what has to follow.
  public mutating func key(_ key: String, type: UInt32) {
    put(key)
    put(type)
  }

  /// Writes a key and a string.
  public mutating func key(_ key: String, _ text: String) {
    self.key(key, type: 8)
    put(text)
  }

  /// Writes a key and a list of strings.
  public mutating func key(_ key: String, _ texts: [String]) {
    list(key, type: 8, texts.count)
    for text in texts { put(text) }
  }

  /// Writes a key and a list of whole numbers.
  public mutating func key(_ key: String, _ numbers: [Int32]) {
    list(key, type: 5, numbers.count)
    for number in numbers { put(number) }
  }

  /// Writes a key and a list of other numbers.
  public mutating func key(_ key: String, _ numbers: [Float]) {
    list(key, type: 6, numbers.count)
    for number in numbers { put(number.bitPattern) }
  }

  private mutating func list(_ key: String, type: UInt32, _ count: Int) {
    self.key(key, type: 9)
    put(type)
    put(UInt64(count))
  }
}
