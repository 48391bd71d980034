import FileFormats
import Foundation
import ScalingLaws
import TestSupport
import Testing

/// Checks of fits of published tables.
@Suite("Checks of published tables", .enabled(if: TestFiles.hasShared("data/scaling")))
struct SharedHonestyTests {
  private static let misfitting = [
    "experiment=misfitting__fineweb_c4__transformer", "outlier=False",
  ]
  private static let c4Loss = "loss_c4_val_shard-{0000000..0000010}.tar"

  private func table(
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

  private func report(_ table: RunTable, outliers: Bool = false) throws -> HonestyReport {
    let fit = LawFit(Chinchilla(), to: table)
    var checks = HonestyChecks()
    checks.reportsOutliers = outliers
    return try fit.honesty(of: fit.run(), checks)
  }

  private func agree(_ value: Double, _ expected: Double, to tolerance: Double = 1e-6) -> Bool {
    abs(value / expected - 1) <= tolerance
  }

  @Test("held-out errors by SciPy")
  func holdout() throws {
    // measured.other_datasets of reference.json; the tables' runs of equal compute lie alike there.
    let golden = [
      ("kyotakano_chinchilla_subset.csv", [], 47, 0.00886181943107291, 0.02265258341253712),
      ("openathena_isoflops.csv", Self.misfitting, 22, 0.01192038684619164, 0.01166278089303923),
    ]
    for (file, conditions, count, chinchilla, kaplan) in golden {
      let table = try table(file, where: conditions)
      let first = try LawFit(Chinchilla(), to: table).holdout(share: 0.2)
      #expect(first.split.heldOut.count == count)
      #expect(agree(first.meanAbsoluteRelativeError, chinchilla), "\(file)")
      let second = try LawFit(Kaplan(), to: table).holdout(share: 0.2)
      #expect(agree(second.meanAbsoluteRelativeError, kaplan), "\(file)")
    }
  }

  /// SciPy's where products of N and D are taken in doubles.
  ///
  /// reference.json has 0.0257, 0.0091 and 0.0132 for these: there N D wrapped around 64-bit integers
  /// in four or five rows, which sorted them before the smallest.
  @Test(
    "held-out errors of runs whose N D overflows integers",
    arguments: [
      ("c4_original", 0.040351848635133906), ("rpj", 0.0272027200575748),
      ("rw_original", 0.02727736964465242),
    ]
  )
  func overflow(set: String, expected: Double) throws {
    let table = try table(
      "gadre_overtraining.csv",
      where: ["dataset=\(set)"],
      columns: [.loss: Self.c4Loss]
    )
    let test = try LawFit(Chinchilla(), to: table).holdout(share: 0.2)
    #expect(test.split.heldOut.count == 7)
    #expect(agree(test.meanAbsoluteRelativeError, expected))
  }

  @Test("all 245 runs: the five that the publication left out, and two more")
  func chinchilla245() throws {
    let report = try report(table("epoch_chinchilla.csv"), outliers: true)
    let outliers = try #require(report.outliers)
    #expect(outliers.rows.map(\.run.line) == [3, 2, 5, 4, 246, 6, 61])
    let excluded = outliers.all.table.runs.filter { $0.columns["excluded_top5"] == "True" }
    #expect(Set(excluded.map(\.line)).isSubset(of: outliers.rows.map(\.run.line)))
    #expect(
      report.warnings.map(\.id) == ["objectives-disagree", "outliers-present", "residual-trend"]
    )
    #expect(outliers.influential.map(\.run.line).prefix(2) == [3, 2])
    let beta = try #require(outliers.without?["beta"]).value
    #expect(agree(beta, 0.417801, to: 1e-5))
  }

  @Test("240 runs: what least squares still hide")
  func chinchilla240() throws {
    let table = try table("epoch_chinchilla.csv", where: ["excluded_top5=False"])
    let report = try report(table)
    #expect(report.outliers?.rows.map(\.run.line) == [7, 12, 13, 61, 246])
    #expect(
      report.warnings.map(\.id) == ["objectives-disagree", "outliers-present", "residual-trend"]
    )
    let deviations = try #require(report.deviations).law
    // The published coefficients are the least absolute deviations of these rows.
    #expect(agree(deviations.coefficients[3], 0.34781, to: 1e-4))
    #expect(agree(deviations.coefficients[4], 0.36585, to: 1e-4))
  }

  @Test("runs that a law misfits", arguments: ["c4_original", "rpj", "rw_original"])
  func gadre(set: String) throws {
    let table = try table(
      "gadre_overtraining.csv",
      where: ["dataset=\(set)"],
      columns: [.loss: Self.c4Loss]
    )
    let report = try report(table)
    #expect(
      report.warnings.map(\.id)
        == ["outliers-present", "residual-trend", "parameter-convention-matters"]
    )
    #expect(report.conventions?.differences.map(\.name) == ["alpha", "beta", "a", "G"])
  }

  @Test("the subset called misfitting")
  func misfitting() throws {
    let warnings = try report(table("openathena_isoflops.csv", where: Self.misfitting)).warnings
    #expect(warnings.map(\.id) == ["residual-trend"])
  }
}
