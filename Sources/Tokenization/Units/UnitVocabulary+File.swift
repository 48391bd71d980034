import FileFormats

// MARK: - Writing

extension UnitVocabulary {
  /// The text of the file in this package's own format.
  public var fileText: String {
    let file: JSONObject = [
      "schema": .string(NativeMembers.schema),
      "schemaVersion": 1,
      "unit": .string(unit.rawValue),
      "dropsWhiteSpace": .bool(dropsWhiteSpace),
      "unknownToken": .init(unknownToken.map { Int($0) }),
      "corpusHash": .init(corpusHash?.description),
      "tokens": .array((0..<tokenCount).map { .string(Base64.encode(tokens[$0])) }),
    ]
    return JSONValue.object(file).serialized(.compact) + "\n"
  }
}

// MARK: - Reading

extension UnitVocabulary {
  /// Reads a file in this package's own format.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: What errors call it.
  /// - Throws: ``VocabularyError``.
  public init(native bytes: [UInt8], name: String) throws(VocabularyError) {
    self = try NativeMembers(bytes, name: name).units()
  }
}

extension NativeMembers {
  /// What a file of characters or words holds.
  func units() throws(VocabularyError) -> UnitVocabulary {
    try checkSchema()
    guard let unit = try text("unit").flatMap(TextUnit.init), unit != .byte else {
      throw error("unit", "`byte-pair`, `character` or `word`", json["unit"])
    }
    guard try bool("dropsWhiteSpace") == (unit == .word) else {
      throw error("dropsWhiteSpace", "\(unit == .word) of \(unit)s", json["dropsWhiteSpace"])
    }
    let tokens = try tokens()
    let vocabulary = UnitVocabulary(
      unit,
      tokens: tokens,
      unknownToken: try id(json["unknownToken"], "unknownToken", tokens.count),
      corpusHash: try corpusHash()
    )
    do throws(VocabularyError.Reason) {
      try vocabulary.check()
    } catch {
      throw VocabularyError(name, .path("tokens"), error)
    }
    return vocabulary
  }
}

extension UnitVocabulary {
  /// Throws unless every token is one unit, once, and the unknown has no bytes.
  func check() throws(VocabularyError.Reason) {
    for id in 0..<tokenCount {
      let bytes = Array(tokens[id])
      if let unknownToken, id == unknownToken {
        guard bytes.isEmpty else {
          throw .unexpected(
            expected: "no bytes at \(id), the unknown token",
            found: ByteText(bytes).description
          )
        }
        continue
      }
      guard unit.isOneUnit(bytes.span) else {
        let found = bytes.isEmpty ? "none" : ByteText(bytes).description
        throw .unexpected(expected: "one \(unit) at \(id)", found: found)
      }
    }
    if let (first, second) = TokenIndex(tokens).duplicate {
      throw .duplicateToken(ByteText(tokens[first]), first: first, second: second)
    }
  }
}
