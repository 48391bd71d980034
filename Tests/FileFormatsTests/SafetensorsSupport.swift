import FileFormats
import Foundation

/// Writes safetensors files byte by byte.
enum SafetensorsBytes {
  /// A file of a header and data.
  static func file(_ header: String, _ data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + data
  }

  /// Two tensors worked by hand: `a` of F32 (1, −2.5 | 0, 3e38) and `b` of BF16 (1.5, −0, ∞).
  static let sample = file(
    #"{"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]},"#
      + #""a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}  "#,
    [
      0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x20, 0xC0, 0x00, 0x00, 0x00, 0x00, 0xE6, 0xB1, 0x61,
      0x7F, 0xC0, 0x3F, 0x00, 0x80, 0x80, 0x7F,
    ]
  )

  /// A header with one tensor `x`.
  static func one(_ members: String, byteCount: Int = 4) -> [UInt8] {
    file(#"{"x":{"# + members + "}}", [UInt8](repeating: 0, count: byteCount))
  }
}

extension TemporaryFolder {
  /// Writes bytes into the folder.
  func file(_ name: String, bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(filePath: file))
    return file
  }
}

extension SafetensorsFile {
  /// All values of a tensor.
  func values(_ name: String, rows: Range<Int>? = nil) throws -> [Float] {
    let tensor = try tensor(name)
    let count = (rows?.count ?? tensor.rowCount) * tensor.rowLength
    var values = [Float](repeating: .nan, count: count)
    var span = values.mutableSpan
    try read(tensor, rows: rows, into: &span)
    return values
  }
}
