#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the system says about a file, in the few facts this module needs.
struct FileStatus {
  /// What stands at a path.
  enum Kind { case regular, folder, link, other }

  private let raw: stat

  init(_ raw: stat) { self.raw = raw }

  var kind: Kind {
    switch raw.st_mode & S_IFMT {
    case S_IFREG: .regular
    case S_IFDIR: .folder
    case S_IFLNK: .link
    default: .other
    }
  }

  var byteCount: Int { Int(raw.st_size) }

  /// The twelve permission bits.
  var permissions: mode_t { raw.st_mode & 0o7777 }

  /// The device and the file's number on it.
  var identity: FileIdentity {
    FileIdentity(device: UInt64(truncatingIfNeeded: raw.st_dev), number: UInt64(raw.st_ino))
  }

  var owner: uid_t { raw.st_uid }
  var group: gid_t { raw.st_gid }
}

extension FileStatus {
  /// Looks a path up, following links or not.
  static func at(_ path: String, followingLinks: Bool) throws(FileError.Reason) -> FileStatus {
    guard !path.utf8.contains(0) else { throw .invalidPath }
    var raw = stat()
    let result = unsafe path.withCString { path in
      unsafe followingLinks ? stat(path, &raw) : lstat(path, &raw)
    }
    guard result == 0 else { throw FileError.Reason(errno: errno) }
    return FileStatus(raw)
  }
}

extension FileError.Reason {
  /// The reason for a value of `errno`.
  init(errno code: Int32) {
    self =
      switch code {
      case ENOENT: .notFound
      case EISDIR: .isDirectory
      case ENOTDIR: .notADirectory
      case EACCES, EPERM: .permissionDenied
      case ENOSPC, EDQUOT: .noSpace
      case EPIPE: .brokenPipe
      default: .other(code)
      }
  }
}

/// The system's own words for an error, with its first letter in lower case.
func systemMessage(_ code: Int32) -> String {
  guard let message = unsafe strerror(code) else { return "system error \(code)" }
  let text = unsafe String(cString: message)
  return text.prefix(1).lowercased() + text.dropFirst()
}
