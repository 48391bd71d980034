import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

/// An estimate with its error and interval.
struct GoldenEstimate: Sendable, CustomTestStringConvertible {
  var name: String
  var value: Double
  var standardError: Double
  var low: Double
  var high: Double
  var testDescription: String { name }

  init(_ name: String, _ value: Double, _ standardError: Double, _ low: Double, _ high: Double) {
    (self.name, self.value, self.standardError) = (name, value, standardError)
    (self.low, self.high) = (low, high)
  }

  /// `Golden/fit.py` on `corpora/runs-known-truth.csv`.
  static let knownTruth = [
    Self("E", 1.7436277939548328, 0.009902528326646575, 1.7235479704944978, 1.7639415530625073),
    Self("A", 439.37997643448693, 21.331856261646625, 397.9579728748822, 485.1134462690276),
    Self("B", 1420.7104662998825, 138.65678424189142, 1164.2849301777424, 1733.6119164111255),
    Self(
      "alpha",
      0.3477450392504327,
      0.0031583322993476567,
      0.3413035780577251,
      0.3541865004431403
    ),
    Self(
      "beta",
      0.35372140852737755,
      0.005124153692294707,
      0.34327062817054066,
      0.36417218888421443
    ),
  ]
}

@Suite("fit: reference figures")
struct FitGoldenTests {
  @Test("the package's own table", arguments: GoldenEstimate.knownTruth)
  func knownTruth(_ golden: GoldenEstimate) throws {
    let json = try CommandRun("fit --json corpora/runs-known-truth.csv").json()
    let estimate = try json.value("estimates.\(golden.name)")
    // SciPy's minimum and ours differ by the rounding of the gradient times the condition number.
    #expect(isNear(try estimate.number("value"), golden.value, 1e-10))
    #expect(isNear(try estimate.number("standardError"), golden.standardError, 1e-9))
    #expect(isNear(try estimate.number("interval.0"), golden.low, 1e-9))
    #expect(isNear(try estimate.number("interval.1"), golden.high, 1e-9))
    #expect(try estimate.number("level") == 0.95)
  }

  @Test("the package's own table: criteria, from the same script")
  func criteria() throws {
    let json = try CommandRun("fit --json corpora/runs-known-truth.csv").json()
    #expect(isNear(try json.number("residualSumOfSquares"), 0.00014178199863190894, 1e-11))
    #expect(isNear(try json.number("aic"), -436.0105982176906, 1e-12))
    #expect(isNear(try json.number("aicc"), -433.1140464935527, 1e-12))
    #expect(try json.number("rowCount") == 36)
    #expect(try json.number("degreesOfFreedom") == 31)
    #expect(
      try json.text("sha256")
        == "5635e503614d114575713cc10dcbc2a467fe874318148724b4ae06d8a1c54688"
    )
    #expect(try json.number("fittedRange.parameters.1") == 3e9)
    #expect(try json.number("fittedRange.compute.1") == 6 * 3e9 * 60e9)
  }

  /// `data/scaling/reference.json`: lsq_logL_240, lsq_logL_245, kaplan_logL_240.
  @Test(
    "a published table, with and without the runs its authors leave out",
    .enabled(if: TestFiles.hasShared("data/scaling/epoch_chinchilla.csv")),
    arguments: [
      (
        "--where excluded_top5=False", 240, 0.011461886991698603,
        [
          ("E", 1.8645500956477226, 0.014191347836810028),
          ("A", 593.322119985359, 107.5210450454225),
          ("B", 4875.6376311252125, 901.4053951501302),
          ("alpha", 0.36025279999570947, 0.010484400150444599),
          ("beta", 0.4058833600734239, 0.009068466925101255),
          ("a", 0.5297796674115974, 0.009222575141451217),
        ]
      ),
      (
        "", 245, 0.07099043157862966,
        [
          ("E", 1.9918303384739107, 0.027242278323669124),
          ("A", 749.5380382281807, 327.88605853418204),
          ("B", 370523.1242537463, 107879.8313219517),
          ("alpha", 0.37209788712731195, 0.02521221588722508),
          ("beta", 0.6120482402882026, 0.014312286509709306),
          ("a", 0.6219078887151794, 0.017421887770965237),
        ]
      ),
      (
        "--law kaplan --where excluded_top5=False", 240, 0.06061157568134254,
        [
          ("N_c", 8004437225309.424, 8004437225309.424 * 0.20026504550708749),
          ("D_c", 30617860679176.29, 30617860679176.29 * 0.22819521168977897),
          ("alpha_N", 0.09607150772725065, 0.001933254717430951),
          ("alpha_D", 0.11412548176154313, 0.002767977498831022),
        ]
      ),
    ] as [(String, Int, Double, [(String, Double, Double)])]
  )
  func published(
    _ options: String,
    _ rowCount: Int,
    _ residualSum: Double,
    _ estimates: [(String, Double, Double)]
  ) throws {
    let path = TestFiles.shared("data/scaling/epoch_chinchilla.csv")
    let json = try CommandRun("fit --json \(options) \(path)").json()
    #expect(try json.value("rowCount").int == rowCount)
    // SciPy stops a little beside the minimum, by 1e-7 of A and B and its square in the sum.
    #expect(isNear(try json.number("residualSumOfSquares"), residualSum, 1e-11))
    for (name, value, standardError) in estimates {
      #expect(isNear(try json.number("estimates.\(name).value"), value, 1e-6), "\(name)")
      let found = try json.number("estimates.\(name).standardError")
      #expect(isNear(found, standardError, 1e-6), "\(name)")
    }
  }
}

@Suite("fit: what must agree with what")
struct FitIdentityTests {
  private static let table = """
    name,N,D,loss,set
    a,1e7,1e9,4.1,x
    b,1e8,1e9,3.5,x
    c,1e9,1e9,3.2,x
    d,1e7,1e10,3.8,x
    e,1e8,1e10,3.0,x
    f,1e9,1e10,2.6,x
    g,1e7,1e11,3.7,x
    h,1e8,1e11,2.8,x
    i,1e9,1e11,2.3,y

    """

  /// What a fit says of a table, but for what names, hashes or locates it.
  private func fit(_ table: String, _ options: String = "") throws -> JSONValue {
    let run = CommandRun("fit --json \(options) -", input: table)
    #expect(run.code == .done, "\(run.diagnostics)")
    return try run.json().without(
      "environment",
      "sha256",
      "residualSummary",
      "lines",
      "parameterColumn",
      // They name lines.
      "warnings"
    )
  }

  @Test(
    "one table, however it is written",
    arguments: [
      ("line ends CRLF", table.replacing("\n", with: "\r\n")),
      ("line ends CR", table.replacing("\n", with: "\r")),
      ("a byte-order mark", "\u{FEFF}" + table),
      ("comments and blank lines", "# runs\n\n" + table.replacing("\nd", with: "\n  # d\n\nd")),
      (
        "quoted fields", table.replacing("1e9", with: "\"1e9\"").replacing("loss", with: "\"loss\"")
      ),
      ("tabs for commas", table.replacing(",", with: "\t")),
      (
        "counts as people write them",
        table.replacing("1e9", with: "1B").replacing("1e8", with: "\"100,000,000\"")
      ),
      ("spaces around fields", table.replacing(",", with: " , ")),
      ("no newline at the end", String(table.dropLast())),
      ("numbers in full", table.replacing("1e7", with: "+10000000.0")),
      ("other headings", table.replacing("N,D,loss", with: "params,tokens,val_loss")),
      ("headings in capitals", table.replacing("N,D,loss", with: "Params,TOKENS,Loss")),
      ("a name with a comma, newline and quote", table.replacing("\nd,", with: "\n\"d,\n\"\"\",")),
    ]
  )
  func spellings(_ name: String, _ text: String) throws {
    #expect(try fit(text) == fit(Self.table))
  }

  @Test("compute may stand in for parameters or tokens")
  func compute() throws {
    let rows = Self.table.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    let withCompute = { (keep: Int, heading: String) throws in
      try rows.reduce("\(heading),C,loss\n") { text, row in
        let product = 6 * (try #require(Double(row[1]))) * (try #require(Double(row[2])))
        return text + "\(row[keep]),\(product),\(row[3])\n"
      }
    }
    let expected = try fit(Self.table)
    for (keep, heading) in [(1, "N"), (2, "D")] {
      let found = try fit(withCompute(keep, heading))
      for name in ["E", "A", "B", "alpha", "beta"] {
        // The third is right to an ulp or two, which the fit's condition number magnifies.
        let value = try expected.number("estimates.\(name).value")
        #expect(isNear(try found.number("estimates.\(name).value"), value, 1e-7))
      }
    }
  }

  @Test("a selection is a table without the other rows")
  func selection() throws {
    let selected = try fit(Self.table, "--where set=x")
    #expect(try selected == fit(Self.table.replacing("i,1e9,1e11,2.3,y\n", with: "")))
    #expect(try selected == fit(Self.table, "--where set!=y --where D<=1e11"))
    #expect(try selected.number("rowCount") == 8)
  }

  @Test("a named column is the column")
  func namedColumn() throws {
    let table = Self.table.replacing("loss", with: "C4 Eval Loss")
    let words = ["fit", "--json", "--column", "loss=C4 Eval Loss", "-"]
    let found = try CommandRun(words, input: Array(table.utf8)).json()
    #expect(try found.value("estimates") == fit(Self.table).value("estimates"))
  }

  @Test("compute that overflowed is passed over with a warning where N and D are given")
  func negativeCompute() throws {
    let rows = Self.table.split(separator: "\n").enumerated().map { index, row in
      row + (index == 0 ? ",C" : index == 2 ? ",-12" : ",\(index == 1 ? "6e16" : "")")
    }
    let run = CommandRun("fit --json -", input: rows.joined(separator: "\n"))
    let json = try run.json()
    #expect(try json.value("estimates") == fit(Self.table).value("estimates"))
    let warning = try json.value("warnings").array?.first { $0["id"]?.string == "compute-ignored" }
    #expect(
      warning?["message"]?.string
        == "8 of 9 values of `C` are no positive numbers, the first on line 3; parameters and tokens"
        + " are given, so compute is taken from them"
    )
  }

  @Test("level, errors and order of words change what they name and no more")
  func options() throws {
    let path = "corpora/runs-known-truth.csv"
    let plain = try CommandRun("fit --json \(path)").json()
    let narrow = try CommandRun("fit \(path) --level 50% --json").json()
    #expect(
      try narrow.number("estimates.E.value") == plain.number("estimates.E.value")
    )
    // Quantiles of Student's t with 31 degrees of freedom, 0.975 and 0.75 (SciPy's stats.t.ppf).
    let log = { (json: JSONValue) in
      try Foundation.log(json.number("estimates.E.interval.1") / json.number("estimates.E.value"))
    }
    #expect(isNear(try log(plain) / log(narrow), 2.039513446396408 / 0.6824863060025721, 1e-9))
    let robust = try CommandRun("fit --json --hc3 \(path)").json()
    #expect(try robust.text("errorModel") == "heteroscedastic")
    #expect(
      try robust.number("estimates.E.standardError") != plain.number("estimates.E.standardError")
    )
  }

  @Test("bits per token are nats over ln 2")
  func bits() throws {
    let rows = Self.table.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let bits = try rows.dropFirst().map { row in
      let loss = try #require(Double(row[3]))
      return "\(row[1]),\(row[2]),\(loss / 0.6931471805599453)\n"
    }
    let found = try fit("N,D,loss\n" + bits.joined(), "--loss-unit bits")
    let plain = try fit(Self.table)
    #expect(try plain.text("lossUnit") == "nats")
    #expect(try plain.text("tableLossUnit") == "undeclared")
    #expect(try found.text("lossUnit") == "nats")
    #expect(try found.text("tableLossUnit") == "bits")
    // A loss is right to an ulp or two, which the fit's condition number magnifies.
    for name in ["E", "A", "alpha"] {
      let value = try plain.number("estimates.\(name).value")
      #expect(isNear(try found.number("estimates.\(name).value"), value, 1e-7))
    }
  }

  @Test("rows left out are as if they were not there, and counted")
  func skipBad() throws {
    let run = CommandRun(
      "fit --json --skip-bad -",
      input: Self.table + "j,1e9,1e9,nan,x\nk,0,1,1,x\n"
    )
    let json = try run.json()
    #expect(try json.value("estimates") == fit(Self.table).value("estimates"))
    #expect(try json.value("skippedRowCount").int == 2)
    #expect(
      run.diagnostics.contains(
        "2 rows without a positive loss, N and D are left out: lines 11 and 12 [rows-skipped]"
      )
    )
  }

  @Test("what N counts is declared, and chooses the column")
  func parameters() throws {
    let lines = Self.table.split(separator: "\n").enumerated().map { index, row in
      row + (index == 0 ? ",N_no_embed" : ",\(row.split(separator: ",")[1])")
    }
    let text = lines.joined(separator: "\n")
    let found = try CommandRun("fit --json --parameters non-embedding -", input: text).json()
    #expect(try found.text("parameterConvention") == "non-embedding")
    #expect(try found.text("parameterColumn") == "N_no_embed")
    #expect(try found.value("estimates") == fit(Self.table).value("estimates"))
    #expect(try fit(Self.table).text("parameterConvention") == "undeclared")
  }

  @Test("the same bytes twice, apart from the environment")
  func determinism() {
    let outputs = [1.0, 2.0].map { step in
      CommandRun(["fit", "--json", "corpora/runs-known-truth.csv"]) {
        var now = 0.0
        $0.secondsNow = {
          now += step; return now
        }
      }.output.components(separatedBy: "\"environment\"")
    }
    #expect(outputs[0][0] == outputs[1][0])
    #expect(outputs[0][1] != outputs[1][1])
  }

  @Test("a picture is written whole, and only where one is asked for")
  func picture() throws {
    let folder = try TemporaryFolder()
    let path = TestFiles.package("corpora/runs-known-truth.csv")
    #expect(CommandRun(["fit", path, "--svg", "law.svg"], in: folder.path).code == .done)
    let text = try folder.read("law.svg")
    #expect(text.hasPrefix("<svg ") || text.hasPrefix("<?xml"))
    #expect(text.hasSuffix("</svg>\n"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names == ["law.svg"])
  }
}
