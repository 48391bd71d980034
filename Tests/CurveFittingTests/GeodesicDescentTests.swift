import CurveFitting
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Decay y = a e^(−b x) at x = 0…7, with a in logarithms as the laws have it.
private struct Decay: SummedSquares {
  var observed: [Double]
  var bounds: [ClosedRange<Double>]?
  var parameterCount: Int { 2 }
  var residualCount: Int { observed.count }

  init(_ a: Double, _ b: Double) {
    observed = (0..<8).map { exp(a - b * Double($0)) }
  }

  func evaluate(_ point: inout Curvature) {
    point.value = 0
    for index in 0..<2 { point.gradient[index] = 0 }
    for index in 0..<4 { point.hessian[index] = 0 }
    for (row, value) in observed.enumerated() {
      let x = Double(row)
      let model = exp(point.parameters[0] - point.parameters[1] * x)
      let residual = value - model
      let slopes = [-model, x * model]
      point.value += residual * residual / 2
      for one in 0..<2 {
        point.gradient[one] += slopes[one] * residual
        for other in 0..<2 { point.hessian[2 * one + other] += slopes[one] * slopes[other] }
      }
    }
  }

  func bend(along change: [Double], at point: inout Curvature, into bend: inout [Double]) {
    for index in 0..<2 { bend[index] = 0 }
    for row in observed.indices {
      let x = Double(row)
      let model = exp(point.parameters[0] - point.parameters[1] * x)
      let rate = change[0] - change[1] * x
      // r″ = −model rate², and J = (−model, x model).
      bend[0] -= model * (model * rate * rate)
      bend[1] += x * model * (model * rate * rate)
    }
  }
}

@Suite("Descents with geodesic acceleration")
struct GeodesicDescentTests {
  @Test(
    "end near the minimum from far away",
    arguments: [[8.0, 0.01], [-6, 2], [0, 0], [3, 3]]
  )
  func far(start: [Double]) {
    let end = GeodesicDescent().descend(Decay(1, 0.5), from: start)
    #expect(abs(end.parameters[0] - 1) < 0.01 && abs(end.parameters[1] - 0.5) < 0.01)
    #expect(end.evaluations < 60)
  }

  @Test("take fewer evaluations for the bend")
  func bends() {
    var straight = GeodesicDescent()
    straight.accelerationLimit = 0.05
    let start = [8.0, 0.01]
    let bent = GeodesicDescent().descend(Decay(1, 0.5), from: start)
    #expect(bent.evaluations < straight.descend(Decay(1, 0.5), from: start).evaluations)
  }

  @Test("leave a good start as it is")
  func goal() {
    let end = GeodesicDescent().descend(Decay(1, 0.5), from: [1.01, 0.5], goal: 0.1)
    #expect(end.parameters == [1.01, 0.5] && end.evaluations == 1 && end.rootMeanSquare < 0.1)
  }

  @Test("never end above their start, however few evaluations they have")
  func limits() {
    for limit in 1...20 {
      var descent = GeodesicDescent()
      descent.evaluationLimit = limit
      let start = descent.descend(Decay(1, 0.5), from: [8, 0.01], goal: .infinity)
      let end = descent.descend(Decay(1, 0.5), from: [8, 0.01])
      #expect(end.rootMeanSquare <= start.rootMeanSquare && end.evaluations <= limit)
    }
  }

  @Test("stay inside bounds and move along them")
  func bounds() {
    var decay = Decay(1, 0.5)
    decay.bounds = [0...10, 0.7...5]
    let end = GeodesicDescent().descend(decay, from: [20, 0])
    #expect(end.parameters[1] == 0.7)
    // The least squares of a alone at b = 0.7.
    var (above, below) = (0.0, 0.0)
    for (row, value) in decay.observed.enumerated() {
      above += value * exp(-0.7 * Double(row))
      below += exp(-1.4 * Double(row))
    }
    #expect(abs(end.parameters[0] - log(above / below)) < 0.01)
  }

  @Test("give up where the residuals are not finite")
  func notFinite() {
    let end = GeodesicDescent().descend(Decay(1, 0.5), from: [800, 0])
    #expect(end.parameters == [800, 0] && end.evaluations == 1)
  }
}
