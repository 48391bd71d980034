import FileFormats

/// A vocabulary of any kind, with all that its file says of it.
public enum AnyVocabulary: Sendable, Hashable {
  /// Tokens of byte pairs.
  case bytePairs(VocabularyFile)
  /// Tokens that are characters or words.
  case units(UnitVocabulary)

  /// Reads a file in this package's own format.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: What errors call it.
  /// - Throws: ``VocabularyError``.
  public init(native bytes: [UInt8], name: String) throws(VocabularyError) {
    let members = try NativeMembers(bytes, name: name)
    switch members.json["unit"]?.string {
    case nil, VocabularyFile.unit?: self = .bytePairs(try VocabularyFile(members))
    default: self = .units(try members.units())
    }
  }

  /// What a token is: `byte-pair`, or a unit's name.
  public var unit: String {
    switch self {
    case .bytePairs: VocabularyFile.unit
    case .units(let vocabulary): vocabulary.unit.rawValue
    }
  }

  /// The vocabulary as a `tokenizer.json`, which Hugging Face's `tokenizers` reads to the same ids.
  ///
  /// - Throws: ``VocabularyError/Reason`` where such a file cannot hold it.
  public func tokenizerJSON() throws(VocabularyError.Reason) -> String {
    switch self {
    case .bytePairs(let file): try file.vocabulary.tokenizerJSON()
    case .units(let vocabulary): try vocabulary.tokenizerJSON()
    }
  }

  /// The text of the file in this package's own format, which holds every vocabulary.
  public var fileText: String {
    switch self {
    case .bytePairs(let file): file.text
    case .units(let vocabulary): vocabulary.fileText
    }
  }

  /// Makes what encodes by the vocabulary.
  ///
  /// - Throws: ``VocabularyError/Reason`` as ``BytePairTokenizer/init(_:)`` does.
  public func makeTokenizer() throws(VocabularyError.Reason) -> any Tokenizer {
    switch self {
    case .bytePairs(let file): try BytePairTokenizer(file.vocabulary)
    case .units(let vocabulary): UnitTokenizer(vocabulary)
    }
  }
}
