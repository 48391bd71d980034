import FileFormats

/// The members of a vocabulary file of this package's own, each with a type to be checked.
struct NativeMembers {
  let json: JSONValue

  /// What errors call the file.
  let name: String

  static let schema = "isoloss.vocabulary"

  /// Reads a file.
  init(_ bytes: [UInt8], name: String) throws(VocabularyError) {
    self.name = name
    do throws(JSONError) {
      json = try JSONValue(parsing: bytes, name: name)
    } catch {
      throw VocabularyError(name, nil, .json(error))
    }
  }

  /// The error that something else stands where `expected` should.
  func error(_ path: String, _ expected: String, _ found: JSONValue?) -> VocabularyError {
    let text = found.map { $0.serialized(.compact) } ?? "nothing"
    return VocabularyError(
      name,
      .path(path),
      .unexpected(expected: expected, found: excerpt(text))
    )
  }

  /// Whether a key says so.
  func bool(_ key: String) throws(VocabularyError) -> Bool {
    guard let value = json[key]?.bool else { throw error(key, "true or false", json[key]) }
    return value
  }

  /// The text of a key that may be null.
  func text(_ key: String) throws(VocabularyError) -> String? {
    guard let value = json[key] else { throw error(key, "a text or null", nil) }
    guard !value.isNull else { return nil }
    guard let text = value.string else { throw error(key, "a text or null", value) }
    return text
  }

  /// The list of a key.
  func array(_ key: String) throws(VocabularyError) -> [JSONValue] {
    guard let values = json[key]?.array else { throw error(key, "a list", json[key]) }
    return values
  }

  /// An id of the vocabulary.
  func id(_ value: JSONValue?, _ path: String, _ count: Int) throws(VocabularyError)
    -> TokenID
  {
    guard let id = value?.int, id >= 0 else { throw error(path, "an id", value) }
    guard id < count else {
      throw VocabularyError(name, .path(path), .idOutOfRange(id, count: count))
    }
    return TokenID(id)
  }

  /// The id of a key that may be null.
  func optionalID(_ key: String, _ count: Int) throws(VocabularyError) -> TokenID? {
    guard let value = json[key] else { throw error(key, "an id or null", nil) }
    return value.isNull ? nil : try id(value, key, count)
  }

  /// Throws unless the file is a vocabulary of a version that is read.
  func checkSchema() throws(VocabularyError) {
    guard let schema = try text("schema"), schema == Self.schema else {
      throw error("schema", "`\(Self.schema)`", json["schema"])
    }
    guard json["schemaVersion"]?.int == 1 else {
      throw error("schemaVersion", "1", json["schemaVersion"])
    }
  }

  /// The hash of the texts that were trained on.
  func corpusHash() throws(VocabularyError) -> ContentHash? {
    guard let text = try text("corpusHash") else { return nil }
    guard let hash = ContentHash(hexadecimal: text) else {
      throw error("corpusHash", "a SHA-256", .string(text))
    }
    return hash
  }

  /// The bytes of all tokens, in the order of ids.
  func tokens() throws(VocabularyError) -> TokenBytes {
    let texts = try array("tokens")
    guard texts.count <= BytePairVocabulary.mostTokens else {
      throw VocabularyError(
        name,
        .path("tokens"),
        .tooManyTokens(limit: BytePairVocabulary.mostTokens)
      )
    }
    var tokens = TokenBytes()
    for (position, text) in texts.enumerated() {
      guard let text = text.string, let bytes = Base64.decode(Array(text.utf8)) else {
        throw error("tokens[\(position)]", "a token in base64", text)
      }
      tokens.append(bytes.span)
    }
    return tokens
  }
}
