import CurveFitting
import FileFormats
import Foundation
import ScalingLaws
import TestSupport
import Testing

/// Reads a table of the shared data.
private func sharedTable(
  _ file: String,
  where conditions: [String] = [],
  columns: [RunColumn: String] = [:]
) throws -> RunTable {
  let path = TestFiles.shared("data/scaling/\(file)")
  let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
  let selections = try conditions.map { try RunSelection(parsing: $0) }
  let options = RunTableOptions(columns: columns, selections: selections)
  return try RunTable(CSVTable(parsing: bytes, name: file), options)
}

/// Fits of published tables against SciPy's, from the reference figures kept beside the tables.
@Suite("Fits of published tables", .enabled(if: TestFiles.hasShared("data/scaling")))
struct SharedTableTests {
  private static let chinchillaRuns = "epoch_chinchilla.csv"
  private static let kept = ["excluded_top5=False"]

  private func agree(_ value: Double?, _ expected: Double, to tolerance: Double) -> Bool {
    value.map { abs($0 / expected - 1) <= tolerance } ?? false
  }

  @Test("Chinchilla's law on the 240 runs of the replication")
  func chinchilla240() throws {
    let table = try sharedTable(Self.chinchillaRuns, where: Self.kept)
    let result = try LawFit(Chinchilla(), to: table).run()
    #expect(result.rowCount == 240)
    #expect(agree(result.residualSumOfSquares, 0.011461886991698603, to: 1e-12))
    // SciPy's own optimum is good to about 1e−8 of the values, 1e−6 of B's error.
    let values = [
      "E": 1.8645500956477226, "A": 593.322119985359, "B": 4875.6376311252125,
      "alpha": 0.36025279999570947, "beta": 0.4058833600734239, "a": 0.5297796674115974,
    ]
    for (name, value) in values { #expect(agree(result[name]?.value, value, to: 1e-7), "\(name)") }
    let errors = [
      "E": 0.014191347836810028, "A": 107.5210450454225, "B": 901.4053951501302,
      "alpha": 0.010484400150444599, "beta": 0.009068466925101255, "a": 0.009222575141451217,
    ]
    for (name, error) in errors {
      #expect(agree(result[name]?.standardError, error, to: 1e-6), "\(name)")
    }
    // ln E with ln A, ln A with alpha.
    #expect(agree(result.correlation(0, 1), 0.7776438691424119, to: 1e-6))
    #expect(agree(result.correlation(1, 3), 0.9990778792756451, to: 1e-9))
    // The reference counts the variance as a parameter too.
    #expect(agree(result.aic, -2375.848042951404, to: 1e-12))
    #expect(agree(result.bic, -2354.964209411352, to: 1e-12))
    #expect(result.aicc == nil)
    #expect(result.search.minima.map(\.startCount) == [81])
    #expect(result.warnings.isEmpty)
  }

  @Test("Kaplan's law on the same runs, 397.7 behind in AIC")
  func kaplan240() throws {
    let table = try sharedTable(Self.chinchillaRuns, where: Self.kept)
    let result = try LawFit(Kaplan(), to: table).run()
    #expect(agree(result.residualSumOfSquares, 0.06061157568134254, to: 1e-11))
    #expect(agree(result["N_c"]?.value, 8004437225309.424, to: 1e-5))
    #expect(agree(result["D_c"]?.value, 30617860679176.29, to: 1e-5))
    #expect(agree(result["alpha_N"]?.value, 0.09607150772725065, to: 1e-6))
    #expect(agree(result["alpha_D"]?.value, 0.11412548176154313, to: 1e-6))
    #expect(agree(result["alpha_N"]?.standardError, 0.001933254717430951, to: 1e-5))
    #expect(agree(result["alpha_D"]?.standardError, 0.002767977498831022, to: 1e-5))
    let chinchilla = try LawFit(Chinchilla(), to: table).run()
    let gap = try #require(result.aic) - #require(chinchilla.aic)
    #expect((10 * gap).rounded() == 3977)
  }

  @Test("five rows more move beta from 0.41 to 0.61")
  func all245() throws {
    let result = try LawFit(Chinchilla(), to: sharedTable(Self.chinchillaRuns)).run()
    #expect(result.rowCount == 245)
    #expect(agree(result.residualSumOfSquares, 0.07099043157862966, to: 1e-12))
    #expect(agree(result["beta"]?.value, 0.6120482402882026, to: 1e-7))
    #expect(agree(result["alpha"]?.value, 0.37209788712731195, to: 1e-7))
    #expect(agree(result["B"]?.standardError, 107879.8313219517, to: 1e-5))
  }

  @Test("other tables", arguments: OtherTable.all)
  func others(other: OtherTable) throws {
    let table = try sharedTable(
      other.file,
      where: other.conditions,
      columns: other.columns
    )
    #expect(table.runs.count == other.count)
    let chinchilla = try LawFit(Chinchilla(), to: table).run()
    #expect(agree(chinchilla.residualSumOfSquares, other.chinchillaRSS, to: 1e-10))
    #expect(agree(chinchilla["beta"]?.value, other.beta, to: 1e-6))
    let kaplan = try LawFit(Kaplan(), to: table).run()
    #expect(agree(kaplan.residualSumOfSquares, other.kaplanRSS, to: 1e-9))
    #expect(agree(kaplan["alpha_D"]?.value, other.alphaD, to: 1e-5))
  }
}

/// A table with SciPy's fits of both laws.
struct OtherTable: Sendable, CustomTestStringConvertible {
  var file: String
  var conditions: [String]
  var columns: [RunColumn: String] = [:]
  var count: Int
  var chinchillaRSS: Double
  var beta: Double
  var kaplanRSS: Double
  var alphaD: Double

  var testDescription: String { file }

  static let all = [
    OtherTable(
      file: "kyotakano_chinchilla_subset.csv",
      conditions: [],
      count: 234,
      chinchillaRSS: 0.007010577376779405,
      beta: 0.34406154168279207,
      kaplanRSS: 0.058388435012657815,
      alphaD: 0.11118831517538288
    ),
    OtherTable(
      file: "openathena_isoflops.csv",
      conditions: ["experiment=epochai_chinchilla__massivetext__chinchilla", "outlier=False"],
      count: 85,
      chinchillaRSS: 0.0029591307697231254,
      beta: 0.4268422294287768,
      kaplanRSS: 0.015457041757768894,
      alphaD: 0.11751041726113257
    ),
  ]
}
