#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What stands at paths, and making folders.
package enum Folder {
  /// Whether anything stands at a path, links followed.
  package static func hasFile(at path: String) -> Bool {
    (try? FileStatus.at(path, followingLinks: true)) != nil
  }

  /// Whether a folder stands at a path, links followed.
  package static func exists(at path: String) -> Bool {
    (try? FileStatus.at(path, followingLinks: true))?.kind == .folder
  }

  /// How many bytes the file at a path has; `nil` where no regular file stands.
  package static func byteCount(ofFileAt path: String) -> Int? {
    let status = try? FileStatus.at(path, followingLinks: true)
    return status?.kind == .regular ? status?.byteCount : nil
  }

  /// Makes a folder, and those that it is in; one that stands there already is as good.
  ///
  /// - Throws: ``FileError`` at the first that cannot be made.
  package static func make(at path: String) throws(FileError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for name in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(name) : "/\(name)"
      guard !exists(at: made) else { continue }
      guard unsafe mkdir(made, 0o777) == 0 || errno == EEXIST && exists(at: made) else {
        let reason = FileError.Reason(errno: errno)
        throw FileError(made, hasFile(at: made) ? .notADirectory : reason)
      }
    }
  }
}
