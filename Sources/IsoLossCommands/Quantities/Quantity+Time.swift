extension Quantity {
  /// The letters of durations, in seconds.
  private static let secondsPerUnit: [Character: Double] = [
    "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800,
  ]

  /// Parses a positive duration in seconds such as `30d`, `3d12h` or `90m`.
  public static func duration(_ text: String) throws(QuantityError) -> Double {
    let kind = "a duration such as `30d`, `3d12h` or `90m`"
    var rest = text[...]
    var seconds = 0.0
    var lastUnit = Double.infinity
    while !rest.isEmpty {
      guard let part = DecimalText(rest) else { throw .expected(kind, found: text, hint: nil) }
      guard let letter = part.suffix.first else {
        let number = part.number
        throw .ambiguous(
          text,
          readings: ["hours, written `\(number)h`", "days, written `\(number)d`"]
        )
      }
      guard let unit = secondsPerUnit[letter] else {
        throw .expected(kind, found: text, hint: "units are s, m (minutes), h, d, w")
      }
      guard unit < lastUnit else {
        throw .expected(kind, found: text, hint: "larger units come first, each once")
      }
      lastUnit = unit
      seconds += try part.value() * unit
      rest = part.suffix.dropFirst()
    }
    guard !text.isEmpty else { throw .expected(kind, found: text, hint: nil) }
    return try positive(seconds, text)
  }
}

/// A fleet of accelerators rented for a time, `8xH100:3d12h`.
public struct FleetQuantity: Sendable, Hashable {
  /// How many accelerators.
  public var count: Int

  /// Their name as written.
  public var acceleratorName: String

  /// How long, in seconds.
  public var seconds: Double

  /// Creates a fleet.
  public init(count: Int, acceleratorName: String, seconds: Double) {
    self.count = count
    self.acceleratorName = acceleratorName
    self.seconds = seconds
  }
}

extension Quantity {
  /// Parses accelerators and a time such as `8xH100:3d12h`; `H100:24h` is one of them.
  public static func fleet(_ text: String) throws(QuantityError) -> FleetQuantity {
    let kind = "accelerators and a time such as `8xH100:3d12h`"
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty else {
      throw .expected(kind, found: text, hint: "a colon stands before the time")
    }
    let (count, name) = try fleetSize(parts[0], of: text, kind)
    guard !name.isEmpty else { throw .expected(kind, found: text, hint: "no accelerator named") }
    return FleetQuantity(
      count: count,
      acceleratorName: String(name),
      seconds: try duration(String(parts[1]))
    )
  }

  /// Parses accelerators without a time such as `1024xH100`.
  public static func fleetSize(
    _ text: String
  ) throws(QuantityError) -> (count: Int, acceleratorName: String) {
    let kind = "accelerators such as `8xH100`"
    let (count, name) = try fleetSize(text[...], of: text, kind)
    guard !name.isEmpty, !name.contains(":") else { throw .expected(kind, found: text, hint: nil) }
    return (count, String(name))
  }

  private static func fleetSize(
    _ part: Substring,
    of text: String,
    _ kind: String
  ) throws(QuantityError) -> (count: Int, name: Substring) {
    let digits = part.prefix { ("0"..."9").contains($0) }
    let rest = part.dropFirst(digits.count)
    guard !digits.isEmpty, rest.first == "x" || rest.first == "×" else {
      guard digits.isEmpty else {
        throw .expected(kind, found: text, hint: "an `x` stands between the count and the name")
      }
      return (1, part)
    }
    return (try integer(String(digits), in: 1...10_000_000), rest.dropFirst())
  }
}
