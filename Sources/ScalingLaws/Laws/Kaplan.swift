#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Kaplan's law: L = [(N_c/N)^(alpha_N/alpha_D) + D_c/D]^alpha_D.
///
/// With endless tokens it is (N_c/N)^alpha_N, with an endless model (D_c/D)^alpha_D; there is no
/// floor. (Kaplan et al. 2020, Scaling laws for neural language models, arXiv:2001.08361,
/// equation 1.5.)
public struct Kaplan: ScalingLawForm {
  /// Creates the form.
  public init() {}

  /// `kaplan`.
  public var name: String { "kaplan" }

  /// The formula as people write it.
  public var formula: String { "L = [(N_c/N)^(alpha_N/alpha_D) + D_c/D]^alpha_D" }

  /// N_c, D_c, alpha_N, alpha_D.
  public var coefficients: [Coefficient] {
    [
      Coefficient(name: "N_c", unit: "parameters", scale: .logarithmic, bounds: 1e-120...1e120),
      Coefficient(name: "D_c", unit: "tokens", scale: .logarithmic, bounds: 1e-120...1e120),
      Coefficient(name: "alpha_N", unit: "", scale: .linear, bounds: 1e-3...5),
      Coefficient(name: "alpha_D", unit: "", scale: .linear, bounds: 1e-3...5),
    ]
  }

  /// alpha_D ln(e^(r (ln N_c − ln N)) + e^(ln D_c − ln D)), r = alpha_N/alpha_D.
  public func logLoss(_ run: LogRun, scaled: Span<Double>) -> Double {
    let size = scaled[2] / scaled[3] * (scaled[0] - run.parameters)
    let data = scaled[1] - run.tokens
    return scaled[3] * logAddExp(size, data)
  }

  /// The derivatives of the line above.
  ///
  /// With p and q the shares of the two terms, s = r (ln N_c − ln N), r = alpha_N/alpha_D,
  /// and e^d the second term:
  /// ∂/∂ ln N_c = alpha_N p; ∂/∂ ln D_c = alpha_D q; ∂/∂ alpha_N = p (ln N_c − ln N);
  /// ∂/∂ alpha_D = ln(e^s + e^d) − p s.
  public func logLossGradient(
    _ run: LogRun,
    scaled: Span<Double>,
    gradient: inout MutableSpan<Double>
  ) {
    let (alphaN, alphaD) = (scaled[2], scaled[3])
    let distance = scaled[0] - run.parameters
    let size = alphaN / alphaD * distance
    let data = scaled[1] - run.tokens
    let total = logAddExp(size, data)
    let sizeShare = exp(size - total)
    gradient[0] = alphaN * sizeShare
    gradient[1] = alphaD * exp(data - total)
    gradient[2] = sizeShare * distance
    gradient[3] = total - sizeShare * size
  }
}

// MARK: - What runs must show

extension Kaplan {
  /// Two each: without a floor, a size and its exponent are two unknowns.
  public var leastDistinctValues: Int { 2 }

  /// (N_c/N)^(alpha_N/alpha_D) and D_c/D.
  public var terms: [LawTerm] {
    [
      LawTerm(name: "(N_c/N)^(alpha_N/alpha_D)", coefficients: [0, 2]),
      LawTerm(name: "D_c/D", coefficients: [1]),
    ]
  }

  /// L − L without the term: L (1 − q^alpha_D), with q the share of the other term in the bracket.
  public func termLosses(_ run: LogRun, scaled: Span<Double>) -> [Double] {
    let (alphaN, alphaD) = (scaled[2], scaled[3])
    let size = alphaN / alphaD * (scaled[0] - run.parameters)
    let data = scaled[1] - run.tokens
    let total = logAddExp(size, data)
    let loss = exp(alphaD * total)
    return [data, size].map { other in -loss * expm1(alphaD * (other - total)) }
  }
}

// MARK: - Units

extension Kaplan {
  /// ln N_c + n + m/alpha_N, ln D_c + d + m/alpha_D, with n, d and m the means of ln N, ln D, ln L.
  ///
  /// A factor e^m of the loss is one of e^(m/alpha_D) of the bracket.
  public func decentered(_ scaled: [Double], from center: RunCenter) -> [Double]? {
    [
      scaled[0] + center.logParameters + center.logLoss / scaled[2],
      scaled[1] + center.logTokens + center.logLoss / scaled[3],
      scaled[2],
      scaled[3],
    ]
  }

  /// The unit matrix, with −m/alpha² for N_c and D_c by their exponents.
  public func decenteringSlopes(_ scaled: [Double], from center: RunCenter) -> [[Double]] {
    [
      [1, 0, -center.logLoss / (scaled[2] * scaled[2]), 0],
      [0, 1, 0, -center.logLoss / (scaled[3] * scaled[3])],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]
  }
}

// MARK: - Starting a fit

extension Kaplan {
  /// Starts that meet the middle of the runs, with the two terms sharing it 1:9, 1:1 or 9:1.
  public func starts(for runs: [Run]) -> [[Double]] {
    guard let middle = RunCenter(runs) else { return [] }
    let exponents = [0.04, 0.08, 0.16, 0.32]
    var starts: [[Double]] = []
    for alphaN in exponents {
      for alphaD in exponents {
        for sizeShare in [0.1, 0.5, 0.9] {
          // L^(1/alpha_D) is the sum of the terms; each gets its share.
          let logSum = middle.logLoss / alphaD
          starts.append([
            middle.logParameters + alphaD / alphaN * (log(sizeShare) + logSum),
            middle.logTokens + log(1 - sizeShare) + logSum,
            alphaN,
            alphaD,
          ])
        }
      }
    }
    return starts
  }
}

// MARK: - The optimum

extension Kaplan {
  /// a = 1/(1+r), b = r/(1+r), G = (r N_c^r/D_c)^(1/(1+r)), with r = alpha_N/alpha_D.
  ///
  /// The compute optimum at C = k N D is N = G (C/k)^a and D = (C/k)^b / G. ln(a/b) = −ln r, on which
  /// scale the intervals of a and b are formed, stays inside what they can be.
  public func derivedQuantities(coefficients: [Double]) -> [DerivedQuantity] {
    let (alphaN, alphaD) = (coefficients[2], coefficients[3])
    let split = split(coefficients)
    let r = alphaN / alphaD
    // Everything depends on the exponents through r alone.
    let (rByAlphaN, rByAlphaD) = (1 / alphaD, -r / alphaD)
    let factorSlope = (1 / r + log(coefficients[0]) - split.logFactor) / (1 + r)
    return [
      DerivedQuantity(
        name: "a",
        value: split.parameterExponent,
        scale: .logistic,
        gradient: [0, 0, -1 / alphaN, 1 / alphaD]
      ),
      DerivedQuantity(
        name: "b",
        value: split.tokenExponent,
        scale: .logistic,
        gradient: [0, 0, 1 / alphaN, -1 / alphaD]
      ),
      DerivedQuantity(
        name: "G",
        value: exp(split.logFactor),
        scale: .logarithmic,
        gradient: [
          r / (1 + r), -1 / (1 + r), factorSlope * rByAlphaN, factorSlope * rByAlphaD,
        ]
      ),
    ]
  }

  /// The closed-form optimum.
  ///
  /// The bracket is Chinchilla's sum with A = N_c^r, alpha = r, B = D_c, beta = 1, and raising it to
  /// alpha_D keeps the order; so N^(1+r) = r N_c^r C/(k D_c).
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double,
    coefficients: [Double]
  ) -> Allocation? {
    split(coefficients).allocate(compute, flopsPerTokenParameter) { parameters, tokens in
      loss(parameters: parameters, tokens: tokens, coefficients: coefficients)
    }
  }

  private func split(_ coefficients: [Double]) -> OptimalSplit {
    let r = coefficients[2] / coefficients[3]
    return OptimalSplit(
      logA: r * log(coefficients[0]),
      alpha: r,
      logB: log(coefficients[1]),
      beta: 1
    )
  }
}
