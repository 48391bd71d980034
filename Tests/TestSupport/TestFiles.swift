public import Foundation

/// Where tests find the files they read: the package itself, and the larger data kept beside it.
public enum TestFiles {
  /// The package's own folder.
  public static let packageFolder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The data folder named by `ISOLOSS_SHARED`, else `../shared` beside the package; `nil` when absent.
  public static let sharedFolder: URL? = {
    let named = ProcessInfo.processInfo.environment["ISOLOSS_SHARED"].map { URL(filePath: $0) }
    let folder = named ?? packageFolder.deletingLastPathComponent().appending(path: "shared")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  /// Whether `path` exists below the shared folder; tests that need it are enabled by this.
  public static func hasShared(_ path: String) -> Bool {
    guard let sharedFolder else { return false }
    return FileManager.default.fileExists(atPath: sharedFolder.appending(path: path).path)
  }

  /// The path of a file below the shared folder.
  ///
  /// - Precondition: ``hasShared(_:)`` holds for `path`.
  public static func shared(_ path: String) -> String {
    guard let sharedFolder else { preconditionFailure("no shared folder for \(path)") }
    return sharedFolder.appending(path: path).path
  }

  /// The path of a file of the package.
  public static func package(_ path: String) -> String {
    packageFolder.appending(path: path).path
  }
}
