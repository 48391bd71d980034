#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Chinchilla's law: L = E + A/N^alpha + B/D^beta.
///
/// A floor that no model goes below, a term that more parameters shrink and a term that more
/// tokens shrink. (Hoffmann et al. 2022, Training compute-optimal large language models,
/// arXiv:2203.15556, approach 3.)
public struct Chinchilla: ScalingLawForm {
  /// Creates the form.
  public init() {}

  /// `chinchilla`.
  public var name: String { "chinchilla" }

  /// The formula as people write it.
  public var formula: String { "L = E + A/N^alpha + B/D^beta" }

  /// E, A, B, alpha, beta.
  public var coefficients: [Coefficient] {
    [
      Coefficient(name: "E", unit: "nats per token", scale: .logarithmic, bounds: 1e-6...1e3),
      Coefficient(name: "A", unit: "nats per token", scale: .logarithmic, bounds: 1e-30...1e30),
      Coefficient(name: "B", unit: "nats per token", scale: .logarithmic, bounds: 1e-30...1e30),
      Coefficient(name: "alpha", unit: "", scale: .linear, bounds: 1e-3...5),
      Coefficient(name: "beta", unit: "", scale: .linear, bounds: 1e-3...5),
    ]
  }

  /// E + A/N^alpha + B/D^beta.
  public func loss(parameters: Double, tokens: Double, coefficients: [Double]) -> Double {
    let (E, A, B) = (coefficients[0], coefficients[1], coefficients[2])
    let (alpha, beta) = (coefficients[3], coefficients[4])
    // exp(ln A − alpha ln N) rather than A · N^−alpha: the power alone can underflow.
    return E + exp(log(A) - alpha * log(parameters)) + exp(log(B) - beta * log(tokens))
  }

  /// ln(e^(ln E) + e^(ln A − alpha ln N) + e^(ln B − beta ln D)), shifted by the largest term.
  public func logLoss(
    logParameters: Double,
    logTokens: Double,
    scaled: Span<Double>
  ) -> Double {
    let terms = logTerms(logParameters, logTokens, scaled)
    let largest = max(terms.floor, terms.size, terms.data)
    return largest
      + log(exp(terms.floor - largest) + exp(terms.size - largest) + exp(terms.data - largest))
  }

  /// Each term's share of the loss, times the derivative of the term's logarithm.
  ///
  /// ∂ ln L/∂ ln E = E/L; ∂ ln L/∂ ln A = A N^−alpha/L; ∂ ln L/∂ alpha = −ln N · A N^−alpha/L.
  public func logLossGradient(
    logParameters: Double,
    logTokens: Double,
    scaled: Span<Double>,
    gradient: inout MutableSpan<Double>
  ) {
    let terms = logTerms(logParameters, logTokens, scaled)
    let total = logLoss(logParameters: logParameters, logTokens: logTokens, scaled: scaled)
    let sizeShare = exp(terms.size - total)
    let dataShare = exp(terms.data - total)
    gradient[0] = exp(terms.floor - total)
    gradient[1] = sizeShare
    gradient[2] = dataShare
    gradient[3] = -logParameters * sizeShare
    gradient[4] = -logTokens * dataShare
  }

  private func logTerms(
    _ logParameters: Double,
    _ logTokens: Double,
    _ scaled: Span<Double>
  ) -> (floor: Double, size: Double, data: Double) {
    (
      scaled[0],
      scaled[1] - scaled[3] * logParameters,
      scaled[2] - scaled[4] * logTokens
    )
  }
}

// MARK: - What runs must show

extension Chinchilla {
  /// Three each: E, A and alpha, or E, B and beta, are three unknowns.
  ///
  /// L = E + f(N) + g(D): two values of N give one difference of f for A and alpha, and the mean of
  /// the losses is already spent on E.
  public var leastDistinctValues: Int { 3 }

  /// A/N^alpha and B/D^beta.
  public var terms: [LawTerm] {
    [
      LawTerm(name: "A/N^alpha", coefficients: [1, 3]),
      LawTerm(name: "B/D^beta", coefficients: [2, 4]),
    ]
  }

  /// The terms themselves.
  public func termLosses(
    parameters: Double,
    tokens: Double,
    coefficients: [Double]
  ) -> [Double] {
    [
      exp(log(coefficients[1]) - coefficients[3] * log(parameters)),
      exp(log(coefficients[2]) - coefficients[4] * log(tokens)),
    ]
  }
}

// MARK: - Units

extension Chinchilla {
  /// ln E + m, ln A + m + alpha n, ln B + m + beta d, with n, d and m the means of ln N, ln D, ln L.
  public func decentered(_ scaled: [Double], from center: RunCenter) -> [Double] {
    [
      scaled[0] + center.logLoss,
      scaled[1] + center.logLoss + scaled[3] * center.logParameters,
      scaled[2] + center.logLoss + scaled[4] * center.logTokens,
      scaled[3],
      scaled[4],
    ]
  }

  /// The unit matrix, with n for A by alpha and d for B by beta.
  public func decenteringSlopes(_ scaled: [Double], from center: RunCenter) -> [[Double]] {
    [
      [1, 0, 0, 0, 0],
      [0, 1, 0, center.logParameters, 0],
      [0, 0, 1, 0, center.logTokens],
      [0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1],
    ]
  }
}

// MARK: - Starting a fit

extension Chinchilla {
  /// Starts with E a share of the smallest loss and the rest split at the middle of the runs.
  ///
  /// At the geometric means of N and D the two terms add up to the geometric mean of the losses
  /// less E, split 1:3, 1:1 or 3:1; the exponents run over what tables of runs have shown.
  public func starts(for runs: [Run]) -> [[Double]] {
    guard let middle = RunCenter(runs) else { return [] }
    let exponents = [0.15, 0.35, 0.7]
    var starts: [[Double]] = []
    for floorShare in [0.3, 0.6, 0.9] {
      let floor = floorShare * middle.smallestLoss
      let rest = exp(middle.logLoss) - floor
      for sizeShare in [0.25, 0.5, 0.75] {
        for alpha in exponents {
          for beta in exponents {
            starts.append([
              log(floor),
              log(sizeShare * rest) + alpha * middle.logParameters,
              log((1 - sizeShare) * rest) + beta * middle.logTokens,
              alpha,
              beta,
            ])
          }
        }
      }
    }
    return starts
  }
}

// MARK: - The optimum

extension Chinchilla {
  /// a = beta/(alpha+beta), b = alpha/(alpha+beta), G = (alpha A/(beta B))^(1/(alpha+beta)).
  ///
  /// The compute optimum at C = k N D is N = G (C/k)^a and D = (C/k)^b / G. ln(a/b) = ln beta − ln
  /// alpha, on which scale the intervals of a and b are formed, stays inside what they can be.
  public func derivedQuantities(coefficients: [Double]) -> [DerivedQuantity] {
    let (alpha, beta) = (coefficients[3], coefficients[4])
    let split = split(coefficients)
    let sum = alpha + beta
    return [
      DerivedQuantity(
        name: "a",
        value: split.parameterExponent,
        scale: .logistic,
        gradient: [0, 0, 0, -1 / alpha, 1 / beta]
      ),
      DerivedQuantity(
        name: "b",
        value: split.tokenExponent,
        scale: .logistic,
        gradient: [0, 0, 0, 1 / alpha, -1 / beta]
      ),
      DerivedQuantity(
        name: "G",
        value: exp(split.logFactor),
        scale: .logarithmic,
        gradient: [
          0, 1 / sum, -1 / sum,
          (1 / alpha - split.logFactor) / sum, (-1 / beta - split.logFactor) / sum,
        ]
      ),
    ]
  }

  /// The closed-form optimum: the derivative of the loss along C = k N D is zero.
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
    OptimalSplit(
      logA: log(coefficients[1]),
      alpha: coefficients[3],
      logB: log(coefficients[2]),
      beta: coefficients[4]
    )
  }
}
