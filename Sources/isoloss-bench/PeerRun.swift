import Foundation
import IsoLoss

extension Peer {
  /// Runs the peer and returns its seconds, as it measured them itself.
  ///
  /// A peer prints one JSON object with `seconds` and `figure`.
  ///
  /// - Returns: `nil` where it is not installed; it says so by exit code 3.
  func seconds() throws -> Double? {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Peers")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", folder.appending(path: script).path] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus != 3 else { return nil }
    let report = try JSONValue(parsing: Array(output), name: script)
    return report["seconds"]?.double
  }
}
