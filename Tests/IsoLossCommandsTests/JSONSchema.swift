import IsoLoss

/// As much of JSON Schema (draft 2020-12) as the documentation's schemas use.
///
/// Understood are `type`, `properties`, `required`, `items`, `enum`, `const`, `$ref` to `$defs`, and
/// `additionalProperties`; any other keyword is a problem, so that no part of a schema is passed over
/// in silence. Keys must also stand in the order of `properties`.
struct JSONSchema {
  private let root: JSONValue

  private static let keywords: Set = [
    "$schema", "$defs", "$ref", "type", "properties", "required", "items", "enum", "const",
    "additionalProperties",
  ]

  init(_ root: JSONValue) {
    self.root = root
  }

  /// What is wrong with a value, each with its path; nothing where it follows the schema.
  func problems(with value: JSONValue) -> [String] {
    problems(value, root, "$")
  }

  private func problems(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
    if let allowed = schema.bool { return allowed ? [] : ["\(path): is not in the schema"] }
    guard let keywords = schema.object?.keys else { return ["\(path): the schema is no object"] }
    let unknown = keywords.filter { !Self.keywords.contains($0) }
    var problems = unknown.map { "\(path): the schema says `\($0)`" }
    if let reference = schema["$ref"]?.string {
      guard let target = definition(reference) else { return ["\(path): no `\(reference)`"] }
      problems += self.problems(value, target, path)
    }
    if let types = schema["type"], !names(types).contains(where: { isA($0, value) }) {
      problems.append("\(path): expected \(names(types)), found \(value.serialized(.compact))")
    }
    if let constant = schema["const"], constant != value {
      problems.append("\(path): expected \(constant.serialized(.compact))")
    }
    if let choices = schema["enum"]?.array, !choices.contains(value) {
      problems.append("\(path): \(value.serialized(.compact)) is not among the choices")
    }
    for (index, element) in (value.array ?? []).enumerated() {
      problems += self.problems(element, schema["items"] ?? true, "\(path)[\(index)]")
    }
    return problems + (value.object.map { objectProblems($0, schema, path) } ?? [])
  }

  private func objectProblems(
    _ object: JSONObject,
    _ schema: JSONValue,
    _ path: String
  ) -> [String] {
    let order = schema["properties"]?.object?.keys ?? []
    var problems = (schema["required"]?.array ?? []).compactMap(\.string)
      .filter { object[$0] == nil }.map { "\(path): `\($0)` is missing" }
    for member in object.members {
      let part = schema["properties"]?[member.key] ?? schema["additionalProperties"] ?? true
      problems += self.problems(member.value, part, "\(path).\(member.key)")
    }
    let known = object.keys.filter(order.contains)
    if known != order.filter({ object[$0] != nil }) {
      problems.append("\(path): keys stand in the order \(known)")
    }
    return problems
  }

  private func definition(_ reference: String) -> JSONValue? {
    let prefix = "#/$defs/"
    guard reference.hasPrefix(prefix) else { return nil }
    return root["$defs"]?[String(reference.dropFirst(prefix.count))]
  }

  private func names(_ types: JSONValue) -> [String] {
    types.string.map { [$0] } ?? (types.array ?? []).compactMap(\.string)
  }

  private func isA(_ type: String, _ value: JSONValue) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array): true
    case ("object", .object), ("integer", .integer), ("number", .integer), ("number", .number): true
    default: false
    }
  }
}
