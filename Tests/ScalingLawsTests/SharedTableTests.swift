import CurveFitting
import FileFormats
import Foundation
import ScalingLaws
import TestSupport
import Testing

/// Reads a table of the shared data.
func sharedTable(
  _ file: String,
  columns: [RunColumn: String] = [:],
  where conditions: [String] = []
) throws -> RunTable {
  let path = TestFiles.shared("data/scaling/\(file)")
  let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
  let selections = try conditions.map { try RunSelection(parsing: $0) }
  let options = RunTableOptions(columns: columns, selections: selections)
  return try RunTable(CSVTable(parsing: bytes, name: file), options)
}

@Suite("Fits of published tables", .enabled(if: TestFiles.hasShared("data/scaling")))
struct SharedTableTests {
  @Test("explore")
  func explore() throws {
    let table = try sharedTable("epoch_chinchilla.csv", where: ["excluded_top5=False"])
    let clock = ContinuousClock()
    for form in ScalingLaw.forms {
      var result: FitResult?
      let time = try clock.measure { result = try LawFit(form, to: table).run() }
      guard let result else { continue }
      print(result.summary)
      print(time, result.fit.relativeGradient, result.fit.iterations, result.residualSumOfSquares)
      print(
        result.search.minima.map {
          ($0.startCount, $0.fit.residualSumOfSquares, $0.fit.termination, $0.fit.relativeGradient)
        },
        result.search.unconvergedCount
      )
    }
    for (file, w) in [
      ("epoch_chinchilla.csv", []), ("kyotakano_chinchilla_subset.csv", []),
      ("datablations.csv", ["epochs=1"]),
      (
        "openathena_isoflops.csv",
        ["experiment=epochai_chinchilla__massivetext__chinchilla", "outlier=False"]
      ), ("porian_isoflop.csv", ["hparams=tuned", "dataset=rw"]),
    ] as [(String, [String])] {
      do {
        let table = try sharedTable(file, where: w)
        for form in ScalingLaw.forms {
          let result = try LawFit(form, to: table).run()
          print(
            file,
            w,
            table.runs.count,
            form.name,
            result.law.coefficients,
            result.residualSumOfSquares,
            result.fit.covariance.conditionNumber,
            result.warnings.map(\.id)
          )
          print(
            result.search.minima.map {
              (
                $0.startCount, $0.fit.residualSumOfSquares, $0.fit.termination,
                $0.fit.relativeGradient
              )
            },
            result.search.unconvergedCount
          )
        }
      } catch { print(error) }
    }
  }
}
