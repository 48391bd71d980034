import IsoLoss
import Testing

extension JSONValue {
  /// The value at a path of keys and positions, such as `total.perplexity.interval.0`.
  func value(_ path: String) throws -> JSONValue {
    try path.split(separator: ".").reduce(self) { value, part in
      let next = Int(part).flatMap { value[$0] } ?? value[String(part)]
      return try #require(next, "no `\(part)` on the way to `\(path)`")
    }
  }

  /// The number at a path.
  func number(_ path: String) throws -> Double {
    try #require(value(path).double, "no number at `\(path)`")
  }

  /// The text at a path.
  func text(_ path: String) throws -> String {
    try #require(value(path).string, "no text at `\(path)`")
  }

  /// The same object without some of its members.
  func without(_ keys: String...) -> JSONValue {
    guard let object else { return self }
    let kept = object.members.filter { !keys.contains($0.key) }
    return .object(JSONObject(kept.map { ($0.key, $0.value) }))
  }
}

/// Whether two numbers agree but for a relative difference.
func isNear(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
  abs(found - expected) <= tolerance * abs(expected)
}
