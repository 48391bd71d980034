/// A model that gives every token of a text a probability, given what came before.
public protocol LanguageModel {
  /// What scores one text.
  associatedtype Scorer: TextScorer

  /// The name reports use.
  var name: String { get }

  /// What a token is, in the words reports use: `byte`, `character`, `word`.
  var tokenUnit: String { get }

  /// Whether the model learns from the text it scores.
  var learns: Bool { get }

  /// Makes a scorer that stands at the beginning of a text.
  ///
  /// - Parameter ranks: Whether tokens come with their rank, which costs time.
  /// - Returns: A scorer that shares the model.
  func makeScorer(ranks: Bool) -> Scorer

  /// Forgets what was learned from scored texts; nothing, for a model that does not learn from them.
  func forget()
}

extension LanguageModel {
  /// Does nothing: most models do not learn from the texts they score.
  public func forget() {}
}
