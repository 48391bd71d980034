import Foundation
import IsoLoss

/// A peer that stays alive and answers a line with a line, so that both can take turns within a second.
///
///     let server = try PeerServer(peers, script: "matrix_products.py")
///     let report = try server.ask("64,64,64,NN")
///
/// It ends when the server is released, by the end of its input.
final class PeerServer {
  private let name: String
  private let process: Process
  private let requests = Pipe()
  private let answers = Pipe()

  /// What has come after the last whole line.
  private var pending = Data()

  /// Starts the peer.
  init(_ peers: PeerPrograms, script: String) throws {
    // A peer that has ended shows as a failed write, not as the end of this process.
    signal(SIGPIPE, SIG_IGN)
    name = script
    process = peers.process(script: script)
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
  }

  deinit {
    try? requests.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Asks for one answer, a JSON value.
  ///
  /// - Returns: `nil` where what the peer measures is not installed.
  func ask(_ line: String) throws -> JSONValue? {
    // A write to a peer that has ended fails; what its end means, its exit code says below.
    try? requests.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
    guard let answer = nextLine() else {
      process.waitUntilExit()
      guard process.terminationStatus != PeerPrograms.notInstalled else { return nil }
      throw BenchmarkError(description: "\(name) ended without an answer to `\(line)`")
    }
    return try JSONValue(parsing: answer, name: name)
  }

  /// The next whole line; `nil` at the end of the output.
  private func nextLine() -> [UInt8]? {
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(pending[..<end])
        pending = Data(pending[(end + 1)...])
        return line
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else { return nil }
      pending += more
    }
  }
}
