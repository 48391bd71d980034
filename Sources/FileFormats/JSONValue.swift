/// A JSON value, in the form reports are built and files are read.
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)
}

// MARK: - Accessors

extension JSONValue {
  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// The truth value, `nil` for anything else.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The value of any number, `nil` for anything else.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value of a number that is a whole one within 64 bits, `nil` for anything else.
  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The text of a string, `nil` for anything else.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The elements of an array, `nil` for anything else.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The members of an object, `nil` for anything else.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The value of a key, `nil` where it is absent or this is no object.
  public subscript(key: String) -> JSONValue? { object?[key] }

  /// The element at a position, `nil` where there is none or this is no array.
  public subscript(position: Int) -> JSONValue? {
    guard let array, array.indices.contains(position) else { return nil }
    return array[position]
  }
}

// MARK: - Literals

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Creates `null`.
  public init(nilLiteral: ()) { self = .null }
  /// Creates a truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Creates an integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Creates a number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Creates a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Creates an array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Creates an object with members in the literal's order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}

// MARK: - From optional values

extension JSONValue {
  /// The number, or `null` where there is none.
  public init(_ value: Double?) { self = value.map { .number($0) } ?? .null }
  /// The integer, or `null` where there is none.
  public init(_ value: Int?) { self = value.map { .integer($0) } ?? .null }
  /// The string, or `null` where there is none.
  public init(_ value: String?) { self = value.map { .string($0) } ?? .null }
}
