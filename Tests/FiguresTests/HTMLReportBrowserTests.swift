import Figures
import Foundation
import IsoLoss
import Testing

/// A Chromium without windows, where one is installed.
struct HeadlessBrowser {
  var path: String

  /// The first found in the search path; `nil` without one.
  static let installed: HeadlessBrowser? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"]
    let paths = names.flatMap { name in folders.map { "\($0)/\(name)" } }
    return paths.first(where: FileManager.default.isExecutableFile).map(HeadlessBrowser.init)
  }()

  static var isWanted: Bool { ProcessInfo.processInfo.environment["ISOLOSS_BROWSER"] == "1" }

  /// Opens a page and returns what the browser printed.
  func open(_ page: URL, fragment: String = "", _ options: [String]) throws -> Output {
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

  struct Output {
    /// The document after its scripts ran.
    var document: String
    /// What was written to the console, errors among it.
    var console: [String]
  }
}

@Suite(
  "The report in a browser",
  .serialized,
  .enabled(if: HeadlessBrowser.isWanted, "set ISOLOSS_BROWSER=1 to start a browser"),
  .enabled(if: HeadlessBrowser.installed != nil, "no Chromium in the search path")
)
struct HTMLReportBrowserTests {
  /// What a reader would do, with what is then seen noted in an attribute of the body.
  private static let probe = #"""
    var notes = [];
    function note(name, value) { notes.push(name + "=" + value); }
    function shown(name) {
      return Array.from(document.querySelectorAll("figure div." + name)).filter(function (box) {
        return getComputedStyle(box).display !== "none";
      }).length;
    }
    note("log", shown("log"));
    note("linear", shown("linear"));
    var box = document.getElementById("detail");
    note("linked", box.hidden ? "nothing" : box.textContent.split("\n")[1]);
    var svg = document.querySelector("figure svg");
    var shapes = svg.querySelectorAll("[data-detail]");
    shapes[3].dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
    note("pointer", box.hidden ? "nothing" : box.textContent.split("\n")[0]);
    shapes[3].dispatchEvent(new PointerEvent("pointerout", { bubbles: true }));
    note("left", box.hidden);
    svg.focus();
    function press(key) {
      svg.dispatchEvent(new KeyboardEvent("keydown", { key: key, bubbles: true, cancelable: true }));
    }
    press("ArrowRight"); press("ArrowRight"); press("ArrowRight");
    note("keys", box.textContent.split("\n")[0]);
    press("Home"); press("ArrowLeft");
    note("wrapped", document.querySelector(".active") === shapes[shapes.length - 1]);
    press("Escape");
    note("escaped", box.hidden);
    document.querySelector("label[for=chart-1-linear]").click();
    note("clicked", shown("log") + " " + shown("linear"));
    note("focusable", document.activeElement === svg || svg.tabIndex === 0);
    note("alerts", document.querySelectorAll("script").length);
    document.body.setAttribute("data-notes", notes.join(";"));

    """#

  /// Writes a page to a folder of its own, removed afterwards.
  private func withPage<Result>(_ html: String, _ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "isoloss-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = folder.appending(path: "report.html")
    try html.write(to: page, atomically: true, encoding: .utf8)
    return try body(page)
  }

  /// The report with the probe in it, which its policy is told of.
  private func probed() -> String {
    let hash = sha256(Self.probe)
    return HTMLReportTests.report.html
      .replacing("script-src ", with: "script-src 'sha256-\(hash)' ")
      .replacing("</body>", with: "<script>\(Self.probe)</script>\n</body>")
  }

  /// The hash of a script as a policy names it, by way of the browser's own wording.
  private func sha256(_ text: String) -> String {
    let digits = Array(ContentHash(of: Array(text.utf8)).description)
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { start in
      UInt8(String(digits[start...start + 1]), radix: 16)
    }
    return Data(bytes).base64EncodedString()
  }

  private func notes(_ output: HeadlessBrowser.Output) throws -> [String: String] {
    let match = try #require(output.document.firstMatch(of: #/data-notes="([^"]*)"/#))
    let pairs = match.1.split(separator: ";").map { $0.split(separator: "=", maxSplits: 1) }
    return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1])) })
  }

  @Test("pointer, keys, switch and fragment do what they promise, without an error")
  func interaction() throws {
    let browser = try #require(HeadlessBrowser.installed)
    try withPage(probed()) { page in
      let plain = try browser.open(page, ["--dump-dom"])
      #expect(plain.console.isEmpty)
      let notes = try notes(plain)
      let expected = [
        "log": "3", "linear": "0", "linked": "nothing", "pointer": "row 5", "left": "true",
        "keys": "row 4", "wrapped": "true", "escaped": "true", "clicked": "2 1",
        "focusable": "true", "alerts": "2",
      ]
      #expect(notes == expected)
    }
  }

  @Test("fragments of the address switch axes and show points")
  func fragments() throws {
    let browser = try #require(HeadlessBrowser.installed)
    try withPage(probed()) { page in
      let output = try browser.open(page, fragment: "#linear,point-1-2", ["--dump-dom"])
      #expect(output.console.isEmpty)
      let notes = try notes(output)
      #expect(notes["log"] == "0" && notes["linear"] == "3")
      #expect(notes["linked"]?.hasPrefix("N ") == true)
      let hostile = try browser.open(
        page,
        fragment: "#<script>,point-99-0,point-1-",
        ["--dump-dom"]
      )
      #expect(hostile.console.isEmpty)
    }
  }

  @Test("without scripts the drawings and their titles are there")
  func withoutScripts() throws {
    let browser = try #require(HeadlessBrowser.installed)
    // Headless Chromium prints nothing with scripts off, so the page goes without its own.
    let html = HTMLReportTests.report.html.replacing(#/<script>[\s\S]*<\/script>/#, with: "")
    try withPage(html) { page in
      let file = page.deletingLastPathComponent().appending(path: "page.png")
      let options = ["--screenshot=\(file.path)"]
      let output = try browser.open(page, options)
      #expect(output.console.isEmpty)
      let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
      #expect((size ?? 0) > 10_000)
    }
  }

  @Test("the policy stops a script that is not the page's own")
  func policy() throws {
    let browser = try #require(HeadlessBrowser.installed)
    let script = "<script>document.body.setAttribute('data-notes', 'ran')</script></body>"
    let html = HTMLReportTests.report.html.replacing("</body>", with: script)
    try withPage(html) { page in
      let output = try browser.open(page, ["--dump-dom"])
      #expect(!output.document.contains("data-notes=\"ran\""))
      #expect(output.console.contains { $0.contains("Content Security Policy") })
    }
  }
}
