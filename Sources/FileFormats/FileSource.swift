public import Execution

/// How many bytes a source asks the system for at a time.
private let chunkCapacity = 128 << 10

/// A file, pipe or device that is read front to back.
///
/// It is a class because it owns a descriptor, which is closed when the last reference goes.
public final class FileSource: ByteSource {
  /// The path as it was given.
  public let name: String

  /// How many bytes the file held when it was opened; `nil` for pipes and devices.
  public let byteCountIfKnown: Int?

  private let descriptor: Descriptor
  private let interruption: InterruptionFlag?

  /// Opens a file for reading.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - interruption: Ends a wait for a pipe's data when raised, with reason
  ///     ``FileError/Reason/interrupted``.
  /// - Throws: ``FileError`` when it cannot be opened, or is a folder.
  public init(path: String, interruption: InterruptionFlag? = nil) throws(FileError) {
    name = path
    do throws(FileError.Reason) {
      descriptor = try Descriptor.open(path, for: .reading, interruption: interruption)
      let status = try descriptor.status()
      if status.kind == .folder { throw .isDirectory }
      byteCountIfKnown = status.kind == .regular ? status.byteCount : nil
      // A regular file never blocks, so nothing has to be polled.
      self.interruption = status.kind == .regular ? nil : interruption
    } catch {
      throw FileError(path, error)
    }
  }

  /// Reads the next bytes, at most 128 KiB; none means the end.
  public func nextChunk() throws(FileError) -> [UInt8] {
    do throws(FileError.Reason) {
      return try descriptor.read(upTo: chunkCapacity, interruption: interruption)
    } catch {
      throw FileError(name, error)
    }
  }
}

/// Standard input, read front to back.
public struct StandardInputSource: ByteSource, Sendable {
  /// What errors and reports call it: `standard input`.
  public let name = "standard input"

  /// Standard input is taken as a stream, even when a file is redirected into it.
  public var byteCountIfKnown: Int? { nil }

  private let interruption: InterruptionFlag?

  /// Takes descriptor 0.
  ///
  /// - Parameter interruption: Ends a wait for input when raised, with reason
  ///   ``FileError/Reason/interrupted``; without it only the end of input does.
  public init(interruption: InterruptionFlag? = nil) {
    self.interruption = interruption
  }

  /// Reads the next bytes, at most 128 KiB; none means the end.
  public func nextChunk() throws(FileError) -> [UInt8] {
    do throws(FileError.Reason) {
      return try Descriptor(borrowing: 0).read(upTo: chunkCapacity, interruption: interruption)
    } catch {
      throw FileError(name, error)
    }
  }
}
