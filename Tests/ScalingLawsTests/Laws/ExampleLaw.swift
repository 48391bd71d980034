import ScalingLaws

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One law of every form, and runs that determine them all.
enum ExampleLaw {
  /// Published numbers where there are any, else such as tables of runs have.
  static let all: [ScalingLaw] = ScalingLaw.forms.compactMap { form in
    values[form.name].map { ScalingLaw(form: form, coefficients: $0) }
  }

  /// The example of a name.
  static func named(_ name: String) -> ScalingLaw? { all.first { $0.name == name } }

  private static let values: [String: [Double]] = [
    "chinchilla": [1.8172, 482.01, 2085.43, 0.3478, 0.3658],
    "chinchilla-tied": [exp(0.6254804), exp(6.255414), exp(7.3049974), 0.3526596],
    "over-training": [1.54, 150, 190, 0.121],
    "data-constrained": [
      exp(0.63032365), exp(5.9577184), exp(7.9145365), 0.33480313, 0.38289225, 15.387756, 5.309743,
    ],
    "data-constrained-tied": muennighoff,
    "kaplan": [6.4e13, 1.8e13, 0.076, 0.103],
    "kaplan-floor": [1.7, 1.3e8, 8e8, 0.34, 0.28],
    "power-n": [8.8e13, 0.076],
    "power-d": [5.4e13, 0.095],
    "power-c": [1.6e7 * ComputeFrontier.petaflopDay, 0.057],
    "power-n-floor": [1.7, 1.3e8, 0.34],
    "power-d-floor": [1.7, 8e8, 0.28],
    "power-c-floor": [1.7, 1e20, 0.155],
    "broken-n": [1.7, 8, 0.1, 0.25, 1e9, 0.4],
    "broken-d": [1.5, 2000, 0.4, -0.25, 1e10, 0.3],
    "broken-c": [1.6, 30, 0.06, 0.1, 1e20, 1.5],
  ]

  /// The constants of arXiv:2305.16264, with tied exponents.
  static let muennighoff = [
    exp(0.6254804), exp(6.255414), exp(7.3049974), 0.3526596, 15.387756, 5.309743,
  ]

  /// A hundred runs with the losses of a law; three in four repeat tokens where it describes that.
  static func runs(of law: ScalingLaw) -> [Run] {
    var runs: [Run] = []
    for size in 0..<10 {
      for length in 0..<10 {
        let parameters = 1e6 * pow(10, 5 * Double(size) / 9)
        let tokens = 1e8 * pow(10, 5 * Double(length) / 9)
        let epochs = [1.0, 3, 12, 60][(size + length) % 4]
        let place = LogRun(
          parameters: parameters,
          tokens: tokens,
          uniqueTokens: tokens / epochs
        )
        runs.append(
          Run(
            parameters: parameters,
            tokens: tokens,
            loss: law.form.loss(at: place, coefficients: law.coefficients),
            uniqueTokens: law.form.describesRepetition ? tokens / epochs : nil
          )
        )
      }
    }
    return runs
  }

  /// Places near and far from any run, with and without repeats.
  static let places: [LogRun] = [
    LogRun(parameters: 1e9, tokens: 2e10),
    LogRun(parameters: 1e6, tokens: 1e7),
    LogRun(parameters: 1e13, tokens: 1e9),
    LogRun(parameters: 3e8, tokens: 1e11, uniqueTokens: 2e10),
    LogRun(parameters: 8.7e9, tokens: 1.78e11, uniqueTokens: 1.1e10),
    LogRun(parameters: 1e3, tokens: 1e18, uniqueTokens: 1e6),
    LogRun(parameters: 1e20, tokens: 1e12, uniqueTokens: 1e4),
    LogRun(parameters: 1e9, tokens: 2e10, uniqueTokens: 1.9999e10),
    LogRun(parameters: 1e9, tokens: 2e10, uniqueTokens: 5e10),
  ]
}

extension ScalingLaw {
  /// What a fit of the law moves.
  var scaled: [Double] { form.scaled(coefficients) }
}

/// The derivatives of functions of several numbers by one of them, to fourth order in `step`.
func centralDifferences(
  of function: ([Double]) -> [Double],
  at point: [Double],
  by index: Int,
  step: Double
) -> [Double] {
  func values(_ offset: Double) -> [Double] {
    var moved = point
    moved[index] += offset
    return function(moved)
  }
  let (near, far) = (
    zip(values(step), values(-step)).map { $0 - $1 },
    zip(values(2 * step), values(-2 * step)).map { $0 - $1 }
  )
  return zip(near, far).map { (8 * $0 - $1) / (12 * step) }
}
