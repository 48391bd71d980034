import IsoLoss

/// The tokens that a run trains on and is measured by, and what made them.
struct TrainingTexts {
  let vocabulary: LoadedVocabulary
  let training: TokenData
  let validation: TokenData?

  /// The bytes of all texts to train on.
  let byteCount: Int

  /// Reads and encodes the texts that the words name.
  init(_ words: TrainTransformerWords, in context: CommandContext) throws {
    vocabulary = try LoadedVocabulary(words.vocabulary, in: context)
    let tokenizer = vocabulary.tokenizer
    let end = vocabulary.endOfText
    var bytes = 0
    func ids(_ inputs: [String]) throws -> [UInt32] {
      var ids: [UInt32] = []
      for file in try inputs.flatMap(context.expandFolder) {
        let name = context.displayName(file)
        var reader = TextPortions(try context.open(file), name: name, tokenizer, in: context)
        while let portion = try reader.next() { ids += portion }
        bytes += reader.byteCount
        if let end { ids.append(end) }
      }
      return ids
    }
    let name = words.inputs.count == 1 ? words.inputs[0] : "the texts"
    let all = try ids(words.inputs)
    byteCount = bytes
    guard words.validation.isEmpty else {
      training = TokenData(all, name: name)
      let held = words.validation.count == 1 ? words.validation[0] : "the validation texts"
      validation = TokenData(try ids(words.validation), name: held)
      return
    }
    let kept = Int(Double(all.count) * words.validationShare)
    training = TokenData(Array(all.dropLast(kept)), name: name)
    validation = kept < 2 ? nil : TokenData(Array(all.suffix(kept)), name: "\(name), its end")
  }

  /// Tokens that can be told apart.
  var tokenCount: Int { vocabulary.tokenizer.tokenCount }

  /// The bytes that each token stands for.
  var tokenByteCounts: [Int] {
    (0..<tokenCount).map { vocabulary.tokenizer.byteLength(of: TokenID($0)) }
  }
}
