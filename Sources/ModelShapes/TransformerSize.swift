/// A size of a transformer, to say which one is wrong.
///
/// Files and command lines may hold any number. Sizes within their ``accepted`` ranges make counts that
/// fit 64 bits, whatever their combination; beyond them, ``TransformerShape`` would trap.
public enum TransformerSize: String, Sendable, Hashable, CaseIterable {
  /// Blocks.
  case layers

  /// The width of the residual stream.
  case width

  /// Query heads.
  case heads

  /// Heads of keys and values.
  case keyValueHeads

  /// Numbers of a head.
  case headWidth

  /// The inner width of the feed-forward part.
  case feedForwardWidth

  /// Tokens that can be told apart.
  case vocabulary

  /// The longest context.
  case context

  /// What a file or a command line may ask for, well above any model there is.
  public var accepted: ClosedRange<Int> {
    switch self {
    // 2^12 blocks of at most 2^46.2 parameters each, and tables of 2^50: below 2^59 in all.
    case .layers, .heads, .keyValueHeads, .headWidth: 1...1 << 12
    case .width: 1...1 << 20
    case .feedForwardWidth: 1...1 << 22
    case .vocabulary: 1...1 << 26
    case .context: 1...1 << 30
    }
  }
}
