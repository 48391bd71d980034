#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file whose bytes the system brings into memory as they are looked at.
///
/// It is mapped privately and read-only. Someone who cuts the file short while it is open kills the
/// process, as with every mapped file; someone who writes into it changes what is read.
///
/// It is a class because it owns the mapping.
@safe
package final class MappedFile: @unchecked Sendable {
  // SAFETY: the bytes are never written through this mapping, and it ends with the object alone.

  /// What errors call it.
  package let name: String

  /// How many bytes it holds.
  package let byteCount: Int

  /// Where they lie; `nil` for an empty file, of which the system makes no mapping.
  private let start: UnsafeMutableRawPointer?

  /// Maps a file.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - name: What errors call it; by default the path.
  /// - Throws: ``FileError`` when it cannot be opened, or is no regular file.
  package init(path: String, name: String? = nil) throws(FileError) {
    self.name = name ?? path
    do throws(FileError.Reason) {
      // Opening a pipe would wait for its other end.
      try Self.refuseOtherThanFile(FileStatus.at(path, followingLinks: true))
      let descriptor = try Descriptor.open(path, for: .reading)
      let status = try descriptor.status()
      try Self.refuseOtherThanFile(status)
      byteCount = status.byteCount
      unsafe start = try descriptor.map(byteCount)
    } catch {
      throw FileError(name ?? path, error)
    }
  }

  deinit {
    // SAFETY: the range is the one that was mapped, and no span of it outlives the object.
    if let start = unsafe start { _ = unsafe munmap(start, byteCount) }
  }

  private static func refuseOtherThanFile(_ status: FileStatus) throws(FileError.Reason) {
    switch status.kind {
    case .regular: return
    case .folder: throw .isDirectory
    default: throw .notRegularFile
    }
  }

  /// All bytes.
  package var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      // SAFETY: the mapping holds `byteCount` bytes and lives as long as the object is borrowed.
      let buffer = unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
      let span = unsafe Span<UInt8>(_unsafeBytes: buffer)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

extension Descriptor {
  /// Maps the first bytes of what is open for reading; nothing where there are none.
  fileprivate func map(_ byteCount: Int) throws(FileError.Reason) -> UnsafeMutableRawPointer? {
    guard byteCount > 0 else { return nil }
    let memory = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, number, 0)
    guard unsafe memory != MAP_FAILED else { throw FileError.Reason(errno: errno) }
    return unsafe memory
  }
}
