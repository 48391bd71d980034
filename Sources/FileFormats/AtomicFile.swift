public import Execution

/// A file that appears whole or not at all.
///
/// What is written goes to a temporary file in the same folder; ``commit()`` puts it on the device
/// and moves it over the target in one step. Until then, and for good if a write fails or the
/// object goes without a commit, an old file stays as it was and the temporary one is removed.
///
///     let file = try AtomicFile(path: "report.json")
///     try file.write(report.serialized())
///     try file.commit()
///
/// A new file's permissions follow umask, an existing one's are kept. A link stays a link: what it
/// points to is replaced. Pipes and devices, `/dev/stdout` among them, are written to directly.
///
/// It is a class because it owns a descriptor and a temporary file.
public final class AtomicFile: TextSink {
  /// The path as it was given.
  public let name: String

  private let destination: WriteDestination
  private let sink: DescriptorSink
  private var isTemporaryLeft: Bool
  private var isCommitted = false

  /// Prepares to write a file.
  ///
  /// - Parameters:
  ///   - path: The target's path.
  ///   - interruption: Ends a wait for the reader of a pipe when raised.
  /// - Throws: ``FileError`` when the target is a folder, is write-protected, or its folder does
  ///   not take new files.
  public init(path: String, interruption: InterruptionFlag? = nil) throws(FileError) {
    name = path
    do throws(FileError.Reason) {
      destination = try WriteDestination(resolving: path)
      sink = DescriptorSink(
        try destination.open(interruption),
        name: path,
        interruption: interruption
      )
      isTemporaryLeft = destination.temporary != nil
    } catch {
      throw FileError(path, error)
    }
  }

  deinit { discard() }

  /// Buffers bytes, and writes when the buffer is full; a failure removes the temporary file.
  ///
  /// - Precondition: The file is not committed.
  public func write(bytes: [UInt8]) throws(FileError) {
    precondition(!isCommitted, "a committed file takes no more")
    try discardingOnFailure { () throws(FileError) in try sink.write(bytes: bytes) }
  }

  /// Hands everything buffered to the system; a failure removes the temporary file.
  public func flush() throws(FileError) {
    try discardingOnFailure { () throws(FileError) in try sink.flush() }
  }

  /// Makes what was written the content of the target.
  ///
  /// - Throws: ``FileError``; the target then is as it was before.
  /// - Precondition: The file is not committed.
  public func commit() throws(FileError) {
    precondition(!isCommitted, "a file is committed once")
    try flush()
    try discardingOnFailure { () throws(FileError) in
      do throws(FileError.Reason) {
        try destination.replaceTarget(with: sink)
      } catch {
        throw FileError(name, error)
      }
    }
    isTemporaryLeft = false
    isCommitted = true
  }

  private func discardingOnFailure(_ body: () throws(FileError) -> Void) throws(FileError) {
    do throws(FileError) {
      try body()
    } catch {
      discard()
      throw error
    }
  }

  /// Removes the temporary file if it is still there.
  private func discard() {
    guard isTemporaryLeft else { return }
    isTemporaryLeft = false
    destination.removeTemporary()
  }
}
