/// What is done with words of a training text that are spelled like reserved ones: `<unk>`, `<s>`
/// and `</s>`.
///
/// It concerns word units only, since no byte or character is spelled so.
public enum ReservedWordPolicy: String, Sendable, Hashable, CaseIterable {
  /// They are dropped like white space, so that their neighbors become neighbors; as
  /// `lmplz --skip_symbols`.
  case skip

  /// They are words like any other: in the vocabulary, counted, predicted, and distinct from the
  /// sentence begin, the sentence end and the unknown word.
  ///
  /// A scored text's `<unk>` is then a known word. The figures are those of a text in which the
  /// reserved spellings were replaced by ones that occur nowhere else.
  case count

  /// They are errors that name file and line.
  case error
}

/// What is done when the counts of an order give no discounts.
public enum DiscountPolicy: Sendable, Hashable {
  /// That order takes 0.5, 1 and 1.5, and says so in ``Discounts/failure``; as
  /// `lmplz --discount_fallback`.
  case fallback

  /// Training stops with ``NGramError/noDiscounts(order:_:)``.
  case error
}

/// The choices of Kneser-Ney training; the defaults are KenLM's with symbols skipped.
public struct KneserNeyOptions: Sendable, Hashable {
  /// What is done with `<unk>`, `<s>` and `</s>` in the training text.
  public var reservedWords = ReservedWordPolicy.skip

  /// What is done when the counts of an order give no discounts.
  public var discounts = DiscountPolicy.fallback

  /// Whether the mass discounted from unigrams is spread over all words, as `lmplz` does by
  /// default, or given to the unknown word alone, as SRILM does.
  public var interpolatesUnigrams = true

  /// Creates the default choices.
  public init() {}
}
