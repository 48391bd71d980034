import Foundation
import IsoLoss

/// How the programs of others are run: by which Python, and on how many threads.
struct PeerPrograms {
  /// The Python, a file or a name to be found on the path; `nil` for `python3`.
  var python: String?

  var threadCount: Int

  /// The exit code by which a peer says that it is not installed.
  static let notInstalled: Int32 = 3

  /// A process that runs a script, not yet started.
  func process(script: String, arguments: [String] = []) -> Process {
    // This file lies one folder beside: Sources/isoloss-bench/PeerPrograms/PeerPrograms.swift.
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    let words = [sources.appending(path: "Peers/\(script)").path] + arguments
    let python = python ?? "python3"
    if python.contains("/") {
      process.executableURL = URL(filePath: python)
      process.arguments = words
    } else {
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [python] + words
    }
    // What numeric libraries take their number of threads from.
    var environment = ProcessInfo.processInfo.environment
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
      environment[name] = "\(threadCount)"
    }
    process.environment = environment
    return process
  }

  /// Runs a peer and returns its seconds, as it measured them itself.
  ///
  /// A peer prints one JSON object with `seconds` and `figure`.
  ///
  /// - Returns: `nil` where it is not installed.
  func seconds(of peer: Peer) throws -> Double? {
    let process = process(script: peer.script, arguments: peer.arguments)
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus != Self.notInstalled else { return nil }
    guard process.terminationStatus == 0 else {
      let code = process.terminationStatus
      throw BenchmarkError(description: "\(peer.script) ended with exit code \(code)")
    }
    let report = try JSONValue(parsing: Array(output), name: peer.script)
    guard let seconds = report["seconds"]?.double else {
      throw BenchmarkError(description: "\(peer.script) gave no `seconds`")
    }
    return seconds
  }
}
