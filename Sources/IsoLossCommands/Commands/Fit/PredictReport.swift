import IsoLoss

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What `isoloss fit predict` found, for people and for programs.
struct PredictReport {
  /// A place and what is expected there.
  struct Point {
    var prediction: LawPrediction
    var isOptimum: Bool
  }

  /// A measured run beside what was expected of it.
  struct Compared {
    var run: Run
    var prediction: LawPrediction

    /// Whether the run lies in the interval of single runs; `nil` without one.
    var isInside: Bool? { prediction.singleRun.interval.map { $0.contains(run.loss) } }
  }

  let law: FittedLaw
  let level: Double
  var predictions: [Point] = []
  var tableName: String?
  var compared: [Compared] = []

  init(law: FittedLaw, level: Double) {
    self.law = law
    self.level = level
  }

  /// Residuals of ln L, or of L where that is what the law's fit minimized.
  private var isLogarithmic: Bool { law.objective?.residual != .loss }

  private func residual(_ compared: Compared) -> Double {
    let (observed, expected) = (compared.run.loss, compared.prediction.mean.value)
    return isLogarithmic ? log(observed) - log(expected) : observed - expected
  }

  private var residuals: [Double] { compared.map(residual) }
  private var meanResidual: Double { residuals.reduce(0, +) / Double(residuals.count) }
  private var rootMeanSquare: Double {
    (residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)).squareRoot()
  }
}

// MARK: - Warnings

extension PredictReport {
  private var all: [LawPrediction] { predictions.map(\.prediction) + compared.map(\.prediction) }

  /// Those of the law, then how far predictions reach and what they lack.
  var warnings: [ReportWarning] {
    var warnings = law.reportWarnings + extrapolationWarnings
    for reason in [all.first?.mean.reason, all.first?.singleRun.reason].compactMap(\.self)
    where !warnings.contains(where: { $0.message.hasSuffix(reason) }) {
      warnings.append(ReportWarning(id: "no-interval", message: "\(law.name): \(reason)"))
    }
    return warnings
  }

  /// The farthest prediction in each quantity, where it is beyond ten times the runs.
  private var extrapolationWarnings: [ReportWarning] {
    let quantities: [(String, (Extrapolation) -> Double?)] = [
      ("parameters", { $0.parameters }), ("tokens", { $0.tokens }), ("FLOPs", { $0.compute }),
    ]
    return quantities.compactMap { name, factor in
      let factors = all.compactMap { factor($0.extrapolation) }
      let far = factors.filter { $0 > ComputePlan.tolerableExtrapolation }
      guard let farthest = far.max() else { return nil }
      return ReportWarning(
        id: "extrapolation",
        message: "\(name) lie up to \(NumberText.significant(farthest, digits: 3)) times beyond the"
          + " fitted runs, more than ten times in \(far.count) of"
          + " \(NumberText.counted(factors.count, "prediction"))"
      )
    }
  }
}

// MARK: - For people

extension PredictReport {
  var text: String {
    var sections = ["law    \(law.introduction)\n" + intervalsLine]
    if !predictions.isEmpty { sections.append(predictionTable) }
    if let tableName { sections += [comparedTable, summary(tableName)] }
    return sections.joined(separator: "\n")
  }

  private var intervalsLine: String {
    let source =
      switch law.sampleSource {
      case .bootstrap: "from \(NumberText.counted(law.draws?.count ?? 0, "draw")) of a bootstrap"
      case .covariance: "from the covariance of the coefficients"
      case nil: "not known"
      }
    return "errors \(source)\n"
  }

  private var share: String { "\(NumberText.measured(100 * level)) %" }

  private var predictionTable: String {
    var table = TextTable([.right, .right, .right, .right, .right, .left, .left, .right, .left])
    table.add([
      "parameters", "tokens", "compute", "loss", "std. error", "\(share) of the mean",
      "\(share) of single runs", "beyond the runs",
    ])
    for point in predictions {
      table.add(place(point.prediction) + expected(point.prediction) + [mark(point.isOptimum)])
    }
    return table.text
  }

  private var comparedTable: String {
    var table = TextTable([.left, .right, .right, .right, .right, .right, .left, .right, .left])
    table.add([
      "run", "parameters", "tokens", "measured", "loss", "residual", "\(share) of single runs",
      "beyond the runs",
    ])
    for compared in compared {
      let prediction = compared.prediction
      table.add([
        compared.run.name ?? "line \(compared.run.line)",
        NumberText.scaled(prediction.parameters),
        NumberText.scaled(prediction.tokens),
        NumberText.measured(compared.run.loss),
        NumberText.measured(prediction.mean.value),
        NumberText.significant(residual(compared), digits: 3),
        interval(prediction.singleRun),
        factor(prediction.extrapolation),
        compared.isInside == false ? "outside" : "",
      ])
    }
    return table.text
  }

  private func place(_ prediction: LawPrediction) -> [String] {
    [
      NumberText.scaled(prediction.parameters),
      NumberText.scaled(prediction.tokens),
      NumberText.significant(prediction.compute, digits: 4),
    ]
  }

  private func expected(_ prediction: LawPrediction) -> [String] {
    [
      NumberText.measured(prediction.mean.value),
      prediction.mean.standardError.map(NumberText.error) ?? "n/a",
      interval(prediction.mean),
      interval(prediction.singleRun),
      factor(prediction.extrapolation),
    ]
  }

  private func mark(_ isOptimum: Bool) -> String { isOptimum ? "best split" : "" }

  private func interval(_ estimate: Estimate) -> String {
    estimate.interval.map {
      "\(NumberText.measured($0.lowerBound)) to \(NumberText.measured($0.upperBound))"
    } ?? "n/a"
  }

  private func factor(_ extrapolation: Extrapolation) -> String {
    guard let factor = extrapolation.largest else { return "n/a" }
    return factor > 1 ? "\(NumberText.significant(factor, digits: 3))x" : "within"
  }

  private func summary(_ tableName: String) -> String {
    let known = compared.compactMap(\.isInside)
    let inside = known.count { $0 }
    let quantity = isLogarithmic ? "ln L" : "L"
    var lines = [
      "\(NumberText.counted(compared.count, "run")) of \(tableName), residuals of \(quantity):"
        + " mean \(NumberText.significant(meanResidual, digits: 3)), root mean square"
        + " \(NumberText.significant(rootMeanSquare, digits: 3))"
    ]
    if let noise = law.residualStandardError {
      lines[0] += ", noise of the fit \(NumberText.significant(noise, digits: 3))"
    }
    if !known.isEmpty {
      lines.append(
        "\(inside) of \(known.count) lie in the \(share) interval of single runs"
      )
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

// MARK: - For programs

extension PredictReport {
  var json: [(String, JSONValue)] {
    var body: [(String, JSONValue)] = [
      ("law", law.json),
      ("level", .number(level)),
      ("predictions", .array(predictions.map(json))),
    ]
    if let tableName {
      body.append(
        (
          "comparison",
          [
            "table": .string(tableName),
            "residualOf": .string(isLogarithmic ? "logLoss" : "loss"),
            "runs": .array(compared.map(json)),
            "rowCount": .integer(compared.count),
            "meanResidual": .number(meanResidual),
            "rootMeanSquare": .number(rootMeanSquare),
            "insideCount": .integer(compared.count { $0.isInside == true }),
          ]
        )
      )
    }
    return body
  }

  private func json(_ point: Point) -> JSONValue {
    var object = members(point.prediction)
    object["isOptimum"] = .bool(point.isOptimum)
    return .object(object)
  }

  private func json(_ compared: Compared) -> JSONValue {
    var object: JSONObject = [
      "line": .integer(compared.run.line),
      "name": JSONValue(compared.run.name),
      "observed": .number(compared.run.loss),
      "residual": .number(residual(compared)),
      "isInside": compared.isInside.map { .bool($0) } ?? .null,
    ]
    for member in members(compared.prediction).members { object[member.key] = member.value }
    return .object(object)
  }

  private func members(_ prediction: LawPrediction) -> JSONObject {
    [
      "parameters": .number(prediction.parameters),
      "tokens": .number(prediction.tokens),
      "compute": .number(prediction.compute),
      "loss": prediction.mean.json,
      "singleRun": prediction.singleRun.json,
      "extrapolation": [
        "parameters": JSONValue(prediction.extrapolation.parameters),
        "tokens": JSONValue(prediction.extrapolation.tokens),
        "compute": JSONValue(prediction.extrapolation.compute),
      ],
    ]
  }
}
