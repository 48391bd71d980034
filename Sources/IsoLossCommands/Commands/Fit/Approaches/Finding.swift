/// What was found, or why nothing was.
enum Finding<Value> {
  case found(Value)

  /// It cannot be had, in words: lower case, no final period.
  case refused(String)

  /// Nobody asked.
  case notAsked

  /// What was found.
  var value: Value? { if case .found(let value) = self { value } else { nil } }

  /// Why nothing was.
  var reason: String? { if case .refused(let reason) = self { reason } else { nil } }

  /// Something made of what was found.
  func map<Other>(_ body: (Value) -> Other) -> Finding<Other> {
    switch self {
    case .found(let value): .found(body(value))
    case .refused(let reason): .refused(reason)
    case .notAsked: .notAsked
    }
  }
}

extension Finding: Sendable where Value: Sendable {}
