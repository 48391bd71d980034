import Foundation
import IsoLoss
import Synchronization

/// Simulates tables of runs and prints how often intervals of each method hold the truth.
///
/// One line for each method, noise and number of rows, with the share of tables in percent for each
/// quantity; a star marks what the method does not claim. 2,000 tables leave a standard error of half
/// a percent at 95.
func printCoverage(_ options: BenchmarkOptions) throws {
  let tableCount = options.isQuick ? 40 : 2000
  let resampleCount = options.isQuick ? 100 : 400
  let kernels = options.makeKernels()
  let heading = (["method", "noise", "rows"] + CoverageTargets.names + ["none"])
  print("| " + heading.joined(separator: " | ") + " |")
  print("|---|---|---:" + String(repeating: "|---:", count: heading.count - 3) + "|")
  for method in CoverageMethod.allCases {
    for noise in SimulatedNoise.allCases {
      for (sizeCount, lengthCount) in [(24, 10), (12, 5), (8, 3)] {
        let table = SimulatedTable(
          sizeCount: sizeCount,
          lengthCount: lengthCount,
          noise: noise
        )
        let name = "\(method.rawValue) \(noise.rawValue) \(table.rowCount)"
        guard options.selects(name) else { continue }
        let counts = Coverage(method: method, table: table).count(
          tableCount,
          resampleCount: resampleCount,
          on: kernels
        )
        let mark = method.claims(noise, rowCount: table.rowCount) ? "" : "*"
        print(
          "| \(method.rawValue)\(mark) | \(noise.rawValue) | \(table.rowCount) | "
            + counts.line + " |"
        )
        fflush(nil)
      }
    }
  }
}

/// One method on tables of one kind.
private struct Coverage {
  var method: CoverageMethod
  var table: SimulatedTable

  /// How often each interval held the truth, of how many there were.
  struct Counts: Sendable {
    var hits = [Int](repeating: 0, count: CoverageTargets.names.count)
    var intervals = [Int](repeating: 0, count: CoverageTargets.names.count)
    var withoutInterval = 0

    mutating func add(_ found: [Bool?]) {
      if found.contains(where: { $0 == nil }) { withoutInterval += 1 }
      for (place, hit) in found.enumerated() {
        guard let hit else { continue }
        intervals[place] += 1
        if hit { hits[place] += 1 }
      }
    }

    var line: String {
      let shares = zip(hits, intervals).map { hit, count in
        String(format: "%.1f", 100 * Double(hit) / Double(max(count, 1)))
      }
      return (shares + ["\(withoutInterval)"]).joined(separator: " | ")
    }
  }

  func count(_ tableCount: Int, resampleCount: Int, on kernels: KernelContext) -> Counts {
    let counts = Mutex(Counts())
    kernels.pool.forEachBlock(tableCount) { index, _ in
      var generator = SeededGenerator(seed: 20_220_329, stream: UInt64(index))
      let runs = table.runs(&generator)
      let result = method.fit(runs, resampleCount: resampleCount, seed: UInt64(index))
      let none = [Bool?](repeating: nil, count: CoverageTargets.names.count)
      let hits = result.map(CoverageTargets.hits) ?? none
      counts.withLock { $0.add(hits) }
    }
    return counts.withLock { $0 }
  }
}
