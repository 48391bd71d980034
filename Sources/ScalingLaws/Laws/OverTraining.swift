#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The law of over-training: L = E + (A M^eta + B M^−eta) C^−eta, M = D/N.
///
/// At any fixed M the loss falls with compute by the same exponent; training a small model for long
/// (a large M) costs a constant factor of the part above E. (Gadre et al. 2024, Language models scale
/// reliably with over-training and on downstream tasks, arXiv:2403.08540.)
///
/// The paper writes a and b for A and B here, which elsewhere in this package are the exponents of
/// the optimum. With C = k N D it is ``ChinchillaTied`` with alpha = 2 eta: its A is ours times k^−eta,
/// and its B likewise; a table whose compute is measured rather than k N D tells them apart.
public struct OverTraining: PowerSumForm {
  /// Creates the form.
  public init() {}

  /// `over-training`.
  public var name: String { "over-training" }

  /// The formula as people write it.
  public var formula: String { "L = E + (A M^eta + B M^-eta) C^-eta, M = D/N" }

  /// E, A, B, eta.
  public var coefficients: [Coefficient] {
    [
      Coefficient(name: "E", unit: "nats per token", scale: .logarithmic, bounds: 1e-6...1e3),
      Coefficient(name: "A", unit: "nats per token", scale: .logarithmic, bounds: 1e-30...1e30),
      Coefficient(name: "B", unit: "nats per token", scale: .logarithmic, bounds: 1e-30...1e30),
      Coefficient(name: "eta", unit: "", scale: .linear, bounds: 1e-3...5),
    ]
  }

  /// N, D and C.
  public var variables: Set<RunVariable> { [.parameters, .tokens, .compute] }

  /// E, A (C N/D)^−eta and B (C D/N)^−eta.
  public var powerTerms: [PowerTerm] {
    [
      .floor("E", amplitude: 0),
      .power("A (C/M)^-eta", amplitude: 1, of: Self.size, exponent: 3),
      .power("B (C M)^-eta", amplitude: 2, of: Self.data, exponent: 3),
    ]
  }

  /// Three each: E, an amplitude and eta.
  public var leastDistinctValues: Int { 3 }

  /// C N/D, which is k N².
  private static let size = LogVariable(parameters: 1, tokens: -1, compute: 1)

  /// C D/N, which is k D².
  private static let data = LogVariable(parameters: -1, tokens: 1, compute: 1)
}

// MARK: - Starting a fit

extension OverTraining {
  /// Starts with E a share of the smallest loss and the rest split at the middle of the runs.
  public func starts(for runs: [Run]) -> [[Double]] {
    guard let middle = RunCenter(runs) else { return [] }
    return middle.splits.flatMap { split in
      [0.04, 0.08, 0.12, 0.2, 0.35].map { eta in
        [
          split.floor,
          split.first + eta * Self.size.value(at: middle.place),
          split.second + eta * Self.data.value(at: middle.place),
          eta,
        ]
      }
    }
  }
}

// MARK: - The optimum

extension OverTraining {
  /// a = b = 1/2, known without error, G = M^(−1/2), and the best M = (B/A)^(1/(2 eta)).
  ///
  /// A M^eta + B M^−eta is least where both terms are equal, at every C. The compute optimum at
  /// C = k N D is N = G (C/k)^a and D = (C/k)^b / G.
  public func derivedQuantities(coefficients: [Double]) -> [DerivedQuantity] {
    let eta = coefficients[3]
    let logRatio = logOptimalRatio(coefficients)
    let known = [0.0, 0, 0, 0]
    let slopes = [0, -0.5 / eta, 0.5 / eta, -logRatio / eta]
    return [
      DerivedQuantity(name: "a", value: 0.5, scale: .logistic, gradient: known),
      DerivedQuantity(name: "b", value: 0.5, scale: .logistic, gradient: known),
      DerivedQuantity(
        name: "G",
        value: exp(-0.5 * logRatio),
        scale: .logarithmic,
        gradient: slopes.map { -0.5 * $0 }
      ),
      DerivedQuantity(name: "M", value: exp(logRatio), scale: .logarithmic, gradient: slopes),
    ]
  }

  /// The closed-form optimum, with the same D/N at every budget.
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double,
    coefficients: [Double]
  ) -> Allocation? {
    let logProduct = log(compute / flopsPerTokenParameter)
    let logRatio = logOptimalRatio(coefficients)
    let place = LogRun(
      parameters: (logProduct - logRatio) / 2,
      tokens: (logProduct + logRatio) / 2,
      compute: log(compute)
    )
    return Allocation(
      parameters: exp(place.parameters),
      tokens: exp(place.tokens),
      loss: loss(at: place, coefficients: coefficients),
      compute: compute
    )
  }

  private func logOptimalRatio(_ coefficients: [Double]) -> Double {
    (log(coefficients[2]) - log(coefficients[1])) / (2 * coefficients[3])
  }
}
