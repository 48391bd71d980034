#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A power of one quantity that changes its exponent once, above a floor.
///
///     L = E + B X^(−c_0) (1 + (X/d_1)^(1/f_1))^(−c_1 f_1)
///
/// Well below d_1 the part above E falls as X^(−c_0), well above as X^(−c_0 − c_1), and the smaller
/// f_1 is, the sharper is the bend; c_1 = 0 is a plain power (``PowerLaw`` with a floor). X is the
/// parameters, the tokens or the compute. (Caballero et al. 2022, Broken neural scaling laws,
/// arXiv:2210.14891, equation 1 with one break.)
///
/// The paper writes a and b for E and B here, which elsewhere in this package are the exponents of
/// the optimum; c_0, c_1, d_1 and f_1 are its own. Only c_1 may be negative.
public struct BrokenPower: ScalingLawForm {
  private let variable: RunVariable

  /// Creates the law of a quantity.
  public init(of variable: RunVariable) {
    self.variable = variable
  }

  /// `broken-n`, `broken-d` or `broken-c`.
  public var name: String { "broken-\(variable.symbol.lowercased())" }

  /// The formula as people write it.
  public var formula: String { "L = E + B \(variable.symbol)^-c_0 \(bend)" }

  /// E, B, c_0, c_1, d_1, f_1.
  ///
  /// A bend within 2 % of X is a corner to any table, and sharper ones only stiffen the fit.
  public var coefficients: [Coefficient] {
    [
      Coefficient(name: "E", unit: "nats per token", scale: .logarithmic, bounds: 1e-6...1e3),
      Coefficient(name: "B", unit: "nats per token", scale: .logarithmic, bounds: 1e-30...1e30),
      Coefficient(name: "c_0", unit: "", scale: .linear, bounds: 1e-3...5),
      Coefficient(name: "c_1", unit: "", scale: .linear, bounds: -5...5),
      Coefficient(name: "d_1", unit: variable.unit, scale: .logarithmic, bounds: 1e-15...1e15),
      Coefficient(name: "f_1", unit: "", scale: .logarithmic, bounds: 0.02...10),
    ]
  }

  /// X alone.
  public var variables: Set<RunVariable> { [variable] }

  private var bend: String { "(1 + (\(variable.symbol)/d_1)^(1/f_1))^(-c_1 f_1)" }
}

// MARK: - The loss

extension BrokenPower {
  /// How far past the bend a place is: z = (ln X − ln d_1)/f_1.
  private func stretch(_ run: LogRun, _ scaled: Span<Double>) -> Double {
    (variable.value(at: run) - scaled[4]) / exp(scaled[5])
  }

  /// ln B − c_0 ln X − c_1 f_1 ln(1 + e^z).
  private func logPower(_ run: LogRun, _ scaled: Span<Double>) -> Double {
    scaled[1] - scaled[2] * variable.value(at: run) - logBend(run, scaled)
  }

  /// c_1 f_1 ln(1 + e^z).
  private func logBend(_ run: LogRun, _ scaled: Span<Double>) -> Double {
    scaled[3] * exp(scaled[5]) * logAddExp(0, stretch(run, scaled))
  }

  /// ln E and the power's logarithm, added up as logarithms.
  public func logLoss(_ run: LogRun, scaled: Span<Double>) -> Double {
    logAddExp(scaled[0], logPower(run, scaled))
  }

  /// The derivatives of the line above.
  ///
  /// With p the share of the power, s = 1/(1 + e^(−z)) and h = ln(1 + e^z):
  /// ∂/∂ ln B = p; ∂/∂ c_0 = −p ln X; ∂/∂ c_1 = −p f_1 h; ∂/∂ ln d_1 = p c_1 s;
  /// ∂/∂ ln f_1 = −p c_1 f_1 (h − z s), where h − z s is the same for z and −z.
  public func logLossGradient(
    _ run: LogRun,
    scaled: Span<Double>,
    gradient: inout MutableSpan<Double>
  ) {
    let sharpness = exp(scaled[5])
    let z = stretch(run, scaled)
    let power = logPower(run, scaled)
    let total = logAddExp(scaled[0], power)
    let share = exp(power - total)
    let tail = exp(-abs(z))
    gradient[0] = exp(scaled[0] - total)
    gradient[1] = share
    gradient[2] = -share * variable.value(at: run)
    gradient[3] = -share * sharpness * logAddExp(0, z)
    gradient[4] = share * scaled[3] * (z < 0 ? tail : 1) / (1 + tail)
    gradient[5] = -share * scaled[3] * sharpness * (log1p(tail) + abs(z) * tail / (1 + tail))
  }
}

// MARK: - What runs must show

extension BrokenPower {
  /// As many as coefficients.
  public var leastDistinctValues: Int { 6 }

  /// The power, and what the bend makes of it.
  public var terms: [LawTerm] {
    [
      LawTerm(name: "B \(variable.symbol)^-c_0", coefficients: [1, 2]),
      LawTerm(name: bend, coefficients: [3, 4, 5]),
    ]
  }

  /// The part above the floor, and how much it would differ without the bend.
  public func termLosses(_ run: LogRun, scaled: Span<Double>) -> [Double] {
    let power = exp(logPower(run, scaled))
    return [power, abs(power * expm1(logBend(run, scaled)))]
  }
}

// MARK: - Units

extension BrokenPower {
  /// ln E + m, ln B + m + c_0 x and ln d_1 + x, with x and m the means of ln X and ln L.
  public func decentered(_ scaled: [Double], from center: RunCenter) -> [Double]? {
    let place = variable.value(at: center.place)
    var moved = scaled
    moved[0] += center.logLoss
    moved[1] += center.logLoss + scaled[2] * place
    moved[4] += place
    return moved
  }

  /// The unit matrix, with x for B by c_0.
  public func decenteringSlopes(_ scaled: [Double], from center: RunCenter) -> [[Double]] {
    var slopes = scaled.indices.map { row in scaled.indices.map { $0 == row ? 1.0 : 0 } }
    slopes[1][2] = variable.value(at: center.place)
    return slopes
  }
}

// MARK: - Starting a fit

extension BrokenPower {
  /// Starts with a bend at a quarter, half or three quarters of the way that meet the runs' middle.
  ///
  /// The exponents before and after the bend are those of a steep start, of one that levels off and
  /// of one that steepens, each gently and sharply bent.
  public func starts(for runs: [Run]) -> [[Double]] {
    let logs = runs.map { variable.value(at: LogRun($0)) }
    guard let middle = RunCenter(runs), let low = logs.min(), let high = logs.max() else {
      return []
    }
    let place = variable.value(at: middle.place)
    let exponents = [(0.4, -0.25), (0.1, 0.2), (0.2, 0.5), (0.8, -0.4)]
    var starts: [[Double]] = []
    for (floor, rest) in middle.floors {
      for way in [0.25, 0.5, 0.75] {
        for (before, change) in exponents {
          for sharpness in [0.2, 1] {
            let bend = low + way * (high - low)
            let fallen = change * sharpness * logAddExp(0, (place - bend) / sharpness)
            let amplitude = log(rest) + before * place + fallen
            starts.append([log(floor), amplitude, before, change, bend, log(sharpness)])
          }
        }
      }
    }
    return starts
  }
}
