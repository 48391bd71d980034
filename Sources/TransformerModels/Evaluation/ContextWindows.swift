/// How a text longer than a model's context is cut into windows.
///
/// A window takes up to ``context`` tokens in and predicts the token after each. Windows begin
/// ``stride`` tokens apart, and each scores only what those before it did not, so that every token is
/// scored once, with at least `context − stride` tokens before it but at the beginning of the text.
public struct ContextWindows: Sendable, Hashable {
  /// What stands before the first token of a text.
  public enum Prefix: Sendable, Hashable {
    /// Nothing: the first token is not scored.
    case none

    /// A token, before the first one.
    case first(Int32)

    /// A token that takes the first place of every window.
    case every(Int32)
  }

  /// Tokens that a window takes in.
  public var context: Int

  /// Tokens from the beginning of a window to that of the next.
  public var stride: Int

  /// What stands before the first token.
  public var prefix: Prefix

  /// Creates windows.
  ///
  /// - Parameters:
  ///   - context: Tokens that a window takes in.
  ///   - stride: Tokens between windows' beginnings; by default half of the context.
  ///   - prefix: What stands before the first token.
  /// - Precondition: The stride is positive and at most the context.
  public init(context: Int, stride: Int? = nil, prefix: Prefix = .none) {
    let stride = stride ?? max(1, context / 2)
    precondition(
      (1...max(1, context)).contains(stride) && context > 0,
      "windows of \(context) tokens every \(stride)"
    )
    self.context = context
    self.stride = stride
    self.prefix = prefix
  }

  /// Windows that do not overlap.
  public static func disjoint(context: Int, prefix: Prefix = .none) -> Self {
    Self(context: context, stride: context, prefix: prefix)
  }

  /// Tokens of a text that are not scored: the first, where nothing stands before it.
  public var unscoredTokenCount: Int { prefix == .none ? 1 : 0 }
}
