extension JSONValue {
  /// How JSON text is laid out.
  public enum Layout: Sendable, Hashable {
    /// Two spaces a level; arrays of scalars on one line.
    case pretty
    /// Everything on one line, without spaces.
    case compact
  }

  /// The value as JSON text, without a newline at its end.
  public func serialized(_ layout: Layout = .pretty) -> String { "" }

  /// The paths of the numbers that JSON cannot hold and that are written as `null`, such as
  /// `total.perplexity` or `files[2].x`.
  public var nonFinitePaths: [String] { [] }
}
