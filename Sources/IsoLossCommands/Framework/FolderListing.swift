import Foundation

/// The files of a folder.
enum FolderListing {
  /// The paths of all files below a folder, seen from it, in byte order; hidden ones are left out.
  ///
  /// - Returns: `nil` where `path` is not a folder.
  static func files(in path: String) -> [String]? {
    guard isFolder(path) == true else { return nil }
    let paths = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return
      paths
      .filter { !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
      .filter { isFolder("\(path)/\($0)") == false }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether there is a folder at a path; `nil` where there is nothing.
  private static func isFolder(_ path: String) -> Bool? {
    try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory
  }
}
