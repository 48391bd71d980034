import CurveFitting
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Rosenbrock's valley, 100 (y − x²)² + (1 − x)².
private struct Valley: CurvedFunction {
  var bounds: [ClosedRange<Double>]?
  var parameterCount: Int { 2 }

  func evaluate(_ point: inout Curvature) {
    let (x, y) = (point.parameters[0], point.parameters[1])
    let bend = y - x * x
    point.value = 100 * bend * bend + (1 - x) * (1 - x)
    point.gradient = [-400 * x * bend - 2 * (1 - x), 200 * bend]
    point.scales = [400 * abs(x) * (abs(y) + x * x) + 2 * (1 + abs(x)), 200 * (abs(y) + x * x)]
    point.hessian = [-400 * bend + 800 * x * x + 2, -400 * x, -400 * x, 200]
    point.roundoff = 1e-31
  }
}

/// x⁴/4 − x²/2 + y², with a saddle at the origin and minima at x = ±1.
private struct Saddle: CurvedFunction {
  var bounds: [ClosedRange<Double>]? { nil }
  var parameterCount: Int { 2 }

  func evaluate(_ point: inout Curvature) {
    let (x, y) = (point.parameters[0], point.parameters[1])
    point.value = x * x * x * x / 4 - x * x / 2 + y * y + 1
    point.gradient = [x * x * x - x, 2 * y]
    point.scales = [abs(x * x * x) + abs(x) + 1, abs(2 * y) + 1]
    point.hessian = [3 * x * x - 1, 0, 0, 2]
  }
}

/// Brownlee's stack losses: air flow, water temperature, acid concentration, loss.
///
/// Least absolute deviations of them are known in rational numbers: Koenker, Quantile regression, 2005.
private struct StackLoss: ResidualProblem {
  static let rows: [[Double]] = [
    [80, 27, 89, 42], [80, 27, 88, 37], [75, 25, 90, 37], [62, 24, 87, 28], [62, 22, 87, 18],
    [62, 23, 87, 18], [62, 24, 93, 19], [62, 24, 93, 20], [58, 23, 87, 15], [58, 18, 80, 14],
    [58, 18, 89, 14], [58, 17, 88, 13], [58, 18, 82, 11], [58, 19, 93, 12], [50, 18, 89, 8],
    [50, 18, 86, 7], [50, 19, 72, 8], [50, 19, 79, 8], [50, 20, 80, 9], [56, 20, 82, 15],
    [70, 20, 91, 15],
  ]

  var residualCount: Int { Self.rows.count }
  var parameterCount: Int { 4 }

  func residuals(at b: Span<Double>, into residuals: inout MutableSpan<Double>) {
    for (row, x) in Self.rows.enumerated() {
      residuals[row] = x[3] - (b[0] + b[1] * x[0] + b[2] * x[1] + b[3] * x[2])
    }
  }

  func jacobian(at b: Span<Double>, into jacobian: inout DenseMatrix) {
    for (row, x) in Self.rows.enumerated() {
      for (column, value) in [1, x[0], x[1], x[2]].enumerated() { jacobian[row, column] = -value }
    }
  }

  func absolute(below: Double = 1) -> LocalMinimum {
    let weights = [Double](repeating: 1, count: residualCount)
    return AbsoluteMinimizer().minimize(
      self,
      weights: weights,
      below: below,
      from: [0, 0, 0, 0]
    ) { PenalizedResiduals(self, weights: weights, penalty: $0) }
  }
}

@Suite("Newton's method in a trust region")
struct NewtonMinimizerTests {
  @Test("a bent valley is followed to its end")
  func valley() {
    let minimum = NewtonMinimizer().minimize(Valley(), from: [-1.2, 1])
    #expect(minimum.isConverged)
    // A relative gradient of 1e-10, parts of size 1,600 and a least curvature of 0.4.
    for value in minimum.parameters { #expect(abs(value - 1) < 4e-7) }
    #expect(minimum.iterations < 40)
  }

  @Test("a bound is kept, and named where the function presses against it")
  func bounds() {
    let bounded = Valley(bounds: [-2...0.5, -2...2])
    let minimum = NewtonMinimizer().minimize(bounded, from: [-1.2, 1])
    #expect(minimum.isConverged)
    #expect(minimum.parametersAtBound == [0])
    // At x = 1/2 the best y is x².
    #expect(minimum.parameters[0] == 0.5 && abs(minimum.parameters[1] - 0.25) < 1e-12)
  }

  @Test("a saddle is left, from its very point too")
  func saddle() {
    for start in [[0.0, 0], [0, 3], [1e-9, -2]] {
      let minimum = NewtonMinimizer().minimize(Saddle(), from: start)
      #expect(minimum.isConverged)
      #expect(abs(abs(minimum.parameters[0]) - 1) < 1e-9 && abs(minimum.parameters[1]) < 1e-9)
    }
  }

  @Test("a limit of steps ends as such")
  func limit() {
    var minimizer = NewtonMinimizer()
    minimizer.iterationLimit = 3
    let minimum = minimizer.minimize(Valley(), from: [-1.2, 1])
    #expect(minimum.termination == .iterationLimit)
    #expect(!minimum.isConverged)
  }

  @Test(
    "the penalty's slopes match differences",
    arguments: [
      Penalty.squares, .huber(0.5), Penalty(threshold: 0.3, above: 2, below: 5),
    ]
  )
  func penalties(_ penalty: Penalty) {
    for residual in [-2.0, -0.7, -0.2, 0.1, 0.45, 3] {
      let h = 1e-6
      let rise = (penalty.value(residual + h) - penalty.value(residual - h)) / (2 * h)
      #expect(abs(rise - penalty.slope(residual)) < 1e-8)
      let bend = (penalty.slope(residual + h) - penalty.slope(residual - h)) / (2 * h)
      #expect(abs(bend - penalty.curvature(residual)) < 1e-8)
    }
    // Square and line meet without a jump.
    let t = min(penalty.threshold, 1e300)
    #expect(penalty.value(t) == penalty.above * t * t / 2 || penalty.threshold == .infinity)
  }
}

@Suite("Least absolute deviations")
struct AbsoluteMinimizerTests {
  @Test("Brownlee's stack losses")
  func stackLoss() {
    let minimum = StackLoss().absolute()
    #expect(minimum.termination == .dualCertificate)
    // The vertex that SciPy 1.17.1 finds (linprog), in the digits that R's quantreg prints too.
    let expected = [-39.68985507, 0.83188406, 0.57391304, -0.06086957]
    for (value, known) in zip(minimum.parameters, expected) { #expect(abs(value - known) < 5e-9) }
    #expect(abs(minimum.objective - 42.08115942) < 5e-9)
  }

  @Test("other weights of the two signs give other quantiles")
  func quantiles() {
    // Negative residuals 2.7 times as dear as positive ones give the quantile of 1/3.7, on which
    // eight losses lie where four would do: SciPy's linprog finds 65 there.
    let minimum = StackLoss().absolute(below: 2.7)
    #expect(minimum.termination == .dualCertificate)
    #expect(abs(minimum.objective - 65) < 1e-9)
    var residuals = [Double](repeating: 0, count: 21)
    var span = residuals.mutableSpan
    StackLoss().residuals(at: minimum.parameters.span, into: &span)
    // At most that share lies strictly below, and at most the rest strictly above.
    #expect(Double(residuals.count { $0 < -1e-9 }) <= 21 / 3.7)
    #expect(Double(residuals.count { $0 > 1e-9 }) <= 21 * 2.7 / 3.7)
  }
}
