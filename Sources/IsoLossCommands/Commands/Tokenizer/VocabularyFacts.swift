import IsoLoss

// What each kind of vocabulary says of itself, as rows of two words.

extension VocabularyFile {
  /// How text is cut and merged.
  func factRows(singleByteCount: Int) -> [[String]] {
    var rows = [
      [
        "tokens",
        "\(NumberText.count(vocabulary.tokenCount)), of one byte \(NumberText.count(singleByteCount)),"
          + " special \(NumberText.count(vocabulary.specialTokens.count))",
      ]
    ]
    rows += vocabulary.preparationRows
    let ends = [vocabulary.beginningOfText, vocabulary.endOfText].map { id in
      id.map { "\($0)" } ?? "none"
    }
    let always = vocabulary.addsBeginningOfText ? ", always" : ""
    rows.append(["text begins with", ends[0] + always])
    rows.append(["text ends with", ends[1]])
    if let tieRule { rows.append(["tie rule", tieRule]) }
    return rows
  }
}

extension BytePairVocabulary {
  /// How many merges are listed; `nil` where ids or scores are ranks.
  var mergeCount: Int? {
    if case .list(let merges) = merging { merges.count } else { nil }
  }

  fileprivate var preparationRows: [[String]] {
    [
      ["merging", mergingText],
      ["whole pieces", looksUpWholePieces ? "looked up before merging" : "merged"],
      ["pattern", pattern.map { "\($0.rawValue): \($0.expression)" } ?? cuttingText],
      ["normalizer", normalization == .formC ? "NFC of Unicode 16.0" : "none"],
      ["spaces", spacingText],
    ]
  }

  private var mergingText: String {
    switch merging {
    case .ranks: "by ids, the lowest first"
    case .rankOfToken: "by the tokens' scores, the highest first"
    case .list(let merges): "by \(NumberText.counted(merges.count, "merge")) in order"
    }
  }

  private var cuttingText: String {
    guard let spacing else { return "none: a text is one piece" }
    return spacing.cutsAtEachSpace ? "pieces begin at each space" : "none"
  }

  private var spacingText: String {
    guard let spacing else {
      return addsPrefixSpace ? "as they are, one put before the text" : "as they are"
    }
    let prefix =
      switch spacing.prefix {
      case .never: "none put before the text"
      case .first: "one put before the text"
      case .every: "one put before each stretch of text"
      }
    return "written as U+2581, \(prefix)"
      + (hasByteFallback ? "; characters without token become their bytes" : "")
  }
}

extension UnitVocabulary {
  /// What a token is, and what stands for all others.
  func factRows(singleByteCount: Int) -> [[String]] {
    var rows = [
      ["unit", unit.rawValue],
      [
        "tokens",
        "\(NumberText.count(tokenCount)), of one byte \(NumberText.count(singleByteCount))"
          + (unknownToken == nil ? "" : ", unknown 1"),
      ],
      ["white space", dropsWhiteSpace ? "dropped, but for newlines" : "kept"],
    ]
    if let unknownToken { rows.append(["unknown", "\(unknownToken), decoded as U+FFFD"]) }
    return rows
  }
}
