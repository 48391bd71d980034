package import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A quantity that can be held while the other coefficients are fitted.
///
/// Holding it makes one scaled coefficient a function of the others: the coefficient itself, ln A in
/// the runs' own units (which is ln A of the middle and alpha times the middle's ln N), the split a,
/// for which beta = alpha a/(1 − a), or N* at a budget, which gives ln A. So the rest is again a
/// problem without constraints.
struct ProfiledQuantity: Sendable {
  /// How the held value gives the dependent coefficient from the others.
  enum Link: Sendable {
    /// z = t − offset − Σ slopes · others.
    case sum(offset: Double, slopes: [Double])

    /// z = exp(±t) · other.
    case ratio(other: Int, sign: Double)

    /// ln A or ln B from ln N* at a budget.
    case split(SplitLink)
  }

  var name: String

  /// The scale on which the quantity is moved.
  var scale: Coefficient.Scale

  /// The values that may be visited, on that scale.
  var limits: ClosedRange<Double>

  /// The coefficient that depends on the others.
  var dependent: Int

  var link: Link

  /// The function with the quantity held at a scaled value.
  func slice(_ base: any CurvedFunction, at value: Double) -> SlicedFunction {
    var slopes = [Double](repeating: 0, count: base.parameterCount)
    var offset = 0.0
    switch link {
    case .sum(let shift, let others):
      offset = value - shift
      for (index, slope) in others.enumerated() { slopes[index] = -slope }
    case .ratio(let other, let sign):
      slopes[other] = Coefficient.Scale.logarithmic.natural(sign * value)
    case .split(let link):
      return SlicedFunction(base: base, dependent: dependent, .split(link, logParameters: value))
    }
    slopes[dependent] = 0
    return SlicedFunction(base: base, dependent: dependent, .affine(offset: offset, slopes: slopes))
  }
}

/// How ln N* at a budget gives the amplitude of one term from that of the other and both exponents.
///
/// ln N* = (ln(alpha A/(beta B)) + beta ln(N D))/(alpha + beta) is linear in ln A and ln B, so
/// ln A = ln B + w and ln B = ln A − w, with
/// w = (alpha + beta) ln N* − beta ln(N D) + ln beta − ln alpha.
package struct SplitLink: Sendable, Hashable {
  /// The place of alpha.
  var alpha: Int

  /// The place of beta, which may be alpha's.
  var beta: Int

  /// The place of the amplitude that does not depend.
  var other: Int

  /// 1 where ln A depends, −1 where ln B does.
  var sign: Double

  /// ln N of the unit that parameters are counted in.
  var unit: Double

  /// ln(N D) of the budget, in units of parameters and tokens.
  var logProduct: Double

  /// Describes the link.
  package init(
    alpha: Int,
    beta: Int,
    other: Int,
    sign: Double,
    unit: Double,
    logProduct: Double
  ) {
    self.alpha = alpha
    self.beta = beta
    self.other = other
    self.sign = sign
    self.unit = unit
    self.logProduct = logProduct
  }
}

/// A function of all coefficients but one, which is a function of the others.
///
/// The dependent coefficient keeps its place: its bounds are one point, so that no minimizer moves
/// it, and evaluation writes what it is.
package struct SlicedFunction: CurvedFunction {
  /// What the dependent coefficient is.
  package enum Dependence: Sendable {
    /// offset + Σ slopes · others, the slope at its own place zero.
    case affine(offset: Double, slopes: [Double])

    /// What ``SplitLink`` says with ln N* held.
    case split(SplitLink, logParameters: Double)
  }

  private let base: any CurvedFunction
  private let dependent: Int
  private let dependence: Dependence
  package let bounds: [ClosedRange<Double>]?

  /// Makes one coefficient of a function depend on the others.
  package init(base: any CurvedFunction, dependent: Int, _ dependence: Dependence) {
    self.base = base
    self.dependent = dependent
    self.dependence = dependence
    let free = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    var bounds = base.bounds ?? Array(repeating: free, count: base.parameterCount)
    bounds[dependent] = 0...0
    self.bounds = bounds
  }

  package var parameterCount: Int { base.parameterCount }

  /// Evaluates the whole function, then adds the dependent coefficient's derivatives to the
  /// others'.
  ///
  /// With z = z(u), its gradient s and its Hessian T, which is diagonal in all we hold: gradient
  /// g + s g_z, Hessian H + s h_zᵀ + h_z sᵀ + s sᵀ H_zz + g_z T.
  package func evaluate(_ point: inout Curvature) {
    let (value, slopes, bends) = dependence.value(at: point.parameters)
    point.parameters[dependent] = value
    base.evaluate(&point)
    let count = parameterCount
    let row = dependent * count
    for first in slopes.indices where slopes[first] != 0 {
      point.gradient[first] += slopes[first] * point.gradient[dependent]
      point.scales[first] += abs(slopes[first]) * point.scales[dependent]
    }
    for first in slopes.indices where first != dependent {
      for second in slopes.indices where second != dependent {
        point.hessian[first * count + second] +=
          slopes[first] * point.hessian[row + second] + slopes[second] * point.hessian[row + first]
          + slopes[first] * slopes[second] * point.hessian[row + dependent]
      }
    }
    for (index, bend) in bends {
      point.hessian[index * (count + 1)] += bend * point.gradient[dependent]
    }
    point.gradient[dependent] = 0
    point.scales[dependent] = 0
    for index in slopes.indices {
      point.hessian[row + index] = 0
      point.hessian[index * count + dependent] = 0
    }
  }
}

extension SlicedFunction.Dependence {
  /// The dependent coefficient with its first derivatives by all others, and its second where they
  /// are not zero.
  fileprivate func value(
    at parameters: [Double]
  ) -> (value: Double, slopes: [Double], bends: [(index: Int, bend: Double)]) {
    switch self {
    case .affine(let offset, let slopes):
      var value = offset
      for (index, slope) in slopes.enumerated() where slope != 0 {
        value += slope * parameters[index]
      }
      return (value, slopes, [])
    case .split(let link, let logParameters):
      let (alpha, beta) = (parameters[link.alpha], parameters[link.beta])
      let (own, sign) = (logParameters - link.unit, link.sign)
      let product = link.logProduct
      let w = (alpha + beta) * own - beta * product + log(beta) - log(alpha)
      var slopes = [Double](repeating: 0, count: parameters.count)
      slopes[link.other] = 1
      slopes[link.alpha] += sign * (own - 1 / alpha)
      slopes[link.beta] += sign * (own - product + 1 / beta)
      let bends = [
        (index: link.alpha, bend: sign / (alpha * alpha)),
        (index: link.beta, bend: -sign / (beta * beta)),
      ]
      return (parameters[link.other] + sign * w, slopes, bends)
    }
  }
}
