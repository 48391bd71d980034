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
    var generator = SeededGenerator(seed: seed, stream: UInt64(index))
    var counts = [Double](repeating: 0, count: runCount)
    for units in drawnUnits(runCount) {
      for _ in units {
        for run in units[generator.next(below: units.count)] { counts[run] += 1 }
      }
    }
    return counts
  }

  /// The units of each stratum, each unit the runs that are drawn as one.
  private func drawnUnits(_ runCount: Int) -> [[[Int]]] {
    var places: [[Int]: Int] = [:]
    var strataOrder: [Int: Int] = [:]
    var units: [[[Int]]] = []
    for run in 0..<runCount {
      let stratum = strata?[run] ?? 0
      let place = strataOrder[stratum] ?? units.count
      if place == units.count {
        strataOrder[stratum] = place
        units.append([])
      }
      let key = [stratum, groups?[run] ?? run]
      if let unit = places[key] {
        units[place][unit].append(run)
      } else {
        places[key] = units[place].count
        units[place].append([run])
      }
    }
    return units
  }
}
