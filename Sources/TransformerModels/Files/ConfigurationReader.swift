import FileFormats
import ModelShapes

/// Takes the members of a `config.json`, each with what it may be; null counts as absent.
struct ConfigurationReader {
  let members: JSONObject

  /// What the keys stand in, such as `rope_parameters.`; nothing at the top.
  var prefix = ""

  /// The first of several keys that is there, with its value.
  func find(_ keys: [String]) -> (key: String, value: JSONValue)? {
    for key in keys {
      if let value = members[key], !value.isNull { return (prefix + key, value) }
    }
    return nil
  }

  /// Whether a key is there, null or not.
  func has(_ key: String) -> Bool { members[key] != nil }

  /// A value as an error shows it.
  static func shown(_ value: JSONValue) -> String { excerpt(value.serialized(.compact)) }
}

// MARK: - Kinds of values

extension ConfigurationReader {
  typealias Reason = CheckpointError.Reason

  /// A size that has to be there.
  func size(_ size: TransformerSize, _ keys: String...) throws(Reason) -> Int {
    guard let value = try optionalSize(size, keys) else {
      throw .missingKey(prefix + keys[0], expected: Self.words(size.accepted))
    }
    return value
  }

  /// A size that may be left out.
  func optionalSize(_ size: TransformerSize, _ keys: [String]) throws(Reason) -> Int? {
    guard let (key, value) = find(keys) else { return nil }
    guard let number = value.int, size.accepted.contains(number) else {
      let expected = Self.words(size.accepted)
      throw .wrongValue(key: key, expected: expected, found: Self.shown(value))
    }
    return number
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  /// A whole number that is not negative.
  func count(_ key: String) throws(Reason) -> Int? {
    guard let (key, value) = find([key]) else { return nil }
    guard let number = value.int, number >= 0 else {
      throw .wrongValue(key: key, expected: "a whole number from 0", found: Self.shown(value))
    }
    return number
  }

  /// A truth value.
  func bool(_ key: String, default fallback: Bool) throws(Reason) -> Bool {
    guard let (key, value) = find([key]) else { return fallback }
    guard let bool = value.bool else {
      throw .wrongValue(key: key, expected: "true or false", found: Self.shown(value))
    }
    return bool
  }

  /// A number above zero.
  func positive(_ keys: String...) throws(Reason) -> Double? {
    guard let (key, value) = find(keys) else { return nil }
    guard let number = value.double, number > 0, number.isFinite else {
      throw .wrongValue(key: key, expected: "a number above 0", found: Self.shown(value))
    }
    return number
  }

  /// A string.
  func text(_ keys: String...) throws(Reason) -> String? {
    guard let (key, value) = find(keys) else { return nil }
    guard let text = value.string else {
      throw .wrongValue(key: key, expected: "a string", found: Self.shown(value))
    }
    return text
  }

  /// An object, to be read likewise.
  func object(_ key: String) throws(Reason) -> ConfigurationReader? {
    guard let (name, value) = find([key]) else { return nil }
    guard let members = value.object else {
      throw .wrongValue(key: name, expected: "an object", found: Self.shown(value))
    }
    return ConfigurationReader(members: members, prefix: "\(name).")
  }

  /// One token or several.
  func tokens(_ key: String) throws(Reason) -> [Int] {
    guard let (key, value) = find([key]) else { return [] }
    let tokens = (value.array ?? [value]).map { $0.int ?? -1 }
    guard tokens.allSatisfy({ $0 >= 0 }) else {
      throw .wrongValue(key: key, expected: "tokens", found: Self.shown(value))
    }
    return tokens
  }

  /// Refuses a truth value that would change what is computed.
  func require(_ key: String, _ expected: Bool) throws(Reason) {
    guard try bool(key, default: expected) == expected else {
      throw .unsupported(key: prefix + key, supported: "\(expected)", found: "\(!expected)")
    }
  }
}
