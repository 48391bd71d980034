#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Kaplan's law above a floor: L = E + [(N_c/N)^(alpha_N/alpha_D) + D_c/D]^alpha_D.
///
/// Text has an entropy that no model goes below; ``Kaplan`` leaves it out, since over its authors'
/// runs the loss did not bend. (The floor is suggested in section 6.3 of Kaplan et al. 2020,
/// arXiv:2001.08361, and fitted for other data in Henighan et al. 2020, arXiv:2010.14701.)
public struct KaplanFloor: ScalingLawForm {
  private let kaplan = Kaplan()

  /// Creates the form.
  public init() {}

  /// `kaplan-floor`.
  public var name: String { "kaplan-floor" }

  /// The formula as people write it.
  public var formula: String { "L = E + [(N_c/N)^(alpha_N/alpha_D) + D_c/D]^alpha_D" }

  /// E, N_c, D_c, alpha_N, alpha_D.
  public var coefficients: [Coefficient] {
    [Coefficient(name: "E", unit: "nats per token", scale: .logarithmic, bounds: 1e-6...1e3)]
      + kaplan.coefficients
  }

  /// ln(E + K), with K the loss of ``Kaplan``.
  public func logLoss(_ run: LogRun, scaled: Span<Double>) -> Double {
    logAddExp(scaled[0], kaplan.logLoss(run, scaled: scaled.extracting(1..<5)))
  }

  /// The shares of E and K in the loss; that of K times the gradient of ln K.
  public func logLossGradient(
    _ run: LogRun,
    scaled: Span<Double>,
    gradient: inout MutableSpan<Double>
  ) {
    let inner = scaled.extracting(1..<5)
    let logBracket = kaplan.logLoss(run, scaled: inner)
    let total = logAddExp(scaled[0], logBracket)
    let share = exp(logBracket - total)
    var slopes: InlineArray<4, Double> = .init(repeating: 0)
    var span = slopes.mutableSpan
    kaplan.logLossGradient(run, scaled: inner, gradient: &span)
    gradient[0] = exp(scaled[0] - total)
    for place in 0..<4 { gradient[place + 1] = share * span[place] }
  }
}

// MARK: - What runs must show

extension KaplanFloor {
  /// Three each: E, a size and its exponent.
  public var leastDistinctValues: Int { 3 }

  /// Those of ``Kaplan``.
  public var terms: [LawTerm] {
    kaplan.terms.map { LawTerm(name: $0.name, coefficients: $0.coefficients.map { $0 + 1 }) }
  }

  /// What K loses without the term, and so L.
  public func termLosses(_ run: LogRun, scaled: Span<Double>) -> [Double] {
    kaplan.termLosses(run, scaled: scaled.extracting(1..<5))
  }
}

// MARK: - Units

extension KaplanFloor {
  /// ln E + m, with m the mean of ln L, and what ``Kaplan`` moves.
  public func decentered(_ scaled: [Double], from center: RunCenter) -> [Double]? {
    kaplan.decentered(Array(scaled.dropFirst()), from: center).map {
      [scaled[0] + center.logLoss] + $0
    }
  }

  /// One for E, and the slopes of ``Kaplan``.
  public func decenteringSlopes(_ scaled: [Double], from center: RunCenter) -> [[Double]] {
    let inner = kaplan.decenteringSlopes(Array(scaled.dropFirst()), from: center)
    return [[1, 0, 0, 0, 0]] + inner.map { [0] + $0 }
  }
}

// MARK: - Starting a fit

extension KaplanFloor {
  /// Starts with E a share of the smallest loss, and the bracket's terms sharing the rest.
  ///
  /// Above a floor the exponents are those of ``Chinchilla`` rather than of ``Kaplan``.
  public func starts(for runs: [Run]) -> [[Double]] {
    guard let middle = RunCenter(runs) else { return [] }
    let exponents = [0.1, 0.25, 0.5]
    var starts: [[Double]] = []
    for (floor, rest) in middle.floors {
      for alphaN in exponents {
        for alphaD in exponents {
          for sizeShare in [0.1, 0.5, 0.9] {
            // K^(1/alpha_D) is the sum of the terms; each gets its share.
            let logSum = log(rest) / alphaD
            starts.append([
              log(floor),
              middle.logParameters + alphaD / alphaN * (log(sizeShare) + logSum),
              middle.logTokens + log(1 - sizeShare) + logSum,
              alphaN,
              alphaD,
            ])
          }
        }
      }
    }
    return starts
  }
}

// MARK: - The optimum

extension KaplanFloor {
  /// Those of ``Kaplan``: a floor does not move the optimum.
  public func derivedQuantities(coefficients: [Double]) -> [DerivedQuantity] {
    kaplan.derivedQuantities(coefficients: Array(coefficients.dropFirst())).map { quantity in
      var quantity = quantity
      quantity.gradient.insert(0, at: 0)
      return quantity
    }
  }

  /// The split of ``Kaplan``, with E added to its loss.
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double,
    coefficients: [Double]
  ) -> Allocation? {
    var allocation = kaplan.optimum(
      compute: compute,
      flopsPerTokenParameter: flopsPerTokenParameter,
      coefficients: Array(coefficients.dropFirst())
    )
    allocation?.loss += coefficients[0]
    return allocation
  }
}
