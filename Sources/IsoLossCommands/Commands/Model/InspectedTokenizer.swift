import IsoLoss

/// The tokenizer in a checkpoint's folder, held against the model's vocabulary.
struct InspectedTokenizer {
  /// How many tokens it has; `nil` where it cannot be read.
  let tokenCount: Int?

  /// How many tokens the model has.
  let vocabulary: Int

  /// What there is to warn about.
  let warnings: [ReportWarning]

  /// Reads the tokenizer that the folder holds under a usual name; `nil` where there is none.
  ///
  /// - Throws: `Interruption`; a tokenizer that cannot be read is a warning.
  init?(inFolder folder: String, vocabulary: Int, in context: CommandContext) throws {
    guard !LoadedVocabulary.usualFiles(inFolder: folder, in: context).isEmpty else { return nil }
    self.vocabulary = vocabulary
    do {
      let count = try LoadedVocabulary(VocabularyWords(folder), in: context).tokenizer.tokenCount
      tokenCount = count
      warnings = count > vocabulary ? [Self.larger(count, than: vocabulary, folder)] : []
    } catch let error as Interruption {
      throw error
    } catch {
      tokenCount = nil
      let message = "the tokenizer in `\(folder)` cannot be read: \(error)"
      warnings = [ReportWarning(id: "tokenizer-unreadable", message: message)]
    }
  }

  private static func larger(_ count: Int, than vocabulary: Int, _ folder: String) -> ReportWarning
  {
    let message =
      "the tokenizer in `\(folder)` has \(NumberText.counted(count, "token")), more than the model's"
      + " vocabulary of \(NumberText.count(vocabulary)): texts may become tokens that the model has not"
    return ReportWarning(id: "tokenizer-larger", message: message)
  }

  /// Its size, and how that fits the model's, in words.
  var words: String {
    guard let tokenCount else { return "cannot be read" }
    let tokens = NumberText.counted(tokenCount, "token")
    let difference = NumberText.count(abs(vocabulary - tokenCount))
    if vocabulary == tokenCount { return tokens }
    return vocabulary > tokenCount
      ? "\(tokens); \(difference) more of the vocabulary are padding"
      : "\(tokens), \(difference) more than the vocabulary has"
  }
}
