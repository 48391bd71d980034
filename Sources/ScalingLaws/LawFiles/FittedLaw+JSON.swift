import CurveFitting
public import FileFormats

// What a program acts on is checked to the last number; what people read is passed over if malformed.

extension FittedLaw {
  /// Reads a law file: a fit's JSON, or a law written by hand.
  ///
  /// - Parameters:
  ///   - json: The file's content.
  ///   - name: What errors and reports call it.
  /// - Throws: ``ScalingLawFileError`` at the first thing that is missing or impossible.
  public init(json: JSONValue, name: String) throws(ScalingLawFileError) {
    self.init(try ScalingLaw(json: json, name: name), name: name)
    do throws(ScalingLawFileError.Reason) {
      try readUncertainty(json)
      try readMeaning(json)
    } catch {
      throw ScalingLawFileError(name, error)
    }
    readProvenance(json)
  }

  private mutating func readUncertainty(
    _ json: JSONValue
  ) throws(ScalingLawFileError.Reason) {
    estimates = estimates.map { $0.reading(json["estimates"]?[$0.name]) }
    covariance = try json["covariance"].flatMap { (value) throws(ScalingLawFileError.Reason) in
      value.isNull ? nil : try Self.covariance(value, of: law.form)
    }
    draws = try json["draws"].flatMap { (value) throws(ScalingLawFileError.Reason) in
      value.isNull ? nil : try Self.draws(value, of: law.form)
    }
    if let value = json["degreesOfFreedom"] {
      guard let count = value.int, count >= 0 else {
        throw .wrongMember("degreesOfFreedom", expected: "a whole number", found: Self.shown(value))
      }
      degreesOfFreedom = count
    }
    residualStandardError = try Self.positive("residualStandardError", json, orZero: true)
    // Files of versions before it was written give what it is made of.
    if json["residualStandardError"] == nil, let degreesOfFreedom, degreesOfFreedom > 0,
      let sum = try Self.positive("residualSumOfSquares", json, orZero: true)
    {
      residualStandardError = (sum / Double(degreesOfFreedom)).squareRoot()
    }
  }

  private mutating func readMeaning(_ json: JSONValue) throws(ScalingLawFileError.Reason) {
    objective = json["objective"]?.string.flatMap { Objective(named: $0) }
    flopsPerTokenParameter = try Self.positive("flopsPerTokenParameter", json)
    fittedRange = CoefficientSet.FittedRange(json: json["fittedRange"])
    let units = try Self.choice("tableLossUnit", json) { text -> [LossUnit]? in
      text == "undeclared" ? [] : LossUnit(rawValue: text).map { [$0.converted] }
    }
    lossUnit = units?.first
    parameterConvention =
      try Self.choice("parameterConvention", json, ParameterConvention.init(rawValue:))
      ?? .undeclared
    validation = try Self.choice("validation", json) { $0 }
  }

  private mutating func readProvenance(_ json: JSONValue) {
    provenance.table = json["table"]?.string
    provenance.sha256 = json["sha256"]?.string
    provenance.rowCount = json["rowCount"]?.int
    provenance.lines = json["lines"]?.array?.compactMap { range in
      guard let first = range[0]?.int, let last = range[1]?.int, first <= last else { return nil }
      return first...last
    }
    provenance.resampling = json["bootstrap"].flatMap(Resampling.init)
    caveats = CoefficientSet.Caveat.caveats(ofFit: json)
  }
}

// MARK: - Numbers

extension FittedLaw {
  private static func positive(
    _ member: String,
    _ json: JSONValue,
    orZero: Bool = false
  ) throws(ScalingLawFileError.Reason) -> Double? {
    guard let value = json[member], !value.isNull else { return nil }
    guard let number = value.double, number.isFinite, number > 0 || (orZero && number == 0) else {
      throw .wrongMember(member, expected: "a positive number", found: shown(value))
    }
    return number
  }

  /// A text that must mean something where it stands.
  private static func choice<Value>(
    _ member: String,
    _ json: JSONValue,
    _ parse: (String) -> Value?
  ) throws(ScalingLawFileError.Reason) -> Value? {
    guard let value = json[member], !value.isNull else { return nil }
    guard let text = value.string, let parsed = parse(text) else {
      let expected = member == "validation" ? "a text" : "one that `isoloss fit` writes"
      throw .wrongMember(member, expected: expected, found: shown(value))
    }
    return parsed
  }

  private static func covariance(
    _ value: JSONValue,
    of form: any ScalingLawForm
  ) throws(ScalingLawFileError.Reason) -> DenseMatrix {
    let coefficients = form.coefficients
    let names = value["coefficients"]?.array?.map(\.string)
    guard names == coefficients.map(\.name) else {
      throw .wrongMember(
        "covariance.coefficients",
        expected: coefficients.map(\.name).joined(separator: ", "),
        found: shown(value["coefficients"])
      )
    }
    guard value["scales"]?.array?.map(\.string) == coefficients.map(\.scale.rawValue) else {
      throw .wrongMember(
        "covariance.scales",
        expected: coefficients.map(\.scale.rawValue).joined(separator: ", "),
        found: shown(value["scales"])
      )
    }
    let rows = try rows(value["matrix"], "covariance.matrix", width: coefficients.count)
    guard rows.count == coefficients.count else {
      throw .wrongMember(
        "covariance.matrix",
        expected: "\(coefficients.count) rows",
        found: "\(rows.count)"
      )
    }
    var matrix = DenseMatrix(rowCount: rows.count, columnCount: rows.count)
    for (row, numbers) in rows.enumerated() {
      for (column, number) in numbers.enumerated() { matrix[row, column] = number }
    }
    guard LowerFactor(matrix) != nil else {
      throw .wrongMember(
        "covariance.matrix",
        expected: "a symmetric matrix without negative variances",
        found: "another"
      )
    }
    return matrix
  }

  private static func draws(
    _ value: JSONValue,
    of form: any ScalingLawForm
  ) throws(ScalingLawFileError.Reason) -> [[Double]] {
    let rows = try rows(value, "draws", width: form.coefficients.count)
    for (place, row) in rows.enumerated() {
      for (coefficient, number) in zip(form.coefficients, row)
      where number <= 0 && coefficient.isPositive {
        throw .wrongMember(
          "draws[\(place)]",
          expected: "a positive number for `\(coefficient.name)`",
          found: "`\(number)`"
        )
      }
    }
    guard !rows.isEmpty else { throw .wrongMember("draws", expected: "rows", found: "none") }
    return rows
  }

  /// Rows of finite numbers, all of one width.
  private static func rows(
    _ value: JSONValue?,
    _ path: String,
    width: Int
  ) throws(ScalingLawFileError.Reason) -> [[Double]] {
    guard let elements = value?.array else {
      throw .wrongMember(path, expected: "an array of rows", found: shown(value))
    }
    var rows: [[Double]] = []
    rows.reserveCapacity(elements.count)
    for (place, element) in elements.enumerated() {
      let numbers = element.array?.compactMap(\.double).filter(\.isFinite)
      guard let numbers, numbers.count == width, element.array?.count == width else {
        throw .wrongMember(
          "\(path)[\(place)]",
          expected: "\(width) finite numbers",
          found: shown(element)
        )
      }
      rows.append(numbers)
    }
    return rows
  }

  /// A value as an error quotes it, cut short.
  private static func shown(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    switch value {
    case .array(let elements) where elements.count > 8: return "\(elements.count) elements"
    case .object: return "an object"
    default:
      // A bare NaN is read, and written as null: its own name says more.
      if let number = value.double, !number.isFinite { return "`\(number)`" }
      let text = value.serialized(.compact)
      return text.count > 80 ? "`\(text.prefix(77))…`" : "`\(text)`"
    }
  }
}

// MARK: - For people

extension Estimate {
  /// The estimate with the errors that a fit's JSON gives it; what is malformed is not known.
  fileprivate func reading(_ json: JSONValue?) -> Estimate {
    var estimate = self
    if let level = json?["level"]?.double, level > 0, level < 1 { estimate.level = level }
    if let error = json?["standardError"]?.double, error >= 0, error.isFinite {
      estimate.standardError = error
      estimate.reason = nil
    }
    if let low = json?["interval"]?[0]?.double, let high = json?["interval"]?[1]?.double,
      low <= high
    {
      estimate.interval = low...high
    }
    if let reason = json?["reason"]?.string { estimate.reason = reason }
    return estimate
  }
}

extension CoefficientSet.Caveat {
  /// The warnings of a fit, and its not having converged; what is malformed is passed over.
  static func caveats(ofFit fit: JSONValue) -> [Self] {
    var caveats = (fit["warnings"]?.array ?? []).compactMap { warning -> Self? in
      guard let id = warning["id"]?.string, let message = warning["message"]?.string else {
        return nil
      }
      return Self(id: id, message: message)
    }
    let notConverged = FitWarning.Kind.notConverged.rawValue
    if fit["isConverged"] == false, !caveats.contains(where: { $0.id == notConverged }) {
      caveats.append(
        Self(
          id: notConverged,
          message: "the fit behind the law stopped before a minimum: its numbers are no optimum"
        )
      )
    }
    return caveats
  }
}
