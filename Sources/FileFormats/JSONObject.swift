/// A JSON object: members in order, each key once.
///
///     var report: JSONObject = ["schema": "isoloss.eval", "schemaVersion": 1]
///     report["perplexity"] = 12.5
public struct JSONObject: Sendable, Hashable {
  /// One key with its value.
  public struct Member: Sendable, Hashable {
    /// The key, as written.
    public let key: String
    /// The value.
    public internal(set) var value: JSONValue
  }

  /// The members in order.
  public private(set) var members: [Member] = []

  /// Creates an empty object.
  public init() {}

  /// The value of a key.
  public subscript(key: String) -> JSONValue? {
    get { members.first { $0.key == key }?.value }
    set {
      members.removeAll { $0.key == key }
      if let newValue { members.append(Member(key: key, value: newValue)) }
    }
  }
}

extension JSONObject {
  /// Creates an object with members in the given order.
  public init(_ elements: [(String, JSONValue)]) {
    for (key, value) in elements { self[key] = value }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Creates an object with members in the literal's order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements)
  }
}
