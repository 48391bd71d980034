import Foundation
import TestSupport

/// The built `isoloss`, run as a shell runs it.
struct BinaryRun {
  var status: Int32
  var output: String
  var diagnostics: String

  /// Where the binary was built: beside the tests' own binary, or where `swift build` puts it.
  static let path: String? = {
    let tests = [CommandLine.arguments[0]] + Bundle.allBundles.map(\.bundlePath)
    let folders = tests.flatMap { path in
      sequence(first: URL(filePath: path)) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
        .prefix(6)
    }
    let builds = ["release", "debug"].map { URL(filePath: TestFiles.package(".build/\($0)")) }
    let candidates = (folders + builds).map { $0.appending(path: "isoloss") }
    return candidates.first { candidate in
      (try? candidate.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
    }?.path
  }()

  /// Runs a script in which `$ISOLOSS` is the binary and the folder is the working one.
  init(_ script: String, in folder: TemporaryFolder) throws {
    let scratch = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(filePath: folder.path)
    process.environment = ["ISOLOSS": Self.path ?? "", "PATH": "/usr/bin:/bin"]
    // Files rather than pipes: nobody has to read while the script runs.
    try scratch.write("out", "")
    try scratch.write("err", "")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "\(scratch.path)/out"))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: "\(scratch.path)/err"))
    try Self.withoutBlockedSignals { try process.run() }
    process.waitUntilExit()
    status = process.terminationStatus
    output = try scratch.read("out")
    diagnostics = try scratch.read("err")
  }

  /// Runs a body with no signal blocked on its thread.
  ///
  /// Tests run on threads that block nearly all signals, and a process inherits that: the command
  /// would never see the signals it is sent.
  private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }
}
