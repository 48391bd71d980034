import CurveFitting

/// A quantity that can be held while the other coefficients are fitted.
///
/// Holding it makes one scaled coefficient an affine function of the others: the coefficient
/// itself, ln A in the runs' own units (which is ln A of the middle and alpha times the middle's ln
/// N), or the split a, for which beta = alpha a/(1 − a). So the rest is again a problem without
/// constraints.
struct ProfiledQuantity: Sendable {
  /// How the held value gives the dependent coefficient from the others.
  enum Link: Sendable {
    /// z = t − offset − Σ slopes · others.
    case sum(offset: Double, slopes: [Double])

    /// z = exp(±t) · other.
    case ratio(other: Int, sign: Double)
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
    }
    slopes[dependent] = 0
    return SlicedFunction(base: base, dependent: dependent, offset: offset, slopes: slopes)
  }
}

/// A function of all coefficients but one, which is an affine function of the others.
///
/// The dependent coefficient keeps its place: its bounds are one point, so that no minimizer moves
/// it, and evaluation writes what it is.
struct SlicedFunction: CurvedFunction {
  private let base: any CurvedFunction
  private let dependent: Int
  private let offset: Double

  /// The derivative of the dependent coefficient by each other; zero at its own place.
  private let slopes: [Double]
  let bounds: [ClosedRange<Double>]?

  init(base: any CurvedFunction, dependent: Int, offset: Double, slopes: [Double]) {
    self.base = base
    self.dependent = dependent
    self.offset = offset
    self.slopes = slopes
    let free = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    var bounds = base.bounds ?? Array(repeating: free, count: slopes.count)
    bounds[dependent] = 0...0
    self.bounds = bounds
  }

  var parameterCount: Int { base.parameterCount }

  /// Evaluates the whole function, then adds the dependent coefficient's derivatives to the
  /// others'.
  ///
  /// With z = offset + sᵀ u: gradient g + s g_z, Hessian H + s h_zᵀ + h_z sᵀ + s sᵀ H_zz.
  func evaluate(_ point: inout Curvature) {
    var value = offset
    for (index, slope) in slopes.enumerated() where slope != 0 {
      value += slope * point.parameters[index]
    }
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
    point.gradient[dependent] = 0
    point.scales[dependent] = 0
    for index in slopes.indices {
      point.hessian[row + index] = 0
      point.hessian[index * count + dependent] = 0
    }
  }
}
