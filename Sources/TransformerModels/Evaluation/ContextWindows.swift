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

  /// Which of its tokens a window scores.
  public enum Scoring: Sendable, Hashable {
    /// Those that no window before it has scored.
    case new

    /// The second half of each full window, as llama.cpp's `llama-perplexity` does.
    case secondHalf

    /// Those that no window before it has scored, whose mean weighs one token less than they are but in a
    /// text's first window, as in the guide of Hugging Face's transformers.
    case newLessOne
  }

  /// Tokens that a window takes in.
  public var context: Int

  /// Tokens from the beginning of a window to that of the next.
  public var stride: Int

  /// What stands before the first token.
  public var prefix: Prefix

  /// Which of its tokens a window scores.
  public private(set) var scoring = Scoring.new

  /// Whether a text's last window reaches back over tokens that are scored already, until it is full.
  public private(set) var fillsLast = false

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

  /// Windows that do not overlap but for the last, as lm-evaluation-harness rolls them over a text.
  ///
  /// What is left for the last window is scored after as many of the tokens before it as make the window
  /// full.
  ///
  /// - Parameters:
  ///   - context: Tokens of a window.
  ///   - beginning: The token before the text.
  /// - Returns: The windows.
  public static func rolling(context: Int, beginning: Int32) -> Self {
    var windows = Self.disjoint(context: context, prefix: .first(beginning))
    windows.fillsLast = true
    return windows
  }

  /// Windows as the guide of Hugging Face's transformers cuts a text for its perplexity.
  ///
  /// The guide takes the mean loss of what a window scores, and multiplies it by the number of labels less one, as
  /// nothing stands before the first. That is so in a text's first window alone: in the others labels are of new
  /// tokens, each with a loss, so that these weigh a little less than they should.
  ///
  /// - Parameters:
  ///   - context: Tokens of a window, its last target among them: the guide's `max_length`.
  ///   - stride: Tokens between windows' beginnings.
  ///   - beginning: The token before the text, if the tokenizer puts one there.
  /// - Returns: The windows.
  /// - Precondition: The stride is positive and less than the context.
  public static func strided(context: Int, stride: Int, beginning: Int32? = nil) -> Self {
    precondition(stride < context, "windows of \(context) tokens every \(stride)")
    let prefix = beginning.map(Prefix.first) ?? .none
    var windows = Self(context: context, stride: stride, prefix: prefix)
    windows.scoring = .newLessOne
    return windows
  }

  /// Windows that score their second halves, as llama.cpp's `llama-perplexity` does.
  ///
  /// They do not overlap. The token that begins the text stands before the first token, and in the place of the
  /// first token of each further window. Of n tokens, counted from 0, those from n / 2 + 1 on are scored, and
  /// nothing of a last window that is not full.
  ///
  /// - Parameters:
  ///   - context: Tokens of a window, the beginning among them: llama.cpp's `--ctx-size`.
  ///   - beginning: The token that begins a text.
  /// - Returns: The windows.
  /// - Precondition: There are at least three tokens, of which one is scored.
  public static func secondHalves(of context: Int, beginning: Int32) -> Self {
    precondition(context > 2, "windows of \(context) tokens score none")
    var windows = Self.disjoint(context: context, prefix: .first(beginning))
    windows.scoring = .secondHalf
    return windows
  }
}
