public import FileFormats

extension EnvelopeResult {
  /// The result for programs, with keys in a fixed order.
  public var json: JSONObject {
    [
      "approach": .string(allocation.approach.rawValue),
      "table": .string(name),
      "curveCount": .integer(curves.count),
      "skippedCurveCount": .integer(skippedCount),
      "smoothing": .string(options.smoothing.description),
      "regression": .string(options.regression.rawValue),
      "gridCount": .integer(options.gridCount),
      "envelopeCount": .integer(points.count),
      "bracketedCount": .integer(bracketedCount),
      "stretches": .array(
        stretches.map {
          [
            "parameters": .number($0.parameters),
            "compute": [.number($0.compute.lowerBound), .number($0.compute.upperBound)],
            "pointCount": .integer($0.pointCount),
          ]
        }
      ),
      "law": .object(allocation.json),
      "errors": ["method": .string(errorMethod.rawValue), "reason": .string(errorReason)],
      "bootstrap": errorMethod == .bootstrap
        ? ReportTable.bootstrap(options.resampleCount, lostResampleCount, options.seed) : .null,
      "warnings": .array(
        warnings.map { ["id": .string($0.id), "message": .string($0.message)] }
      ),
    ]
  }

  /// The stretches and the law as tables for people; their layout may change.
  public var summary: String {
    var lines = [
      "approach 1 (envelope of training curves, \(options.regression.rawValue)):"
        + " ln N* = ln G + a ln(C/k)",
      "curves \(curves.count) from \(name)   grid \(options.gridCount), on the envelope"
        + " \(points.count), between sizes \(bracketedCount)",
      errorLine,
      "",
    ]
    let rows = stretches.map {
      [
        sixDigits($0.parameters), sixDigits($0.compute.lowerBound),
        sixDigits($0.compute.upperBound), "\($0.pointCount)",
      ]
    }
    lines += ReportTable.lines([["N", "best from C", "to C", "points"]] + rows)
    return (lines + ["", allocation.summary()]).joined(separator: "\n")
  }
}

extension EnvelopeResult {
  /// Where the errors come from, and why.
  private var errorLine: String {
    let method =
      errorMethod == .jackknife
      ? "the jackknife over \(curves.count) curves"
      : "\(options.resampleCount) resamples of the curves, lost \(lostResampleCount)"
    return "errors from \(method): \(errorReason)"
  }
}

extension CurveSmoothing: CustomStringConvertible {
  /// The smoothing as options write it.
  public var description: String {
    switch self {
    case .none: "none"
    case .runningMedian(let width): "running-median:\(width)"
    }
  }
}
