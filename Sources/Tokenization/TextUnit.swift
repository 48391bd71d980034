/// What an n-gram model takes for one token.
///
/// A sentence is a line in every unit: a newline is never a token but the sentence end.
public enum TextUnit: String, Sendable, Hashable, CaseIterable {
  /// Each byte except the newline.
  case byte

  /// Each Unicode scalar except the newline; a maximal run of invalid UTF-8 is one token.
  case character

  /// Each piece between ASCII white space: space, tab, newline, vertical tab, form feed,
  /// carriage return.
  case word
}

extension TextUnit: CustomStringConvertible {
  /// The name that options take: `byte`, `character` or `word`.
  public var description: String { rawValue }
}
