import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("fit: pictures")
struct FitPictureTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("runs.csv", DoublingTable.csv(noise: 0.002))
  }

  private func run(
    _ line: String,
    configure: (inout CommandContext) -> Void = { _ in }
  ) -> CommandRun {
    let words = ["fit", "runs.csv"] + line.split(separator: " ").map(String.init)
    return CommandRun(words, in: folder.path, configure: configure)
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  /// Whether elements are closed in the order in which they were opened.
  private func isBalanced(_ text: String) -> Bool {
    var open: [Substring] = []
    for match in text.matches(of: #/<(\/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*?)?(\/?)>/#) {
      if !match.3.isEmpty { continue }
      if match.1.isEmpty {
        open.append(match.2)
      } else if open.popLast() != match.2 {
        return false
      }
    }
    return open.isEmpty
  }

  @Test(
    "every kind that applies",
    arguments: [
      ("isoloss", ""), ("isoflop", ""), ("envelope", ""), ("residuals", ""), ("extrapolation", ""),
      ("pairs", ""), ("profiles", "--bootstrap 0 --profile"),
    ]
  )
  func kinds(_ kind: String, _ options: String) throws {
    let errors = options.isEmpty ? "--bootstrap 20" : options
    let run = run("--approach all \(errors) --figure \(kind)=out.svg")
    #expect(run.code == .done, "\(run.diagnostics)")
    let text = try folder.read("out.svg")
    #expect(text.hasPrefix("<svg "))
    #expect(text.hasSuffix("</svg>\n"))
    #expect(isBalanced(text))
    #expect(!text.contains("nan") && !text.contains("inf\""))
    #expect(try names == ["out.svg", "runs.csv"])
  }

  @Test("the main picture is that of the approach")
  func principal() throws {
    for (approach, kind) in [
      ("parametric", "isoloss"), ("isoflop", "isoflop"), ("envelope", "envelope"),
      ("all", "isoloss"),
    ] {
      let run = run("--approach \(approach) --bootstrap 0 --svg a.svg --figure \(kind)=b.svg")
      #expect(run.code == .done, "\(run.diagnostics)")
      #expect(try folder.read("a.svg") == folder.read("b.svg"))
    }
  }

  @Test(
    "budgets are drawn without their approach too, and pairs without resamples from the covariance"
  )
  func withoutAsking() throws {
    #expect(run("--figure isoflop=i.svg --figure pairs=p.svg").code == .done)
    #expect(try folder.read("i.svg").contains("compute budgets"))
    let pairs = try folder.read("p.svg")
    #expect(
      pairs.contains("1000 draws from the normal distribution of the fit's covariance, seed 0")
    )
    #expect(run("--seed 1 --figure pairs=q.svg").code == .done)
    #expect(try folder.read("q.svg") != pairs)
    #expect(run("--bootstrap 30 --figure pairs=p.svg").code == .done)
    #expect(try folder.read("p.svg").contains("30 bootstrap resamples"))
  }

  @Test("the path has a band where there are resamples")
  func band() throws {
    #expect(run("--bootstrap 30 --level 90% --svg band.svg").code == .done)
    #expect(try folder.read("band.svg").contains("90 % band of the path"))
    #expect(run("--svg plain.svg").code == .done)
    #expect(try !folder.read("plain.svg").contains("band of the path"))
  }

  @Test("another unit of loss is named in every picture")
  func unit() throws {
    for kind in ["isoloss", "extrapolation"] {
      #expect(run("--loss-unit bits-per-byte --figure \(kind)=u.svg").code == .done)
      let text = try folder.read("u.svg")
      #expect(text.contains("bits per byte"))
      #expect(!text.contains("nats per token"))
    }
  }

  @Test("the page holds tables, warnings, pictures and where they come from")
  func page() throws {
    #expect(run("--approach all --bootstrap 20 --html fit.html").code == .done)
    let html = try folder.read("fit.html")
    #expect(html.hasSuffix("</html>\n"))
    for text in [
      "Three approaches to 108 runs of runs.csv", "isoflop-profiles", "training-curves",
      "Largest residuals", "sha256", "20 bootstrap resamples", "Provenance", "Warnings",
      "\(ContentHash(of: Array(DoublingTable.csv(noise: 0.002).utf8)))",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    // Each picture is drawn with both kinds of axes.
    #expect(html.matches(of: /<figure class="chart">/).count == 6)
    #expect(run("--approach all --bootstrap 20 --html fit2.html").code == .done)
    #expect(try folder.read("fit2.html") == html)
  }

  @Test("a page escapes what a table says")
  func escaping() throws {
    try folder.write("<b>&.csv", DoublingTable.csv(noise: 0.002).replacing("s0,", with: "<i>s0,"))
    let words = ["fit", "<b>&.csv", "--html", "x.html", "--svg", "x.svg"]
    #expect(CommandRun(words, in: folder.path).code == .done)
    let html = try folder.read("x.html")
    #expect(!html.contains("<b>&.csv") && html.contains("&lt;b&gt;&amp;.csv"))
    #expect(!html.contains("<i>"))
    #expect(try isBalanced(folder.read("x.svg")))
  }

  @Test("characters: as wide as the terminal, colored only where that is seen")
  func plot() {
    for width in [80, 120] {
      let run = run("--plot") { $0.terminal.width = width }
      let report = self.run("").output
      #expect(run.output.hasPrefix(report + "\nChinchilla, fitted to 108 runs"))
      let lines = run.output.dropFirst(report.count).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= width })
      #expect(lines.contains { $0.count > width - 12 })
      #expect(!run.output.contains("\u{1B}"))
    }
    #expect(run("--plot") { $0.terminal.isOutput = true }.output.contains("\u{1B}["))
    let plain = run("--plot") {
      $0.terminal.isOutput = true
      $0.environment["NO_COLOR"] = "1"
    }
    #expect(!plain.output.contains("\u{1B}"))
    #expect(run("--plot --color always").output.contains("\u{1B}["))
    #expect(run("--plot=residuals").output.contains("residual of ln L"))
    #expect(!run("--color always").output.contains("\u{1B}"))
  }

  @Test(
    "words",
    arguments: [
      (
        "--figure residual=x.svg",
        "`--figure` takes `isoloss`, `isoflop`, `envelope`, `residuals`, `extrapolation`, `pairs`,"
          + " `profiles`, found `residual`; did you mean `residuals`?"
      ),
      (
        "--figure residuals",
        "`--figure`: expected a kind and a file such as `residuals=r.svg`, found `residuals`"
      ),
      (
        "--figure residuals=",
        "`--figure`: expected a kind and a file such as `residuals=r.svg`, found `residuals=`"
      ),
      (
        "--plot=pair",
        "`--plot` takes `isoloss`, `isoflop`, `envelope`, `residuals`, `extrapolation`, `pairs`,"
          + " `profiles`, found `pair`; did you mean `pairs`?"
      ),
      ("--plot --json", "`--plot` and `--json` exclude one another"),
    ]
  )
  func words(_ line: String, _ message: String) throws {
    let run = run(line)
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n`isoloss help fit` shows what it takes\n")
    #expect(try names == ["runs.csv"])
  }

  @Test(
    "what cannot be drawn or written leaves nothing behind",
    arguments: [
      (
        "--svg a.svg --figure profiles=b.svg",
        "no picture `profiles`: it shows the profile likelihood: ask for `--profile`"
      ),
      (
        "--approach isoflop --svg a.svg --figure residuals=b.svg",
        "no picture `residuals`: it shows a fitted law, which `--approach isoflop` has not"
      ),
      (
        "--svg a.svg --plot=envelope",
        "no picture `envelope`: it shows training curves: ask for `--approach envelope`"
      ),
      (
        "--objective huber --bootstrap 0 --figure pairs=a.svg",
        "no picture `pairs`: the errors of the coefficients are not known"
      ),
      ("--svg runs.csv", "`runs.csv` is both read and written; choose another output"),
      ("--html runs.csv", "`runs.csv` is both read and written; choose another output"),
      (
        "--figure pairs=./runs.csv",
        "`./runs.csv` is both read and written; choose another output"
      ),
      ("--svg a --html a", "`a` is written twice; choose another output"),
      ("--figure pairs=a -o a", "`a` is written twice; choose another output"),
    ]
  )
  func failures(_ line: String, _ message: String) throws {
    let run = run(line)
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n")
    #expect(run.output.isEmpty)
    #expect(try names == ["runs.csv"])
  }
}

@Suite(
  "fit: the page in a browser",
  .enabled(if: HeadlessBrowser.isWanted, "set ISOLOSS_BROWSER=1 to start a browser"),
  .enabled(if: HeadlessBrowser.installed != nil, "no Chromium in the search path")
)
struct FitPageBrowserTests {
  @Test("a real report opens without an error, whole, with and without its scripts")
  func opens() throws {
    let browser = try #require(HeadlessBrowser.installed)
    let folder = try TemporaryFolder()
    try folder.write("runs.csv", DoublingTable.csv(noise: 0.002))
    let words = ["fit", "runs.csv", "--approach", "all", "--bootstrap", "20", "--html", "fit.html"]
    #expect(CommandRun(words, in: folder.path).code == .done)
    let page = URL(filePath: folder.path).appending(path: "fit.html")
    for fragment in ["", "#linear", "#point-1-3"] {
      let output = try browser.open(page, fragment: fragment, ["--dump-dom"])
      #expect(output.console.isEmpty, "\(output.console)")
      #expect(output.document.matches(of: /<section id=/).count == 13)
      #expect(output.document.contains("Provenance"))
    }
    let picture = "\(folder.path)/page.png"
    #expect(try browser.open(page, ["--screenshot=\(picture)"]).console.isEmpty)
    let size = try FileManager.default.attributesOfItem(atPath: picture)[.size] as? Int
    #expect((size ?? 0) > 10_000)
  }
}
