public import FileFormats

/// Why a JSON file is not a law.
public struct ScalingLawFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// The file is not one JSON object.
    case notAnObject

    /// The file says it is something else.
    case wrongSchema(found: String)

    /// The file was written by a later version.
    case newerVersion(found: Int, known: Int)

    /// No law is named, or none that is known.
    case unknownLaw(found: String?)

    /// A coefficient has no value.
    case missingCoefficient(law: String, name: String)

    /// A coefficient is not a number the law can take.
    case impossibleCoefficient(name: String, value: Double)

    /// An exponent is outside what its form takes.
    case exponentOutOfBounds(name: String, value: Double, bounds: ClosedRange<Double>)
  }

  /// What the user calls the file.
  public var name: String

  /// What went wrong.
  public var reason: Reason

  /// Creates an error about a file.
  public init(_ name: String, _ reason: Reason) {
    self.name = name
    self.reason = reason
  }

  /// The error in words.
  public var description: String { "\(name): \(words)" }

  private var words: String {
    switch reason {
    case .notAnObject: "expected a JSON object such as `isoloss fit --json` writes"
    case .wrongSchema(let found): "expected the schema `isoloss.fit`, found `\(found)`"
    case .newerVersion(let found, let known):
      "expected schema version \(known) at most, found \(found): a newer isoloss wrote it"
    case .unknownLaw(let found):
      "expected `law` to be one of \(ScalingLaw.forms.map { "`\($0.name)`" }.joined(separator: ", "))"
        + ", found \(found.map { "`\($0)`" } ?? "nothing")"
    case .missingCoefficient(let law, let name):
      "expected a number `estimates.\(name).value` of the law `\(law)`, found none"
    case .impossibleCoefficient(let name, let value):
      "expected a positive number for `\(name)`, found `\(value)`"
    case .exponentOutOfBounds(let name, let value, let bounds):
      "expected a number from \(sixDigits(bounds.lowerBound)) to \(sixDigits(bounds.upperBound))"
        + " for `\(name)`, found `\(value)`"
    }
  }
}

extension ScalingLaw {
  /// The law for files: its name and its coefficients, readable by ``init(json:name:)``.
  public var json: JSONObject {
    let values = zip(form.coefficients, coefficients).map { coefficient, value in
      (coefficient.name, JSONValue.object(["value": .number(value)]))
    }
    return [
      "schema": "isoloss.fit",
      "schemaVersion": .integer(FitResult.schemaVersion),
      "law": .string(name),
      "formula": .string(form.formula),
      "estimates": .object(JSONObject(values)),
    ]
  }

  /// Reads a law from a fit's JSON, or from a file written by hand.
  ///
  /// Needed are `law` and a number, or an object with a number `value`, for each coefficient under
  /// `estimates`: `{"law": "chinchilla", "estimates": {"E": 1.8, "A": 480, …}}`. What else stands
  /// there is passed over.
  ///
  /// - Parameters:
  ///   - json: The file's content.
  ///   - name: What errors call it.
  /// - Throws: ``ScalingLawFileError`` at the first thing that is missing or impossible.
  public init(json: JSONValue, name: String) throws(ScalingLawFileError) {
    do throws(ScalingLawFileError.Reason) {
      try self.init(checking: json)
    } catch {
      throw ScalingLawFileError(name, error)
    }
  }

  private init(checking json: JSONValue) throws(ScalingLawFileError.Reason) {
    guard let object = json.object else { throw .notAnObject }
    if let schema = object["schema"]?.string, schema != "isoloss.fit" {
      throw .wrongSchema(found: schema)
    }
    if let version = object["schemaVersion"]?.int, version > FitResult.schemaVersion {
      throw .newerVersion(found: version, known: FitResult.schemaVersion)
    }
    let law = object["law"]?.string
    guard let form = law.flatMap(Self.form(named:)) else { throw .unknownLaw(found: law) }
    var coefficients: [Double] = []
    for coefficient in form.coefficients {
      let entry = object["estimates"]?[coefficient.name]
      guard let value = entry?.double ?? entry?["value"]?.double else {
        throw .missingCoefficient(law: form.name, name: coefficient.name)
      }
      guard value > 0 || !coefficient.isPositive, value.isFinite else {
        throw .impossibleCoefficient(name: coefficient.name, value: value)
      }
      // Powers of wilder exponents leave the range of Double at every budget.
      guard coefficient.scale != .linear || coefficient.bounds.contains(value) else {
        throw .exponentOutOfBounds(
          name: coefficient.name,
          value: value,
          bounds: coefficient.bounds
        )
      }
      coefficients.append(value)
    }
    self.init(form: form, coefficients: coefficients)
  }
}
