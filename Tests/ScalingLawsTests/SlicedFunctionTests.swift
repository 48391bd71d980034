import CurveFitting
import LossNumerics
import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// f = Σᵢ wᵢ sin(uᵢ + i) + ½ (Σᵢ vᵢ uᵢ)², whose derivatives are plain to see.
private struct Wave: CurvedFunction {
  var weights: [Double]
  var slopes: [Double]

  var parameterCount: Int { weights.count }
  var bounds: [ClosedRange<Double>]? { nil }

  func value(_ u: [Double]) -> Double {
    let line = zip(slopes, u).reduce(0) { $0 + $1.0 * $1.1 }
    return 0.5 * line * line
      + u.indices.reduce(0) { $0 + weights[$1] * sin(u[$1] + Double($1)) }
  }

  func evaluate(_ point: inout Curvature) {
    let u = point.parameters
    let line = zip(slopes, u).reduce(0) { $0 + $1.0 * $1.1 }
    point.value = value(u)
    for i in u.indices {
      point.gradient[i] = weights[i] * cos(u[i] + Double(i)) + line * slopes[i]
      point.scales[i] = abs(point.gradient[i])
      for j in u.indices { point.hessian[i * u.count + j] = slopes[i] * slopes[j] }
      point.hessian[i * (u.count + 1)] -= weights[i] * sin(u[i] + Double(i))
    }
  }
}

@Suite("Sliced functions")
struct SlicedFunctionTests {
  private static let base = Wave(
    weights: [0.7, -1.2, 0.9, 1.4, -0.6],
    slopes: [0.3, -0.5, 0.8, 1.1, -0.4]
  )
  private static let point = [0.6, 0, 1.1, 0.35, 0.42]

  /// Places as in Chinchilla's law, ln A or ln B depending, and tied exponents.
  static let links: [(dependent: Int, link: SplitLink)] = [
    (1, SplitLink(alpha: 3, beta: 4, other: 2, sign: 1, unit: 0.4, logProduct: 1.7)),
    (2, SplitLink(alpha: 3, beta: 4, other: 1, sign: -1, unit: -0.2, logProduct: 0.9)),
    (1, SplitLink(alpha: 3, beta: 3, other: 2, sign: 1, unit: 0, logProduct: 2.3)),
  ]

  @Test("the dependent amplitude is the one that puts N* where it is held", arguments: 0..<3)
  func value(_ index: Int) {
    let (dependent, link) = Self.links[index]
    let slice = SlicedFunction(
      base: Self.base,
      dependent: dependent,
      .split(link, logParameters: 0.8)
    )
    var point = Curvature(parameters: Self.point)
    slice.evaluate(&point)
    let u = point.parameters
    let (alpha, beta) = (u[3], index == 2 ? u[3] : u[4])
    let exponents = log(alpha) + u[1] - log(beta) - u[2]
    // Unit places stand between: ln N* = unit + (ln(alpha A/(beta B)) + beta ln(N D))/(alpha + beta).
    let unit = [0.4, -0.2, 0][index]
    let product = [1.7, 0.9, 2.3][index]
    let found = unit + (exponents + beta * product) / (alpha + beta)
    #expect(abs(found - 0.8) < 1e-14)
    #expect(point.value == Self.base.value(u))
  }

  @Test("gradient and Hessian are those that differences give, bends included", arguments: 0..<3)
  func derivatives(_ index: Int) {
    let (dependent, link) = Self.links[index]
    let slice = SlicedFunction(
      base: Self.base,
      dependent: dependent,
      .split(link, logParameters: 0.8)
    )
    check(slice, dependent)
  }

  @Test("an affine slice has none, and the same rule for the rest")
  func affine() {
    let dependence = SlicedFunction.Dependence.affine(offset: 0.3, slopes: [0.2, 0, -0.7, 1.3, 0])
    check(SlicedFunction(base: Self.base, dependent: 1, dependence), 1)
  }

  private func check(_ slice: SlicedFunction, _ dependent: Int) {
    func evaluated(_ u: [Double]) -> Curvature {
      var point = Curvature(parameters: u)
      slice.evaluate(&point)
      return point
    }
    let at = evaluated(Self.point)
    let step = 1e-5
    for i in Self.point.indices {
      var (up, down) = (Self.point, Self.point)
      up[i] += step
      down[i] -= step
      let (above, below) = (evaluated(up), evaluated(down))
      // Central differences err by step² times a third derivative, which 1/alpha³ makes large.
      let slope = (above.value - below.value) / (2 * step)
      #expect(abs(slope - at.gradient[i]) < 1e-7, "gradient \(i)")
      for j in Self.point.indices {
        let bend = (above.gradient[j] - below.gradient[j]) / (2 * step)
        #expect(abs(bend - at.hessian[i * 5 + j]) < 1e-6, "hessian \(i) \(j)")
        if i == dependent || j == dependent { #expect(at.hessian[i * 5 + j] == 0) }
      }
    }
    #expect(at.gradient[dependent] == 0)
    #expect(slice.bounds?[dependent] == 0...0)
  }
}
