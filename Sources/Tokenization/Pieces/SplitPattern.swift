/// How text is cut into pieces, before the bytes of each piece are merged into tokens.
///
/// Published byte-pair tokenizers say it by a regular expression that is matched again and again
/// from the start of the text. Here each of them is a splitter written by hand over bytes, which
/// gives the same pieces: every byte of the text belongs to precisely one.
///
///     print(SplitPattern.gpt2.expression)  // 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| …
///
/// Classes of scalars are those of Unicode 16.0, whatever the system knows.
///
/// An expression speaks of characters, a text is bytes. Here a maximal run of bytes that no valid
/// UTF-8 sequence covers is one character, neither letter, mark, number nor white space: a symbol,
/// as it were, that `[^\s\p{L}\p{N}]` matches. So a piece never ends within such a run, and the
/// pieces of valid text around it are what they are around any symbol.
public enum SplitPattern: String, Sendable, Hashable, CaseIterable {
  /// GPT-2, GPT-3, RoBERTa, GPT-NeoX: words and numbers with the space before them.
  case gpt2

  /// GPT-3.5 and GPT-4: digits by three, line ends apart from other white space, contractions in
  /// either case; white space that ends the text is one piece.
  case cl100k

  /// GPT-4o and later: words also cut where a capital follows a small letter.
  case o200k

  /// Llama 3 and many after it: ``cl100k`` but for white space that ends the text.
  case llama3

  /// Qwen2 and later: ``llama3`` with each digit by itself.
  case qwen2
}

extension SplitPattern {
  /// The regular expression whose matches the pieces are, as its publisher writes it.
  public var expression: String {
    switch self {
    case .gpt2:
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .cl100k:
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+|"#
        + #" ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#
    case .o200k:
      #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
        + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
        + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
        + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
        + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    case .llama3:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"#
        + #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    case .qwen2:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"#
        + #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
  }

  /// Finds the pattern with the pieces of a regular expression, by the spellings in use.
  ///
  /// An expression that is none of them gives `nil`, even where its matches might be the same.
  public init?(expression: String) {
    let known = Self.allCases.first { ([$0.expression] + $0.otherSpellings).contains(expression) }
    guard let known else { return nil }
    self = known
  }

  /// Expressions with the same matches that vocabulary files also use.
  private var otherSpellings: [String] {
    switch self {
    case .gpt2:
      [
        #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
        #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#,
        #"'s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
      ]
    case .llama3:
      // What cl100k was until the end of a text got an alternative of its own.
      [
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}|"#
          + #" ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]
    case .cl100k, .o200k, .qwen2: []
    }
  }
}
