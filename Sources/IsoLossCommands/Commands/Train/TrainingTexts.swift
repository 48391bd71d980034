import IsoLoss

/// The tokens that a run trains on and is measured by, and what made them.
struct TrainingTexts {
  let vocabulary: LoadedVocabulary
  let training: TokenData
  let validation: TokenData?

  /// The bytes of all texts to train on.
  let byteCount: Int

  /// The tokens of all texts that the vocabulary does not hold.
  let unknown: UnknownTokens

  /// Reads and encodes the texts that the words name.
  init(_ words: TrainTransformerWords, in context: CommandContext) throws {
    vocabulary = try LoadedVocabulary(words.vocabulary, in: context)
    let tokenizer = vocabulary.tokenizer
    let end = vocabulary.endOfText
    var bytes = 0
    var unknown = UnknownTokens(tokenizer)
    func ids(_ inputs: [String]) throws -> [UInt32] {
      var ids: [UInt32] = []
      for file in try inputs.flatMap(context.expandFolder) {
        let name = context.displayName(file)
        var reader = TextPortions(try context.open(file), name: name, tokenizer, in: context)
        while let portion = try reader.next() {
          unknown.add(portion)
          ids += portion
        }
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
      self.unknown = unknown
      return
    }
    self.unknown = unknown
    let kept = Int(Double(all.count) * words.validationShare)
    training = TokenData(Array(all.dropLast(kept)), name: name)
    validation = kept < 2 ? nil : TokenData(Array(all.suffix(kept)), name: "\(name), its end")
  }

  /// Tokens that can be told apart.
  var tokenCount: Int { vocabulary.tokenizer.tokenCount }

  /// The bytes that each token stands for; `nil` where the tokens to be measured by do not determine
  /// their bytes: of words the white space between them is missing, of unknown tokens everything.
  var tokenByteCounts: [Int]? {
    guard vocabulary.units?.dropsWhiteSpace != true, !validationHasUnknown else { return nil }
    return (0..<tokenCount).map { vocabulary.tokenizer.byteLength(of: TokenID($0)) }
  }

  private var validationHasUnknown: Bool {
    guard let validation, unknown.count > 0, let id = vocabulary.tokenizer.unknownToken else {
      return false
    }
    return stride(from: 0, to: validation.count, by: 1 << 16).contains { start in
      validation[start..<min(validation.count, start + 1 << 16)].contains(Int32(id))
    }
  }
}
