import Foundation

/// A folder that is removed with everything in it when it goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "isoloss-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String, containing text: String? = nil) throws -> String {
    let file = path + "/" + name
    if let text { try Data(text.utf8).write(to: URL(filePath: file)) }
    return file
  }

  /// The names of everything in the folder, in order.
  var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// The text of a file, or why there is none.
func contents(of path: String) -> String {
  (try? String(contentsOfFile: path, encoding: .utf8)) ?? "unreadable"
}
