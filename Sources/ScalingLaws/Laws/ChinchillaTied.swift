#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Chinchilla's law with one exponent: L = E + A/N^alpha + B/D^alpha.
///
/// Parameters and tokens then grow alike with compute, and the best number of tokens for each
/// parameter is the same at every budget. One coefficient less than ``Chinchilla``: for tables too
/// small to tell the exponents apart. (Muennighoff et al. 2023, Scaling data-constrained language
/// models, arXiv:2305.16264, ties them so.)
public struct ChinchillaTied: PowerSumForm {
  /// Creates the form.
  public init() {}

  /// `chinchilla-tied`.
  public var name: String { "chinchilla-tied" }

  /// The formula as people write it.
  public var formula: String { "L = E + A/N^alpha + B/D^alpha" }

  /// E, A, B, alpha.
  public var coefficients: [Coefficient] {
    [
      Coefficient(name: "E", unit: "nats per token", scale: .logarithmic, bounds: 1e-6...1e3),
      Coefficient(name: "A", unit: "nats per token", scale: .logarithmic, bounds: 1e-30...1e30),
      Coefficient(name: "B", unit: "nats per token", scale: .logarithmic, bounds: 1e-30...1e30),
      Coefficient(name: "alpha", unit: "", scale: .linear, bounds: 1e-3...5),
    ]
  }

  /// E, A/N^alpha and B/D^alpha.
  public var powerTerms: [PowerTerm] {
    [
      .floor("E", amplitude: 0),
      .power("A/N^alpha", amplitude: 1, of: .parameters, exponent: 3),
      .power("B/D^alpha", amplitude: 2, of: .tokens, exponent: 3),
    ]
  }

  /// Three each, as for ``Chinchilla``: with one value of N its term is part of E.
  public var leastDistinctValues: Int { 3 }
}

// MARK: - Starting a fit

extension ChinchillaTied {
  /// Starts with E a share of the smallest loss and the rest split at the middle of the runs.
  public func starts(for runs: [Run]) -> [[Double]] {
    guard let middle = RunCenter(runs) else { return [] }
    return middle.splits.flatMap { split in
      [0.08, 0.15, 0.25, 0.4, 0.7].map { alpha in
        [
          split.floor,
          split.first + alpha * middle.logParameters,
          split.second + alpha * middle.logTokens,
          alpha,
        ]
      }
    }
  }
}

// MARK: - The optimum

extension ChinchillaTied {
  /// a = b = 1/2, known without error, and G = (A/B)^(1/(2 alpha)).
  ///
  /// The compute optimum at C = k N D is N = G (C/k)^a and D = (C/k)^b / G.
  public func derivedQuantities(coefficients: [Double]) -> [DerivedQuantity] {
    let alpha = coefficients[3]
    let logFactor = split(coefficients).logFactor
    let known = [0.0, 0, 0, 0]
    return [
      DerivedQuantity(name: "a", value: 0.5, scale: .logistic, gradient: known),
      DerivedQuantity(name: "b", value: 0.5, scale: .logistic, gradient: known),
      DerivedQuantity(
        name: "G",
        value: exp(logFactor),
        scale: .logarithmic,
        gradient: [0, 0.5 / alpha, -0.5 / alpha, -logFactor / alpha]
      ),
    ]
  }

  /// The closed-form optimum, with D/N = (B/A)^(1/alpha) at every budget.
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
      beta: coefficients[3]
    )
  }
}
