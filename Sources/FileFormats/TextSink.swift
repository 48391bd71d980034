/// Where results go: standard output, a file, or memory.
///
/// A class, because several writers share one buffer.
public protocol TextSink: AnyObject {
  /// Writes a text as UTF-8.
  ///
  /// - Throws: ``FileError`` when the system refuses it; bytes may be buffered until ``flush()``.
  func write(_ text: String) throws(FileError)

  /// Writes bytes as they are.
  ///
  /// - Throws: ``FileError`` when the system refuses them; bytes may be buffered until ``flush()``.
  func write(bytes: [UInt8]) throws(FileError)

  /// Hands everything buffered to the system.
  ///
  /// - Throws: ``FileError`` when the system refuses it.
  func flush() throws(FileError)
}

extension TextSink {
  /// Writes a text as UTF-8.
  ///
  /// - Throws: ``FileError`` when the system refuses it.
  public func write(_ text: String) throws(FileError) {
    try write(bytes: Array(text.utf8))
  }
}

/// Collects what is written, for tests and for commands that run in process.
public final class MemorySink: TextSink {
  /// Everything written so far.
  public private(set) var bytes: [UInt8] = []

  /// Creates an empty sink.
  public init() {}

  /// Everything written so far, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Appends bytes.
  public func write(bytes: [UInt8]) throws(FileError) { self.bytes += bytes }

  /// Does nothing: nothing is buffered.
  public func flush() throws(FileError) {}
}
