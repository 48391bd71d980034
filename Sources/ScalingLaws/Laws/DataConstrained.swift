#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The law for repeated data: L = E + A/N'^alpha + B/D'^beta, with D' and N' what D and N are worth.
///
/// Of D tokens, U are different ones. Each pass over them is worth less than the one before, and so
/// are parameters beyond those that U tokens can use, N_opt(U), the compute optimum of ``Chinchilla``:
///
///     D' = U + U R_D (1 − exp(−(D/U − 1)/R_D))
///     N' = V + V R_N (1 − exp(−(N/V − 1)/R_N)),   V = min(N, N_opt(U)),
///     alpha A/N_opt^alpha = beta B/U^beta
///
/// R_D and R_N, starred in the paper, say how many repeats count before they wear out: however often
/// U tokens are read, they are worth at most U (1 + R_D). (Muennighoff et al. 2023, Scaling
/// data-constrained language models, arXiv:2305.16264, equations 5 and 6; there alpha = beta.)
///
/// Nothing breaks where repetition starts: at D = U the slope of D' by D is one and that by U zero,
/// and so for N at N_opt, so that loss and gradient are continuous; where both sides meet, the side
/// without repeats is evaluated. Without repeats (U ≥ D, where U counts as D) tokens are worth
/// themselves, and up to N_opt(D) the law is ``Chinchilla``'s to the bit; a larger model still has
/// more parameters than its data can use, and pays for them.
public struct DataConstrained: ScalingLawForm {
  private let isTied: Bool

  /// Creates the form, with one exponent for parameters and tokens where it is tied.
  public init(isTied: Bool = false) {
    self.isTied = isTied
  }

  /// `data-constrained` or `data-constrained-tied`.
  public var name: String { isTied ? "data-constrained-tied" : "data-constrained" }

  /// The formula as people write it.
  public var formula: String {
    "L = E + A/N'^alpha + B/D'^\(isTied ? "alpha" : "beta"),"
      + " D' = U + U R_D (1 - exp(-(D/U - 1)/R_D)), N' likewise beyond N_opt(U)"
  }

  /// Those of ``Chinchilla`` or ``ChinchillaTied``, then R_D, R_N.
  public var coefficients: [Coefficient] {
    plain.coefficients
      + ["R_D", "R_N"].map {
        Coefficient(name: $0, unit: "repeats", scale: .logarithmic, bounds: 1e-3...1e6)
      }
  }

  /// It does.
  public var describesRepetition: Bool { true }

  /// The law of runs without repeats.
  private var plain: any PowerSumForm { isTied ? ChinchillaTied() : Chinchilla() }

  /// The number of coefficients of ``plain``, and the place of R_D.
  private var plainCount: Int { isTied ? 4 : 5 }

  private var betaPlace: Int { isTied ? 3 : 4 }
}

// MARK: - What repeats are worth

/// What a quantity is worth of which only a part is new, by logarithms: W = V (1 + R (1 − e^(−r/R))).
///
/// V is the part, r = X/V − 1 the number of times the whole repeats it, and R how many repeats count.
private struct Worth {
  /// ln W.
  var logValue: Double

  /// ∂ ln W/∂ ln V at fixed X.
  var slopeByPart: Double = 0

  /// ∂ ln W/∂ ln R.
  var slopeByRepeats: Double = 0

  init(logWhole: Double, logPart: Double, logRepeats: Double) {
    guard logWhole > logPart else {
      logValue = logWhole
      return
    }
    let limit = exp(logRepeats)
    // Infinite from 10^308 repeats on, which are worth what endless ones are.
    let spent = expm1(logWhole - logPart) / limit
    let gain = log1p(-limit * expm1(-spent))
    logValue = logPart + gain
    // W falls short of growing with V by what a further repeat would add.
    slopeByPart = -expm1(logWhole - logPart - spent - gain)
    slopeByRepeats = limit * unfinishedDecay(spent) * exp(-gain)
  }
}

/// 1 − (1 + x) e^(−x), for x ≥ 0.
private func unfinishedDecay(_ x: Double) -> Double {
  guard x < 0.1 else { return x < 750 ? -expm1(-x) - x * exp(-x) : 1 }
  // Σ (−1)^k (k − 1) x^k/k! from k = 2: the difference above would lose digits to cancellation.
  var power = x
  var sum = 0.0
  for k in 2...12 {
    power *= -x / Double(k)
    sum -= power * Double(k - 1)
  }
  return sum
}

extension DataConstrained {
  /// N', D' and N_opt(U) of a run.
  private struct Effective {
    var size: Worth
    var data: Worth
    var logUnique: Double
    var logBestSize: Double
    var place: LogRun
  }

  private func effective(_ run: LogRun, _ scaled: Span<Double>) -> Effective {
    let (alpha, beta) = (scaled[3], scaled[betaPlace])
    let unique = min(run.uniqueTokens, run.tokens)
    let bestSize = (log(alpha / beta) + scaled[1] - scaled[2] + beta * unique) / alpha
    let size = Worth(
      logWhole: run.parameters,
      logPart: bestSize,
      logRepeats: scaled[plainCount + 1]
    )
    let data = Worth(logWhole: run.tokens, logPart: unique, logRepeats: scaled[plainCount])
    return Effective(
      size: size,
      data: data,
      logUnique: unique,
      logBestSize: bestSize,
      place: LogRun(parameters: size.logValue, tokens: data.logValue, compute: run.compute)
    )
  }
}

// MARK: - The loss

extension DataConstrained {
  /// The plain law at N' and D'.
  public func logLoss(_ run: LogRun, scaled: Span<Double>) -> Double {
    plainLogLoss(effective(run, scaled).place, scaled)
  }

  /// The plain law's gradient at N' and D', and what moves those.
  ///
  /// With p and q the shares of the terms of N' and D': ∂ ln L/∂ ln N' = −alpha p and
  /// ∂ ln L/∂ ln D' = −beta q. Through N_opt(U) the law depends on A, B and the exponents again:
  /// alpha ln N_opt = ln alpha + ln A − ln beta − ln B + beta ln U.
  public func logLossGradient(
    _ run: LogRun,
    scaled: Span<Double>,
    gradient: inout MutableSpan<Double>
  ) {
    let (alpha, beta) = (scaled[3], scaled[betaPlace])
    let effective = effective(run, scaled)
    for index in gradient.indices { gradient[index] = 0 }
    if isTied {
      ChinchillaTied().logLossGradient(effective.place, scaled: scaled, gradient: &gradient)
    } else {
      Chinchilla().logLossGradient(effective.place, scaled: scaled, gradient: &gradient)
    }
    // Read before they are added to: the derivatives by ln A and ln B are the terms' shares.
    let (bySize, byData) = (-alpha * gradient[1], -beta * gradient[2])
    let byBestSize = bySize * effective.size.slopeByPart
    gradient[1] += byBestSize / alpha
    gradient[2] -= byBestSize / alpha
    gradient[3] += byBestSize * (1 / alpha - effective.logBestSize) / alpha
    gradient[betaPlace] += byBestSize * (effective.logUnique - 1 / beta) / alpha
    gradient[plainCount] = byData * effective.data.slopeByRepeats
    gradient[plainCount + 1] = bySize * effective.size.slopeByRepeats
  }

  private func plainLogLoss(_ place: LogRun, _ scaled: Span<Double>) -> Double {
    isTied
      ? ChinchillaTied().logLoss(place, scaled: scaled)
      : Chinchilla().logLoss(place, scaled: scaled)
  }
}

// MARK: - What runs must show

extension DataConstrained {
  /// Three each, as for ``Chinchilla``.
  public var leastDistinctValues: Int { plain.leastDistinctValues }

  /// The terms of N' and D', and what each would lose if repeats were as good as new.
  ///
  /// The latter two show whether the runs tell R_D and R_N at all.
  public var terms: [LawTerm] {
    let exponent = isTied ? "alpha" : "beta"
    return [
      LawTerm(name: "A/N'^alpha", coefficients: isTied ? [1] : [1, 3]),
      LawTerm(name: "B/D'^\(exponent)", coefficients: isTied ? [2] : [2, 4]),
      LawTerm(name: "B/D'^\(exponent) - B/D^\(exponent)", coefficients: [plainCount]),
      LawTerm(name: "A/N'^alpha - A/N^alpha", coefficients: [plainCount + 1]),
    ]
  }

  /// A/N'^alpha, B/D'^beta, and how much more they are than with N and D.
  public func termLosses(_ run: LogRun, scaled: Span<Double>) -> [Double] {
    let (alpha, beta) = (scaled[3], scaled[betaPlace])
    let place = effective(run, scaled).place
    let size = exp(scaled[1] - alpha * place.parameters)
    let data = exp(scaled[2] - beta * place.tokens)
    return [
      size, data, -data * expm1(beta * (place.tokens - run.tokens)),
      -size * expm1(alpha * (place.parameters - run.parameters)),
    ]
  }
}

// MARK: - Units

extension DataConstrained {
  /// The plain law moved: N_opt(U) moves with N, and numbers of repeats have no unit.
  public func decentered(_ scaled: [Double], from center: RunCenter) -> [Double]? {
    plain.decentered(scaled, from: center)
  }

  /// Those of the plain law, and one each for R_D and R_N.
  public func decenteringSlopes(_ scaled: [Double], from center: RunCenter) -> [[Double]] {
    plain.decenteringSlopes(scaled, from: center)
  }
}

// MARK: - Starting a fit

extension DataConstrained {
  /// Starts with E a share of the smallest loss, the rest split at the middle, and repeats that count.
  public func starts(for runs: [Run]) -> [[Double]] {
    guard let middle = RunCenter(runs) else { return [] }
    let exponents =
      isTied ? [[0.12], [0.25], [0.45]] : [[0.15, 0.15], [0.3, 0.6], [0.4, 0.3], [0.6, 0.4]]
    var starts: [[Double]] = []
    for split in middle.splits {
      for pair in exponents {
        for repeats in [[15.0, 5], [4, 20]] {
          let size = split.first + pair[0] * middle.logParameters
          let data = split.second + pair[pair.count - 1] * middle.logTokens
          starts.append([split.floor, size, data] + pair + repeats.map { log($0) })
        }
      }
    }
    return starts
  }
}

// MARK: - The optimum

extension DataConstrained {
  /// Those of the plain law.
  public func derivedQuantities(coefficients: [Double]) -> [DerivedQuantity] {
    plain.derivedQuantities(coefficients: Array(coefficients.prefix(plainCount))).map { quantity in
      var quantity = quantity
      quantity.gradient += [0, 0]
      return quantity
    }
  }

  /// The closed-form optimum where tokens need not be repeated, which is that of the plain law.
  ///
  /// There N is N_opt(D), and a larger model is worth less than in the plain law.
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double,
    coefficients: [Double]
  ) -> Allocation? {
    plain.optimum(
      compute: compute,
      flopsPerTokenParameter: flopsPerTokenParameter,
      coefficients: Array(coefficients.prefix(plainCount))
    )
  }
}
