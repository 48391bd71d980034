import LossNumerics

/// How uncertainty is found by fitting again to runs drawn with replacement.
///
/// Efron, Bootstrap methods, Annals of Statistics 7, 1979.
public struct Bootstrap: Sendable, Hashable {
  /// How many times.
  public var resampleCount: Int

  /// The seed of the draws.
  public var seed: UInt64

  /// What is drawn as one: for each run the number of its group; `nil` for each run alone.
  ///
  /// Runs that share noise, such as those of one model size, belong into a group.
  public var groups: [Int]?

  /// Within what is drawn: for each run the number of its stratum; `nil` for all runs together.
  ///
  /// Every resample has as many runs (or groups) of each stratum as the table.
  public var strata: [Int]?

  /// Asks for resamples.
  ///
  /// - Precondition: There is at least one.
  public init(
    resampleCount: Int = 1000,
    seed: UInt64 = 0,
    groups: [Int]? = nil,
    strata: [Int]? = nil
  ) {
    precondition(resampleCount > 0, "a bootstrap needs resamples")
    self.resampleCount = resampleCount
    self.seed = seed
    self.groups = groups
    self.strata = strata
  }
}

extension Bootstrap {
  /// How often each run is in a resample.
  ///
  /// - Parameters:
  ///   - index: Which resample; each has a generator of its own.
  ///   - runCount: The number of runs.
  /// - Returns: One count a run; they add up to the number of runs where groups are equally large.
  public func counts(ofResample index: Int, runCount: Int) -> [Double] {
    ResampleUnits(self, runCount: runCount).counts(ofResample: index)
  }
}

/// What a bootstrap draws, worked out once for all resamples.
///
/// Flat: threads that count references to the same small arrays wait for one another.
struct ResampleUnits: Sendable {
  private let seed: UInt64
  private let runCount: Int

  /// The runs, those that are drawn as one next to each other, units of one stratum together.
  private let runs: [Int]

  /// Where each unit begins in `runs`, and where the last one ends.
  private let unitStarts: [Int]

  /// Where each stratum begins among the units, and where the last one ends.
  private let stratumStarts: [Int]

  init(_ bootstrap: Bootstrap, runCount: Int) {
    seed = bootstrap.seed
    self.runCount = runCount
    let strata = Self.units(bootstrap, runCount)
    runs = strata.flatMap { $0.flatMap(\.self) }
    unitStarts = Self.starts(strata.flatMap { $0.map(\.count) })
    stratumStarts = Self.starts(strata.map(\.count))
  }

  /// For each stratum its units, each the runs that are drawn as one.
  private static func units(_ bootstrap: Bootstrap, _ runCount: Int) -> [[[Int]]] {
    var strata: [[[Int]]] = []
    var places: [[Int]: Int] = [:]
    var order: [Int: Int] = [:]
    for run in 0..<runCount {
      let stratum = bootstrap.strata?[run] ?? 0
      let place = order[stratum] ?? strata.count
      if place == strata.count {
        order[stratum] = place
        strata.append([])
      }
      let key = [stratum, bootstrap.groups?[run] ?? run]
      if let unit = places[key] {
        strata[place][unit].append(run)
      } else {
        places[key] = strata[place].count
        strata[place].append([run])
      }
    }
    return strata
  }

  private static func starts(_ counts: [Int]) -> [Int] {
    counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
  }

  /// How often each run is in a resample.
  func counts(ofResample index: Int) -> [Double] {
    var generator = SeededGenerator(seed: seed, stream: UInt64(index))
    var counts = [Double](repeating: 0, count: runCount)
    for stratum in 0..<(stratumStarts.count - 1) {
      let units = stratumStarts[stratum]..<stratumStarts[stratum + 1]
      for _ in units {
        let unit = units.lowerBound + generator.next(below: units.count)
        for place in unitStarts[unit]..<unitStarts[unit + 1] { counts[runs[place]] += 1 }
      }
    }
    return counts
  }
}
