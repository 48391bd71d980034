/// A JSON object: members in order, each key once.
///
///     var report: JSONObject = ["schema": "isoloss.eval", "schemaVersion": 1]
///     report["perplexity"] = 12.5
///
/// Keys are equal when their UTF-8 is: a composed and a decomposed `é` are two keys, as in every
/// vocabulary file, although Swift's `==` takes them for one. Two objects are equal when they have
/// the same members in the same order.
public struct JSONObject: Sendable {
  /// One key with its value.
  public struct Member: Sendable, Hashable {
    /// The key.
    public let key: String
    /// The value.
    public internal(set) var value: JSONValue
  }

  /// The members in order.
  public private(set) var members: [Member] = []

  /// Where each key stands in ``members``; empty while a look at each member is faster.
  private var positions: [ExactKey: Int] = [:]

  private static let indexedCount = 9

  /// Creates an empty object.
  public init() {}

  /// Creates an object with members in the given order.
  ///
  /// - Precondition: No key occurs twice.
  public init(_ elements: [(String, JSONValue)]) {
    for (key, value) in elements {
      precondition(append(key: key, value: value), "the key \(key) occurs twice")
    }
  }
}

// MARK: - Members

extension JSONObject {
  /// How many members there are.
  public var count: Int { members.count }

  /// Whether there are no members.
  public var isEmpty: Bool { members.isEmpty }

  /// The keys in order.
  public var keys: [String] { members.map(\.key) }

  /// The value of a key.
  ///
  /// A new key is put last, a known one keeps its place; `nil` removes the member.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): _ = append(key: key, value: value)
      case (nil, nil): break
      }
    }
  }

  /// Puts a member last; `false`, with nothing changed, if there is one with this key.
  package mutating func append(key: String, value: JSONValue) -> Bool {
    let exact = ExactKey(key)
    if positions.isEmpty {
      guard !members.contains(where: { ExactKey($0.key) == exact }) else { return false }
    } else {
      // One look-up both asks and enters, since files hold objects of a hundred thousand keys.
      if let known = positions.updateValue(members.count, forKey: exact) {
        positions[exact] = known
        return false
      }
    }
    members.append(Member(key: key, value: value))
    if members.count == Self.indexedCount { index() }
    return true
  }

  /// Gives the last member its value.
  mutating func setLast(_ value: JSONValue) {
    members[members.count - 1].value = value
  }

  private func position(of key: String) -> Int? {
    let key = ExactKey(key)
    if positions.isEmpty { return members.firstIndex { ExactKey($0.key) == key } }
    return positions[key]
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    index()
  }

  private mutating func index() {
    positions.removeAll(keepingCapacity: true)
    guard members.count >= Self.indexedCount else { return }
    for (position, member) in members.enumerated() { positions[ExactKey(member.key)] = position }
  }
}

// MARK: - Conformances

extension JSONObject: Hashable {
  /// Whether two objects have the same members in the same order.
  public static func == (first: Self, second: Self) -> Bool { first.members == second.members }

  /// Feeds the members to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(members) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Creates an object with members in the literal's order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements)
  }
}

/// A key that is equal to another only if their UTF-8 is.
private struct ExactKey: Hashable {
  private let text: String

  init(_ text: String) { self.text = text }

  static func == (first: Self, second: Self) -> Bool {
    first.text.utf8.elementsEqual(second.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
