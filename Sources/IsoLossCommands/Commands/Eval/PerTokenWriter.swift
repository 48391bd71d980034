import IsoLoss

/// Writes one line a token: byte offset, byte length, token, nats, and the rank where asked for.
///
/// The token's bytes are written as they are, except that tab, newline, carriage return and
/// backslash stand as `\t`, `\n`, `\r`, `\\`, and other control bytes and bytes that are not UTF-8 as `\xNN`.
/// A final class because it owns an open file.
final class PerTokenWriter {
  /// The file could not be written: the whole command ends.
  struct Failure: Error {
    /// What the file system says.
    var cause: FileError
  }

  private let file: AtomicFile
  private let ranks: Bool
  private let namesFiles: Bool
  private var buffer: [UInt8] = []

  private static let flushByteCount = 1 << 16

  /// Begins the file; nothing is visible at its path until ``commit()``.
  init(_ file: AtomicFile, ranks: Bool, namesFiles: Bool) throws(FileError) {
    self.file = file
    self.ranks = ranks
    self.namesFiles = namesFiles
    let columns =
      (namesFiles ? ["file"] : []) + ["byteOffset", "byteLength", "token", "nats"]
      + (ranks ? ["rank"] : [])
    try file.write(columns.joined(separator: "\t") + "\n")
  }

  /// Writes a token's line.
  func write(_ token: ScoredToken, bytes: ArraySlice<UInt8>, file name: String) throws(Failure) {
    if namesFiles {
      buffer.appendEscaped(Array(name.utf8)[...])
      buffer.append(UInt8(ascii: "\t"))
    }
    buffer += "\(token.byteOffset)\t\(token.byteLength)\t".utf8
    buffer.appendEscaped(bytes)
    buffer += "\t\(token.nats)".utf8
    if ranks { buffer += "\t\(token.rank ?? 0)".utf8 }
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.flushByteCount { try flush() }
  }

  /// Makes the whole file visible.
  func commit() throws(FileError) {
    do {
      try flush()
    } catch {
      throw error.cause
    }
    try file.commit()
  }

  private func flush() throws(Failure) {
    do {
      try file.write(bytes: buffer)
      buffer.removeAll(keepingCapacity: true)
    } catch {
      throw Failure(cause: error)
    }
  }
}

extension [UInt8] {
  /// Appends bytes such that they stay within one field of a line.
  fileprivate mutating func appendEscaped(_ bytes: ArraySlice<UInt8>) {
    let isText = bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\t"): self += "\\t".utf8
      case UInt8(ascii: "\n"): self += "\\n".utf8
      case UInt8(ascii: "\r"): self += "\\r".utf8
      case UInt8(ascii: "\\"): self += "\\\\".utf8
      case 0..<0x20, 0x7F: appendHexadecimal(byte)
      case 0x80... where !isText: appendHexadecimal(byte)
      default: append(byte)
      }
    }
  }

  private mutating func appendHexadecimal(_ byte: UInt8) {
    let digits = Array("0123456789abcdef".utf8)
    self += "\\x".utf8
    append(digits[Int(byte >> 4)])
    append(digits[Int(byte & 15)])
  }
}
