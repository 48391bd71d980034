#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The files of a folder.
public enum FolderListing {
  /// The paths of all regular files below a folder, seen from it, in byte order.
  ///
  /// Names that begin with a dot are left out, and so are pipes, devices and links to folders; links
  /// to files count as files.
  ///
  /// - Parameter path: A path.
  /// - Returns: `nil` where the path is not a folder.
  /// - Throws: ``FileError`` at a folder that cannot be read, or that holds a name which is not UTF-8.
  public static func files(in path: String) throws(FileError) -> [String]? {
    guard (try? FileStatus.at(path, followingLinks: true))?.kind == .folder else { return nil }
    var found: [String] = []
    var folders = [""]
    while let folder = folders.popLast() {
      for name in try names(in: folder.isEmpty ? path : "\(path)/\(folder)") {
        let inner = folder.isEmpty ? name : "\(folder)/\(name)"
        switch kind(of: "\(path)/\(inner)") {
        case .regular: found.append(inner)
        case .folder: folders.append(inner)
        default: break
        }
      }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// What stands at a path; a link to a folder stays a link, or a loop of links would never end.
  private static func kind(of path: String) -> FileStatus.Kind? {
    guard let status = try? FileStatus.at(path, followingLinks: false) else { return nil }
    guard status.kind == .link else { return status.kind }
    let target = try? FileStatus.at(path, followingLinks: true)
    return target?.kind == .regular ? .regular : .link
  }

  /// The names in one folder, without hidden ones.
  private static func names(in path: String) throws(FileError) -> [String] {
    guard let folder = unsafe opendir(path) else {
      throw FileError(path, FileError.Reason(errno: errno))
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else { break }
      // SAFETY: the system ends `d_name` by a zero within its length.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { start in
          unsafe String(validatingCString: start)
        }
      }
      guard let name else { throw FileError(path, .holdsUnreadableName) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    guard errno == 0 else { throw FileError(path, FileError.Reason(errno: errno)) }
    return names
  }
}
