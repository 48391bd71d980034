import Synchronization

/// A file without a name: what does not fit in memory is put aside there and read back.
///
/// It is unlinked when opened, so that nothing is left behind however the process ends.
///
///     let file = try TemporaryFile()
///     let offset = file.byteCount
///     try file.append(run)
///     let part = try file.read(at: offset, upTo: 1 << 16)
///
/// It is a class because it owns a descriptor.
package final class TemporaryFile: Sendable {
  /// What errors call it: the folder it lies in.
  package let name: String

  private let descriptor: Descriptor
  private let length = Atomic(0)

  /// Opens an empty file.
  ///
  /// - Parameter folder: Where its bytes are kept; by default where `TMPDIR` says, else `/tmp`.
  /// - Throws: ``FileError``, named by the folder, when it takes no files.
  package init(in folder: String = TemporaryFile.defaultFolder) throws(FileError) {
    name = "temporary file in \(folder)"
    do throws(FileError.Reason) {
      descriptor = try Descriptor.openUnlinked(in: folder)
    } catch {
      throw FileError(name, error == .notFound ? .folderNotFound(folder) : error)
    }
  }

  /// How many bytes were appended.
  package var byteCount: Int { length.load(ordering: .relaxed) }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError`` when the device is full or fails.
  /// - Precondition: Nobody appends at the same time.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    do throws(FileError.Reason) {
      try descriptor.write(bytes)
    } catch {
      throw FileError(name, error)
    }
    length.add(bytes.count, ordering: .relaxed)
  }

  /// Reads bytes at a place; fewer than asked for only where the file ends.
  ///
  /// - Parameters:
  ///   - offset: Where the bytes begin.
  ///   - count: How many to read at most.
  /// - Returns: The bytes.
  /// - Throws: ``FileError`` when the device fails.
  package func read(at offset: Int, upTo count: Int) throws(FileError) -> [UInt8] {
    do throws(FileError.Reason) {
      return try descriptor.read(at: offset, upTo: count)
    } catch {
      throw FileError(name, error)
    }
  }

  /// Where temporary files belong: the folder that `TMPDIR` names, else `/tmp`.
  package static var defaultFolder: String {
    let named = environmentValue("TMPDIR") ?? ""
    return named.isEmpty ? "/tmp" : named
  }
}
