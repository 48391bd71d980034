#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where A/N^alpha + B/D^beta is smallest along N · D = P.
///
/// Setting the derivative by ln N to zero gives alpha A/N^alpha = beta B/D^beta, hence
/// N = G P^a and D = P^b / G. Any law that is an increasing function of such a sum shares it.
struct OptimalSplit {
  /// a = beta/(alpha+beta), the exponent of the optimal number of parameters.
  var parameterExponent: Double

  /// b = alpha/(alpha+beta), the exponent of the optimal number of tokens.
  var tokenExponent: Double

  /// ln G = ln(alpha A/(beta B))/(alpha+beta).
  var logFactor: Double

  init(logA: Double, alpha: Double, logB: Double, beta: Double) {
    parameterExponent = beta / (alpha + beta)
    tokenExponent = alpha / (alpha + beta)
    logFactor = (log(alpha) + logA - log(beta) - logB) / (alpha + beta)
  }

  /// The best N and D for a compute budget C = k N D, with their loss.
  func allocate(
    _ compute: Double,
    _ flopsPerTokenParameter: Double,
    loss: (_ parameters: Double, _ tokens: Double) -> Double
  ) -> Allocation {
    let logProduct = log(compute / flopsPerTokenParameter)
    let parameters = exp(logFactor + parameterExponent * logProduct)
    let tokens = exp(tokenExponent * logProduct - logFactor)
    return Allocation(
      parameters: parameters,
      tokens: tokens,
      loss: loss(parameters, tokens),
      compute: compute
    )
  }
}
