public import Execution

/// Standard output, or any open descriptor, behind one buffer.
///
/// `print` would end the process when a pipe's reader goes away; this throws a ``FileError`` with
/// reason ``FileError/Reason/brokenPipe`` instead, provided SIGPIPE is ignored. After a failed
/// write every further call throws the same error, so that no output appears after a gap. Call
/// ``flush()`` before the sink goes: only that call can tell whether the last bytes arrived.
public final class DescriptorSink: TextSink {
  /// What errors call the sink.
  public let name: String

  private let descriptor: Descriptor
  private let interruption: InterruptionFlag?
  private var buffer: [UInt8] = []
  private var failure: FileError.Reason?

  /// How many bytes are collected before the system is called.
  private static let capacity = 64 << 10

  /// Creates a sink that writes to a descriptor it does not own and never closes.
  ///
  /// - Parameters:
  ///   - descriptor: 1 for standard output, 2 for standard error.
  ///   - name: What errors call it.
  ///   - interruption: Ends a wait for the reader of a pipe when raised.
  public convenience init(
    descriptor: Int32,
    name: String,
    interruption: InterruptionFlag? = nil
  ) {
    self.init(Descriptor(borrowing: descriptor), name: name, interruption: interruption)
  }

  init(_ descriptor: consuming Descriptor, name: String, interruption: InterruptionFlag?) {
    // A regular file makes no writer wait.
    let isRegular = (try? descriptor.status())?.kind == .regular
    self.interruption = isRegular ? nil : interruption
    self.descriptor = descriptor
    self.name = name
  }

  /// Buffers bytes, and writes when the buffer is full.
  public func write(bytes: [UInt8]) throws(FileError) {
    if let failure { throw FileError(name, failure) }
    buffer += bytes
    if buffer.count >= Self.capacity { try flush() }
  }

  /// Hands everything buffered to the system.
  public func flush() throws(FileError) {
    if let failure { throw FileError(name, failure) }
    do throws(FileError.Reason) {
      try descriptor.write(buffer, interruption: interruption)
      buffer.removeAll(keepingCapacity: true)
    } catch {
      failure = error
      buffer = []
      throw FileError(name, error)
    }
  }
}

extension DescriptorSink {
  /// Waits until everything written is on the device.
  func synchronize() throws(FileError.Reason) { try descriptor.synchronize() }
}
