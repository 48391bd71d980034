#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// ln(e^x + e^y), for any x and y.
func logAddExp(_ x: Double, _ y: Double) -> Double {
  // Equal infinities would differ by NaN.
  x == y ? x + log(2) : max(x, y) + log1p(exp(-abs(x - y)))
}

/// How a start divides the loss among a floor and two terms, by logarithms.
struct LossSplit {
  var floor: Double
  var first: Double
  var second: Double
}

extension RunCenter {
  /// Nine splits of the mean loss: the floor 0.3, 0.6 or 0.9 of the smallest, the rest 1:3, 1:1 or 3:1.
  var splits: [LossSplit] {
    floors.flatMap { floor, rest in
      [0.25, 0.5, 0.75].map { share in
        LossSplit(floor: log(floor), first: log(share * rest), second: log((1 - share) * rest))
      }
    }
  }

  /// Three divisions of the mean loss: a floor of 0.3, 0.6 or 0.9 of the smallest, and the rest.
  var floors: [(floor: Double, rest: Double)] {
    [0.3, 0.6, 0.9].map { share in
      let floor = share * smallestLoss
      return (floor, exp(logLoss) - floor)
    }
  }
}

extension RunVariable {
  /// N, D or C.
  var symbol: String {
    switch self {
    case .parameters: "N"
    case .tokens: "D"
    case .compute: "C"
    }
  }

  /// What one of it is.
  var unit: String {
    switch self {
    case .parameters: "parameters"
    case .tokens: "tokens"
    case .compute: "FLOPs"
    }
  }

  /// Its logarithm at a place.
  func value(at run: LogRun) -> Double {
    switch self {
    case .parameters: run.parameters
    case .tokens: run.tokens
    case .compute: run.compute
    }
  }
}
