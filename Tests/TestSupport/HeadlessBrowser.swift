public import Foundation

/// A Chromium without windows, where one is installed.
public struct HeadlessBrowser: Sendable {
  /// Its program.
  public var path: String

  /// The first found in the search path; `nil` without one.
  public static let installed: HeadlessBrowser? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"]
    let paths = names.flatMap { name in folders.map { "\($0)/\(name)" } }
    return paths.first(where: FileManager.default.isExecutableFile).map(HeadlessBrowser.init)
  }()

  /// Whether tests may start it.
  public static var isWanted: Bool { ProcessInfo.processInfo.environment["ISOLOSS_BROWSER"] == "1" }

  /// Opens a page and returns what the browser printed.
  public func open(
    _ page: URL,
    fragment: String = "",
    _ options: [String]
  ) throws -> Output {
    let folder = page.deletingLastPathComponent()
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        "--virtual-time-budget=3000", "--window-size=1200,900",
        "--user-data-dir=\(folder.appending(path: "profile").path)",
      ] + options + [page.absoluteString + fragment]
    let files = ["stdout", "stderr"].map { folder.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    let guardian = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: guardian)
    process.waitUntilExit()
    guardian.cancel()
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    let console = texts[1].split(separator: "\n").filter { $0.contains("CONSOLE") }
    return Output(document: texts[0], console: console.map(String.init))
  }

  /// What a browser left.
  public struct Output: Sendable {
    /// The document after its scripts ran.
    public var document: String
    /// What was written to the console, errors among it.
    public var console: [String]
  }
}
