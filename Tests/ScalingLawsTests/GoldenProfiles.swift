import ScalingLaws

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A table of five budgets and what NumPy and SciPy find in it (Golden/approaches.py).
struct GoldenProfiles: Sendable {
  var interpolation: ProfileInterpolation

  /// Budget, N*, L*, curvature.
  var profiles: [(Double, Double, Double, Double)]

  var a: Double
  var logFactor: Double

  /// Five budgets of seven sizes: a law, a wiggle of up to 0.4 %, five decimals.
  static let runs: [Run] = [1e18, 6e18, 3e19, 2e20, 1e21].enumerated().flatMap { row, budget in
    (0..<7).map { column in
      let size = (0.05 * (budget / 6).squareRoot() * pow(1.6, Double(column))).rounded()
      let tokens = budget / 6 / size
      let wiggle = sin(12.9898 * Double(7 * row + column + 1)) * 0.004
      let loss = 1.8172 + 482.01 / pow(size, 0.3478) + 2085.43 / pow(tokens, 0.3658)
      return Run(
        parameters: size,
        tokens: tokens,
        compute: budget,
        loss: (loss * (1 + wiggle) * 1e5).rounded() / 1e5
      )
    }
  }

  static let all = [
    Self(
      interpolation: .parabola,
      profiles: [
        (1e18, 80467983.43207477, 3.5036643568400887, 0.10418419114093277),
        (6e18, 201616485.9275669, 3.0205014645502626, 0.08327923295254239),
        (3e19, 450653395.6911614, 2.739875647541132, 0.055685294122529976),
        (2e20, 1249785714.2619574, 2.4585318826670646, 0.04544326124392308),
        (1e21, 2603670525.43134, 2.313025050206192, 0.029074870546001295),
      ],
      a: 0.5069649125393568,
      logFactor: -1.8921410442598363
    ),
    Self(
      interpolation: .akima,
      profiles: [
        (1e18, 81054377.560005, 3.5044045033288818, 0.09923457942767609),
        (6e18, 202915533.69238666, 3.0208331834502196, 0.07979639659292073),
        (3e19, 451164037.3351677, 2.7402879392805803, 0.054158535041956765),
        (2e20, 1264725524.0053666, 2.458589792152735, 0.04629940857849173),
        (1e21, 2569432505.3080993, 2.313255911169066, 0.029412954066010324),
      ],
      a: 0.504967622605262,
      logFactor: -1.8032964410439256
    ),
  ]
}
