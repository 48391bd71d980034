public import FileFormats

/// A vocabulary with where it comes from, as this package's own files have it.
///
/// Such a file is JSON with everything that encoding depends on: tokens byte for byte, merges,
/// pattern, normalizer and the version of Unicode; and, of one that was trained here, the rule for
/// pairs of equal count and the hash of the corpus.
public struct VocabularyFile: Sendable, Hashable {
  /// The vocabulary.
  public var vocabulary: BytePairVocabulary

  /// Which of several pairs that are equally frequent training took; `nil` where that is unknown.
  public var tieRule: String?

  /// The SHA-256 of the text that was trained on; `nil` where that is unknown.
  public var corpusHash: ContentHash?

  /// The version of Unicode whose classes cut text into pieces.
  public static let unicodeVersion = "16.0"

  /// What byte pairs are called where a unit is named; files of byte pairs need not name it.
  public static let unit = "byte-pair"

  /// Creates a file's content.
  public init(
    _ vocabulary: BytePairVocabulary,
    tieRule: String? = nil,
    corpusHash: ContentHash? = nil
  ) {
    self.vocabulary = vocabulary
    self.tieRule = tieRule
    self.corpusHash = corpusHash
  }
}

extension BytePairVocabulary {
  /// Reads a vocabulary in this package's own format.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: What errors call it.
  /// - Throws: ``VocabularyError``.
  public init(native bytes: [UInt8], name: String) throws(VocabularyError) {
    self = try VocabularyFile(bytes, name: name).vocabulary
  }
}

// MARK: - Writing

extension VocabularyFile {
  /// The text of the file.
  public var text: String {
    var file: JSONObject = [
      "schema": .string(NativeMembers.schema),
      "schemaVersion": 1,
      "unicodeVersion": .string(Self.unicodeVersion),
      "pattern": .init(vocabulary.pattern?.rawValue),
      "normalizer": .init(vocabulary.normalization == .formC ? "NFC" : nil),
      "tieRule": .init(tieRule),
      "corpusHash": .init(corpusHash?.description),
      "addsPrefixSpace": .bool(vocabulary.addsPrefixSpace),
      "looksUpWholePieces": .bool(vocabulary.looksUpWholePieces),
      "hasByteFallback": .bool(vocabulary.hasByteFallback),
      "spacing": vocabulary.spacing?.json ?? nil,
      "unknownToken": .init(vocabulary.unknownToken.map { Int($0) }),
      "beginningOfText": .init(vocabulary.beginningOfText.map { Int($0) }),
      "endOfText": .init(vocabulary.endOfText.map { Int($0) }),
      "addsBeginningOfText": .bool(vocabulary.addsBeginningOfText),
      "unspelledTokens": .array(vocabulary.unspelledTokens.map { .integer(Int($0)) }),
      "addedTokens": .array(vocabulary.addedTokens.map(\.json)),
      "tokens": .array(
        (0..<vocabulary.tokenCount).map { .string(Base64.encode(vocabulary.tokens[$0])) }
      ),
    ]
    switch vocabulary.merging {
    case .ranks: file["merging"] = "ranks"
    case .rankOfToken(let ranks):
      file["merging"] = "rankOfToken"
      file["ranks"] = .array(ranks.map { .integer(Int($0)) })
    case .list(let merges):
      file["merging"] = "list"
      file["merges"] = .array(
        merges.map { [.integer(Int($0.left)), .integer(Int($0.right)), .integer(Int($0.result))] }
      )
    }
    return JSONValue.object(file).serialized(.compact) + "\n"
  }
}

extension BytePairVocabulary.AddedToken {
  fileprivate var json: JSONValue {
    [
      "id": .integer(Int(id)),
      "text": .string(Base64.encode(text[...])),
      "isSpecial": .bool(isSpecial),
      "stripsLeft": .bool(stripsLeft),
      "stripsRight": .bool(stripsRight),
      "isFoundPrepared": .bool(isFoundPrepared),
    ]
  }
}

extension BytePairVocabulary.Spacing {
  fileprivate var json: JSONValue {
    [
      "prefix": .string(prefix.rawValue),
      "prefixesOnlyWithoutSpace": .bool(prefixesOnlyWithoutSpace),
      "cutsAtEachSpace": .bool(cutsAtEachSpace),
    ]
  }
}

// MARK: - Reading

extension VocabularyFile {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: What errors call it.
  /// - Throws: ``VocabularyError``.
  public init(_ bytes: [UInt8], name: String) throws(VocabularyError) {
    try self.init(NativeMembers(bytes, name: name))
  }

  /// Takes a file whose members were read.
  init(_ members: NativeMembers) throws(VocabularyError) { self = try members.file() }
}

extension NativeMembers {
  /// What a file of byte pairs holds.
  fileprivate func file() throws(VocabularyError) -> VocabularyFile {
    try checkSchema()
    if let unit = json["unit"], unit.string != VocabularyFile.unit {
      throw error("unit", "a vocabulary of byte pairs, `\(VocabularyFile.unit)`", unit)
    }
    let version = try text("unicodeVersion")
    guard version == VocabularyFile.unicodeVersion else {
      throw error("unicodeVersion", VocabularyFile.unicodeVersion, json["unicodeVersion"])
    }
    var file = VocabularyFile(try vocabulary(), tieRule: try text("tieRule"))
    file.corpusHash = try corpusHash()
    return file
  }

  private func vocabulary() throws(VocabularyError) -> BytePairVocabulary {
    let tokens = try tokens()
    let count = tokens.count
    var vocabulary = BytePairVocabulary(
      tokens: tokens,
      merging: try merging(count),
      addedTokens: try addedTokens(count)
    )
    if let pattern = try text("pattern") {
      vocabulary.pattern = SplitPattern(rawValue: pattern)
      if vocabulary.pattern == nil {
        throw VocabularyError(name, .path("pattern"), .unknownPattern(pattern))
      }
    }
    switch try text("normalizer") {
    case nil: break
    case "NFC": vocabulary.normalization = .formC
    case let other?:
      throw VocabularyError(
        name,
        .path("normalizer"),
        .unsupported(component: "normalizer", name: other)
      )
    }
    vocabulary.addsPrefixSpace = try bool("addsPrefixSpace")
    vocabulary.looksUpWholePieces = try bool("looksUpWholePieces")
    vocabulary.hasByteFallback = try bool("hasByteFallback")
    vocabulary.spacing = try spacing()
    vocabulary.unknownToken = try optionalID("unknownToken", count)
    vocabulary.beginningOfText = try optionalID("beginningOfText", count)
    vocabulary.endOfText = try optionalID("endOfText", count)
    vocabulary.addsBeginningOfText = try bool("addsBeginningOfText")
    for (position, value) in try array("unspelledTokens").enumerated() {
      vocabulary.unspelledTokens.append(try id(value, "unspelledTokens[\(position)]", count))
    }
    return vocabulary
  }

  private func merging(_ count: Int) throws(VocabularyError) -> BytePairVocabulary.Merging {
    switch try text("merging") {
    case "ranks": return .ranks
    case "rankOfToken":
      var ranks: [UInt32] = []
      for (position, value) in try array("ranks").enumerated() {
        ranks.append(try id(value, "ranks[\(position)]", BytePairVocabulary.mostTokens))
      }
      guard ranks.count == count, Set(ranks).count == count else {
        throw error("ranks", "a rank of its own for each of \(count) tokens", nil)
      }
      return .rankOfToken(ranks)
    case "list":
      let lists = try array("merges")
      guard lists.count <= BytePairVocabulary.mostTokens else {
        throw VocabularyError(
          name,
          .path("merges"),
          .tooManyTokens(limit: BytePairVocabulary.mostTokens)
        )
      }
      var merges: [LearnedMerges.Merge] = []
      for (position, list) in lists.enumerated() {
        merges.append(try merge(list, "merges[\(position)]", count))
      }
      return .list(merges)
    default: throw error("merging", "`ranks`, `rankOfToken` or `list`", json["merging"])
    }
  }

  private func merge(
    _ list: JSONValue,
    _ path: String,
    _ count: Int
  ) throws(VocabularyError) -> LearnedMerges.Merge {
    guard list.array?.count == 3 else { throw error(path, "three ids", list) }
    return LearnedMerges.Merge(
      left: try id(list[0], path, count),
      right: try id(list[1], path, count),
      result: try id(list[2], path, count)
    )
  }

  private func addedTokens(
    _ count: Int
  ) throws(VocabularyError) -> [BytePairVocabulary.AddedToken] {
    var added: [BytePairVocabulary.AddedToken] = []
    for (position, value) in try array("addedTokens").enumerated() {
      let path = "addedTokens[\(position)]"
      guard let text = value["text"]?.string.flatMap({ Base64.decode(Array($0.utf8)) }),
        let isSpecial = value["isSpecial"]?.bool, let stripsLeft = value["stripsLeft"]?.bool,
        let stripsRight = value["stripsRight"]?.bool,
        let isFoundPrepared = value["isFoundPrepared"]?.bool
      else { throw error(path, "an added token", value) }
      var token = BytePairVocabulary.AddedToken(
        id: try id(value["id"], "\(path).id", count),
        text: text,
        isSpecial: isSpecial
      )
      token.stripsLeft = stripsLeft
      token.stripsRight = stripsRight
      token.isFoundPrepared = isFoundPrepared
      added.append(token)
    }
    return added
  }

  private func spacing() throws(VocabularyError) -> BytePairVocabulary.Spacing? {
    guard let value = json["spacing"] else { throw error("spacing", "an object or null", nil) }
    if value.isNull { return nil }
    guard
      let prefix = value["prefix"]?.string.flatMap({
        BytePairVocabulary.Spacing.Prefix(rawValue: $0)
      }),
      let onlyWithoutSpace = value["prefixesOnlyWithoutSpace"]?.bool,
      let cutsAtEachSpace = value["cutsAtEachSpace"]?.bool
    else { throw error("spacing", "a spacing", value) }
    return BytePairVocabulary.Spacing(
      prefix: prefix,
      prefixesOnlyWithoutSpace: onlyWithoutSpace,
      cutsAtEachSpace: cutsAtEachSpace
    )
  }
}
