import FileFormats

// Characters and words as a `tokenizer.json`: a model of whole words, behind a split that makes each
// unit a word.

extension UnitVocabulary {
  /// The vocabulary as a `tokenizer.json`, which Hugging Face's `tokenizers` reads to the same ids.
  ///
  /// - Returns: The text of the file.
  /// - Throws: ``VocabularyError/Reason`` for bytes, and for tokens that are no UTF-8.
  public func tokenizerJSON() throws(VocabularyError.Reason) -> String {
    guard let unknownToken, let split = unit.splitJSON else {
      throw .unsupported(component: "vocabulary of bytes as", name: "tokenizer.json")
    }
    let unknown = unknownSpelling
    var ids = JSONObject()
    for id in 0..<tokenCount {
      let spelling = id == unknownToken ? unknown : String(validating: tokens[id], as: UTF8.self)
      guard let spelling else {
        throw .unsupported(
          component: "token \(ByteText(tokens[id])), which is no UTF-8, as part of",
          name: "tokenizer.json"
        )
      }
      _ = ids.append(key: spelling, value: .integer(id))
    }
    let file: JSONObject = [
      "version": "1.0",
      "truncation": nil,
      "padding": nil,
      "added_tokens": [],
      "normalizer": nil,
      "pre_tokenizer": split,
      "post_processor": nil,
      "decoder": unit == .character ? ["type": "Fuse"] : nil,
      "model": [
        "type": .string(UnitVocabulary.modelType), "vocab": .object(ids),
        "unk_token": .string(unknown),
      ],
    ]
    return JSONValue.object(file).serialized() + "\n"
  }

  /// How the file spells the unknown token: as no other one.
  private var unknownSpelling: String {
    let usual = "<unk>"
    // No word has a space in it.
    return TokenIndex(tokens).find(Array(usual.utf8).span) == nil ? usual : "<not known>"
  }

  /// The kind of model that looks whole words up.
  static let modelType = "WordLevel"
}

extension TextUnit {
  /// What makes each unit a word of its own; `nil` for bytes, which a text of characters has not.
  fileprivate var splitJSON: JSONValue? {
    switch self {
    case .byte: nil
    case .character: Self.split(#"[\s\S]"#, "Isolated")
    case .word:
      [
        "type": "Sequence",
        "pretokenizers": [
          Self.split(#"[ \t\x0B\x0C\r]+"#, "Removed"), Self.split(#"\n"#, "Isolated"),
        ],
      ]
    }
  }

  private static func split(_ expression: String, _ behavior: String) -> JSONValue {
    [
      "type": "Split", "pattern": ["Regex": .string(expression)], "behavior": .string(behavior),
      "invert": false,
    ]
  }
}

// MARK: - Reading

extension UnitVocabulary {
  /// Takes what a `tokenizer.json` with a model of whole words holds, if it is one of those that this
  /// package writes.
  ///
  /// - Throws: ``VocabularyError``, which names what is not supported.
  init(
    members: JSONObject,
    model: JSONObject,
    spellings: TokenBytes,
    ids: [Int],
    name: String
  ) throws(VocabularyError) {
    guard
      let unit = TextUnit.allCases.first(where: { unit in
        unit.splitJSON != nil && unit.splitJSON == members["pre_tokenizer"]
      })
    else {
      let kind = members["pre_tokenizer"]?["type"]?.string ?? "none"
      throw VocabularyError(
        name,
        .path("pre_tokenizer"),
        .unsupported(component: "pre-tokenizer before whole words", name: kind)
      )
    }
    for key in ["normalizer", "post_processor"] {
      guard let value = members[key], !value.isNull else { continue }
      let kind = value["type"]?.string ?? "of no type"
      throw VocabularyError(name, .path(key), .unsupported(component: key, name: kind))
    }
    if let added = members["added_tokens"]?.array, !added.isEmpty {
      let text = added[0]["content"]?.string ?? ""
      let reason = VocabularyError.Reason.unsupported(
        component: "added token beside \(unit)s",
        name: text
      )
      throw VocabularyError(name, .path("added_tokens"), reason)
    }
    do throws(VocabularyError.Reason) {
      let unknown = Array((model["unk_token"]?.string ?? "").utf8)
      self = try Self.inOrder(unit, spellings, ids, unknown: unknown)
    } catch {
      throw VocabularyError(name, .path("model.vocab"), error)
    }
  }

  /// The tokens in the order of ids, and the unknown without bytes.
  private static func inOrder(
    _ unit: TextUnit,
    _ spellings: TokenBytes,
    _ ids: [Int],
    unknown: [UInt8]
  ) throws(VocabularyError.Reason) -> UnitVocabulary {
    let count = ids.count
    guard count <= BytePairVocabulary.mostTokens else {
      throw .tooManyTokens(limit: BytePairVocabulary.mostTokens)
    }
    var places = [Int](repeating: -1, count: count)
    var unknownID: Int?
    for (position, id) in ids.enumerated() {
      guard places.indices.contains(id) else { throw .idOutOfRange(id, count: count) }
      guard places[id] < 0 else {
        throw .duplicateID(id, ByteText(spellings[places[id]]), ByteText(spellings[position]))
      }
      places[id] = position
      if spellings[position].elementsEqual(unknown) { unknownID = id }
    }
    guard let unknownID else {
      throw .unexpected(expected: "the unknown token \(ByteText(unknown))", found: "none")
    }
    places[unknownID] = -1
    let vocabulary = UnitVocabulary(
      unit,
      tokens: spellings.reordered(places),
      unknownToken: TokenID(unknownID)
    )
    try vocabulary.check()
    return vocabulary
  }
}
