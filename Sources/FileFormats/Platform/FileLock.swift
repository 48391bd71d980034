#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A lock that one holder has at a time: the first, until it lets go or its process ends, however it ends.
///
///     guard let lock = try FileLock(path: "model/training.lock") else { return /* someone else has it */ }
///
/// The system releases it, not a file that is there or not: after a crash nothing has to be cleaned up. The
/// file is taken away with the lock; one that a killed process left is as good as none.
///
/// It is a class because it owns a descriptor.
package final class FileLock {
  private let path: String
  private let descriptor: Descriptor

  /// Takes the lock, without waiting.
  ///
  /// - Parameter path: The file that stands for it, which holds nothing.
  /// - Throws: ``FileError`` where the file cannot be made.
  package init?(path: String) throws(FileError) {
    self.path = path
    do throws(FileError.Reason) {
      guard let descriptor = try Self.lock(path) else { return nil }
      self.descriptor = descriptor
    } catch {
      throw FileError(path, error)
    }
  }

  deinit {
    // While it is still held: whoever opened the file meanwhile sees that it is gone, and makes another.
    _ = unsafe unlink(path)
  }

  private static func lock(_ path: String) throws(FileError.Reason) -> Descriptor? {
    while true {
      let descriptor = try Descriptor.open(path, for: .locking)
      guard try descriptor.lock() else { return nil }
      // The last holder may have taken the file away between the two calls; a lock on what has no name
      // keeps nobody out.
      let current = try? FileStatus.at(path, followingLinks: true)
      if try descriptor.status().identity == current?.identity { return descriptor }
    }
  }
}

extension Descriptor {
  /// Locks what is open against all other descriptors, until this one is closed.
  ///
  /// - Returns: Whether it is locked now; `false` where another holds the lock.
  fileprivate func lock() throws(FileError.Reason) -> Bool {
    while flock(number, LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: return false
      // A file system without locks keeps nobody apart; that is no reason not to work on it.
      case ENOTSUP, EOPNOTSUPP, ENOLCK, ENOSYS: return true
      default: throw FileError.Reason(errno: errno)
      }
    }
    return true
  }
}
