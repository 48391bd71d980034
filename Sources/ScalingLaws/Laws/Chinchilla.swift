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
public struct Chinchilla: PowerSumForm {
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

  /// E, A/N^alpha and B/D^beta.
  public var powerTerms: [PowerTerm] {
    [
      .floor("E", amplitude: 0),
      .power("A/N^alpha", amplitude: 1, of: .parameters, exponent: 3),
      .power("B/D^beta", amplitude: 2, of: .tokens, exponent: 4),
    ]
  }
}

// MARK: - What runs must show

extension Chinchilla {
  /// Three each: E, A and alpha, or E, B and beta, are three unknowns.
  ///
  /// L = E + f(N) + g(D): two values of N give one difference of f for A and alpha, and the mean of
  /// the losses is already spent on E.
  public var leastDistinctValues: Int { 3 }
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
    for split in middle.splits {
      for alpha in exponents {
        for beta in exponents {
          starts.append([
            split.floor,
            split.first + alpha * middle.logParameters,
            split.second + beta * middle.logTokens,
            alpha,
            beta,
          ])
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
