import CurveFitting
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What NIST publishes of a nonlinear regression problem.
struct NISTData: Sendable {
  var firstStart: [Double]
  var secondStart: [Double]
  var parameters: [Double]
  var standardDeviations: [Double]
  var residualSumOfSquares: Double
  var y: [Double]
  var x: [Double]
}

/// A certified problem: the data and the model with its gradient.
struct NISTProblem: ResidualProblem, Sendable, CustomTestStringConvertible {
  /// The prediction at x for parameters b, and its derivative by each of them.
  typealias Model = @Sendable (_ x: Double, _ b: [Double]) -> (Double, [Double])

  var testDescription: String
  var data: NISTData
  var model: Model

  init(_ name: String, _ data: NISTData, _ model: @escaping Model) {
    testDescription = name
    self.data = data
    self.model = model
  }

  var residualCount: Int { data.y.count }
  var parameterCount: Int { data.parameters.count }

  func residuals(at parameters: Span<Double>, into residuals: inout MutableSpan<Double>) {
    let b = parameters.indices.map { parameters[$0] }
    for row in data.y.indices { residuals[row] = data.y[row] - model(data.x[row], b).0 }
  }

  func jacobian(at parameters: Span<Double>, into jacobian: inout DenseMatrix) {
    let b = parameters.indices.map { parameters[$0] }
    for row in data.y.indices {
      let gradient = model(data.x[row], b).1
      for column in gradient.indices { jacobian[row, column] = -gradient[column] }
    }
  }
}

// MARK: - The models

extension NISTProblem {
  /// Of lower, average and higher difficulty, in NIST's order.
  static let all = [
    NISTProblem("Misra1a", .misra1a) { x, b in
      let e = exp(-b[1] * x)
      return (b[0] * (1 - e), [1 - e, b[0] * x * e])
    },
    NISTProblem("Lanczos3", .lanczos3) { x, b in
      let e = [exp(-b[1] * x), exp(-b[3] * x), exp(-b[5] * x)]
      return (
        b[0] * e[0] + b[2] * e[1] + b[4] * e[2],
        [e[0], -x * b[0] * e[0], e[1], -x * b[2] * e[1], e[2], -x * b[4] * e[2]]
      )
    },
    NISTProblem("Rat42", .rat42) { x, b in
      let e = exp(b[1] - b[2] * x)
      let slope = b[0] * e / ((1 + e) * (1 + e))
      return (b[0] / (1 + e), [1 / (1 + e), -slope, slope * x])
    },
    NISTProblem("BoxBOD", .boxBOD) { x, b in
      let e = exp(-b[1] * x)
      return (b[0] * (1 - e), [1 - e, b[0] * x * e])
    },
    NISTProblem("Kirby2", .kirby2) { x, b in rational(x, Array(b[0..<3]), Array(b[3...])) },
    NISTProblem("Hahn1", .hahn1) { x, b in rational(x, Array(b[0..<4]), Array(b[4...])) },
    NISTProblem("Thurber", .thurber) { x, b in rational(x, Array(b[0..<4]), Array(b[4...])) },
    NISTProblem("MGH09", .mgh09) { x, b in
      let top = x * x + x * b[1]
      let bottom = x * x + x * b[2] + b[3]
      let value = b[0] * top / bottom
      return (value, [top / bottom, b[0] * x / bottom, -value * x / bottom, -value / bottom])
    },
    NISTProblem("MGH10", .mgh10) { x, b in
      let sum = x + b[2]
      let e = exp(b[1] / sum)
      return (b[0] * e, [e, b[0] * e / sum, -b[0] * e * b[1] / (sum * sum)])
    },
    NISTProblem("MGH17", .mgh17) { x, b in
      let (e, f) = (exp(-x * b[3]), exp(-x * b[4]))
      return (b[0] + b[1] * e + b[2] * f, [1, e, f, -x * b[1] * e, -x * b[2] * f])
    },
    NISTProblem("Eckerle4", .eckerle4) { x, b in
      let z = (x - b[2]) / b[1]
      let e = exp(-0.5 * z * z)
      let value = b[0] / b[1] * e
      return (value, [e / b[1], value * (z * z - 1) / b[1], value * z / b[1]])
    },
    NISTProblem("Rat43", .rat43) { x, b in
      let e = exp(b[1] - b[2] * x)
      let power = pow(1 + e, -1 / b[3])
      let slope = b[0] * power / b[3] * e / (1 + e)
      return (
        b[0] * power, [power, -slope, slope * x, b[0] * power * log1p(e) / (b[3] * b[3])]
      )
    },
    NISTProblem("Bennett5", .bennett5) { x, b in
      let power = pow(b[1] + x, -1 / b[2])
      return (
        b[0] * power,
        [power, -b[0] * power / (b[2] * (b[1] + x)), b[0] * power * log(b[1] + x) / (b[2] * b[2])]
      )
    },
  ]

  /// (t₀ + t₁ x + …)/(1 + u₁ x + u₂ x² + …).
  private static func rational(
    _ x: Double,
    _ top: [Double],
    _ bottom: [Double]
  ) -> (Double, [Double]) {
    let numerator = top.reversed().reduce(0) { $0 * x + $1 }
    let denominator = 1 + x * bottom.reversed().reduce(0) { $0 * x + $1 }
    let value = numerator / denominator
    var gradient: [Double] = []
    for power in top.indices { gradient.append(pow(x, Double(power)) / denominator) }
    for power in bottom.indices {
      gradient.append(-value * pow(x, Double(power + 1)) / denominator)
    }
    return (value, gradient)
  }
}
