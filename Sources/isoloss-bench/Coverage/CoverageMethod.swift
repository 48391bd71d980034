import IsoLoss

/// A way to intervals whose coverage is counted.
enum CoverageMethod: String, CaseIterable {
  case covariance = "least squares"
  case robustCovariance = "least squares, HC3"
  case bootstrap = "least squares, bootstrap"
  case groupedBootstrap = "least squares, bootstrap by size"
  case huber = "Huber, bootstrap"

  /// Whether the method claims to cover noise in tables of so many runs.
  func claims(_ noise: SimulatedNoise, rowCount: Int) -> Bool {
    switch self {
    case .covariance: noise == .normal
    case .robustCovariance, .bootstrap: noise == .normal || noise == .heavyTails
    // Too wide with fewer runs, too narrow with fewer sizes.
    case .huber: (noise == .normal || noise == .heavyTails) && rowCount >= 240
    case .groupedBootstrap: noise == .sharedBySize && rowCount >= 240
    }
  }

  /// Fits runs; `nil` where they determine nothing.
  func fit(_ runs: [Run], resampleCount: Int, seed: UInt64) -> FitResult? {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "simulated", runs: runs))
    // Nine starts of the law's 81 find the same minimum, in a ninth of the time.
    fit.startLimit = 9
    switch self {
    case .covariance: break
    case .robustCovariance: fit.errorModel = .heteroscedastic
    case .bootstrap: fit.bootstrap = Bootstrap(resampleCount: resampleCount, seed: seed)
    case .groupedBootstrap:
      var numbers: [Double: Int] = [:]
      let groups = runs.map { run in
        let number = numbers[run.parameters] ?? numbers.count
        numbers[run.parameters] = number
        return number
      }
      fit.bootstrap = Bootstrap(resampleCount: resampleCount, seed: seed, groups: groups)
    case .huber:
      fit.objective = .huber()
      fit.bootstrap = Bootstrap(resampleCount: resampleCount, seed: seed)
    }
    return try? fit.run()
  }
}

/// The quantities whose intervals are held against the truth.
struct CoverageTargets {
  static let names = ["ln A", "ln B", "E", "alpha", "beta", "a", "ln N*", "L*"]

  /// Ten times the largest compute of the grid, where N* and L* are asked for.
  static let compute = 10 * 6 * 16e9 * 16e9 * 200.0

  /// Whether each interval holds the truth; `nil` where there is none.
  static func hits(_ result: FitResult) -> [Bool?] {
    let truth = SimulatedTable.truth
    let optimum = result.optimum(compute: compute)
    let best = truth.optimum(compute: compute)
    // An interval of A holds A exactly if that of ln A holds ln A.
    let fitted = ["A", "B", "E", "alpha", "beta", "a"].map { name in
      hit(result[name], truth[name])
    }
    return fitted + [hit(optimum?.parameters, best?.parameters), hit(optimum?.loss, best?.loss)]
  }

  private static func hit(_ estimate: Estimate?, _ value: Double?) -> Bool? {
    guard let interval = estimate?.interval, let value else { return nil }
    return interval.contains(value)
  }
}
