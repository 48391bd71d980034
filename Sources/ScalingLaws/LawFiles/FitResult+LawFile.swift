import CurveFitting
public import FileFormats

extension FitResult {
  /// The covariance where every one of its numbers means something; a vanished term has none that do.
  var usableCovariance: DenseMatrix? {
    covarianceAbsence == nil ? scaledCovariance : nil
  }

  /// Why there is no covariance, in the words of the coefficient that lacks its error.
  private var covarianceAbsence: String? {
    guard let covariance = scaledCovariance, covariance.entries.allSatisfy(\.isFinite) else {
      return coefficientEstimates.lazy.compactMap(\.reason).first
        ?? "the runs do not determine the coefficients"
    }
    // At a bound a coefficient has no error, and its row of zeros says so.
    let free = coefficientEstimates.enumerated().filter { covariance[$0.offset, $0.offset] > 0 }
    return free.lazy.compactMap(\.element.reason).first
  }

  /// What makes a fit's JSON a law file, beyond ``json`` and the table's members, in order.
  ///
  /// - Parameters:
  ///   - draws: Whether the draws of a bootstrap are written, a row of natural coefficients each.
  ///   - validation: What the losses were measured on, in the user's words.
  /// - Returns: Members that ``FittedLaw/init(json:name:)`` reads back with every digit.
  public func lawFileMembers(draws: Bool, validation: String?) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("validation", JSONValue(validation)),
      ("residualStandardError", JSONValue(residualStandardError)),
      ("covariance", usableCovariance.map(covarianceJSON) ?? .null),
    ]
    if let reason = covarianceAbsence { members.append(("covarianceReason", .string(reason))) }
    members.append(
      ("bootstrap", self.draws.map { FittedLaw.Resampling($0).json } ?? .null)
    )
    if draws, let found = self.draws {
      let rows = found.laws(law.form).map { JSONValue.array($0.coefficients.map { .number($0) }) }
      members.append(("draws", .array(rows)))
    }
    return members
  }

  private func covarianceJSON(_ matrix: DenseMatrix) -> JSONValue {
    let rows = (0..<matrix.rowCount).map { row in
      JSONValue.array((0..<matrix.columnCount).map { .number(matrix[row, $0]) })
    }
    return [
      "coefficients": .array(law.form.coefficients.map { .string($0.name) }),
      "scales": .array(law.form.coefficients.map { .string($0.scale.rawValue) }),
      "matrix": .array(rows),
    ]
  }
}

extension FittedLaw.Resampling {
  /// The resampling for files.
  var json: JSONValue {
    [
      "resampleCount": .integer(resampleCount),
      "unconvergedCount": .integer(unconvergedCount),
      "seed": seedJSON,
      "groupCount": JSONValue(groupCount),
      "strataCount": JSONValue(strataCount),
    ]
  }

  /// The seed; as text where it does not fit a signed integer.
  public var seedJSON: JSONValue {
    Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)")
  }

  /// Reads what was written; `nil` for anything else.
  init?(json: JSONValue) {
    guard let count = json["resampleCount"]?.int, let lost = json["unconvergedCount"]?.int,
      let seed = json["seed"]?.int.flatMap(UInt64.init(exactly:))
        ?? json["seed"]?.string.flatMap({ UInt64($0) })
    else { return nil }
    self.init(
      resampleCount: count,
      unconvergedCount: lost,
      seed: seed,
      groupCount: json["groupCount"]?.int,
      strataCount: json["strataCount"]?.int
    )
  }
}

extension CoefficientSet.FittedRange {
  /// `{parameters: [low, high], tokens: …, compute: …}`, null for what is not known.
  public var json: JSONValue {
    ["parameters": json(parameters), "tokens": json(tokens), "compute": json(compute)]
  }

  /// Reads an extent; what is missing or malformed is not known.
  public init(json: JSONValue?) {
    self.init(
      parameters: Self.bounds(json?["parameters"]),
      tokens: Self.bounds(json?["tokens"]),
      compute: Self.bounds(json?["compute"])
    )
  }

  private func json(_ bounds: ClosedRange<Double>?) -> JSONValue {
    bounds.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null
  }

  private static func bounds(_ value: JSONValue?) -> ClosedRange<Double>? {
    guard let low = value?[0]?.double, let high = value?[1]?.double,
      low > 0, low <= high, high.isFinite
    else { return nil }
    return low...high
  }
}
