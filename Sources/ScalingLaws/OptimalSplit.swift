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

  /// N and D for their product P = C/k.
  func allocate(_ product: Double) -> (parameters: Double, tokens: Double) {
    (
      exp(logFactor + parameterExponent * log(product)),
      exp(tokenExponent * log(product) - logFactor)
    )
  }
}
