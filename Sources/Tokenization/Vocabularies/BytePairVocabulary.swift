/// A byte-pair vocabulary: its tokens, how they merge, and how a text is prepared for merging.
///
/// It holds facts, as a file states them; ``BytePairTokenizer`` makes of them what encodes a text.
///
///     let vocabulary = try BytePairVocabulary(tokenizerJSON: bytes, name: "tokenizer.json")
///     let tokenizer = try BytePairTokenizer(vocabulary)
public struct BytePairVocabulary: Sendable, Hashable {
  /// What decides which neighbours merge, and which first.
  public enum Merging: Sendable, Hashable {
    /// Ids are ranks: neighbours merge if their bytes are a token's, the lowest id first.
    case ranks
    /// Neighbours merge if their bytes are a token's, that of the lowest rank first; by token.
    case rankOfToken([UInt32])
    /// Pairs of tokens that merge, the first first.
    case list([LearnedMerges.Merge])
  }

  /// What happens to a text before it is cut into pieces.
  public enum Normalization: Sendable, Hashable {
    /// Nothing.
    case none
    /// Unicode's normalization form C, of version 16.
    case formC
  }

  /// The most ids, and the most merges, that a vocabulary may have.
  public static let mostTokens = 1 << 21 - 1

  /// The most ids that may have no token, below ids that have one.
  static let mostGaps = 1 << 17

  /// The bytes of each token.
  package var tokens: TokenBytes

  /// Which neighbours merge.
  public var merging: Merging

  /// The tokens that are found in a text as a whole, the special ones among them, in order of id.
  public var addedTokens: [AddedToken]

  /// How a text is cut into pieces; `nil` for a text in one piece.
  public var pattern: SplitPattern?

  /// What happens to a text before.
  public var normalization: Normalization = .none

  /// Whether a text that does not begin with a space gets one.
  public var addsPrefixSpace = false

  /// Whether a piece that is a token's bytes becomes that token without any merge.
  public var looksUpWholePieces = false

  /// How spaces are written in tokens of characters; `nil` where tokens are of bytes.
  public var spacing: Spacing?

  /// Whether a character that is no token becomes tokens of its bytes, which are spelled `<0x0A>`.
  public var hasByteFallback = false

  /// The token that stands for what no other can.
  public var unknownToken: TokenID?

  /// The token that stands at the beginning of a text.
  public var beginningOfText: TokenID?

  /// The token that stands at the end of a text.
  public var endOfText: TokenID?

  /// The tokens whose spelling in the file stands for no bytes, in order: no text becomes them.
  public var unspelledTokens: [TokenID] = []

  /// Whether the makers of the vocabulary put ``beginningOfText`` before every text.
  public var addsBeginningOfText = false

  /// Creates a vocabulary of bytes.
  package init(
    tokens: TokenBytes,
    merging: Merging,
    addedTokens: [AddedToken] = [],
    pattern: SplitPattern? = nil
  ) {
    self.tokens = tokens
    self.merging = merging
    self.addedTokens = addedTokens
    self.pattern = pattern
  }
}

extension BytePairVocabulary {
  /// A token that is found in a text before anything is cut or merged.
  public struct AddedToken: Sendable, Hashable {
    /// The token's number.
    public var id: TokenID
    /// What it looks like in a text.
    public var text: [UInt8]
    /// Whether it is a sign to a model rather than text, and found in a text only if asked.
    public var isSpecial: Bool
    /// Whether it takes in the white space before it.
    public var stripsLeft = false
    /// Whether it takes in the white space after it.
    public var stripsRight = false
    /// Whether it is found in the text as it is prepared for merging, with U+2581 for spaces.
    public var isFoundPrepared = false

    /// Creates an added token.
    public init(id: TokenID, text: [UInt8], isSpecial: Bool = true) {
      self.id = id
      self.text = text
      self.isSpecial = isSpecial
    }
  }

  /// How tokens of characters write the spaces of a text, as SentencePiece has it: by U+2581.
  public struct Spacing: Sendable, Hashable {
    /// Where a space is put before a text that has none to begin with.
    public enum Prefix: String, Sendable, Hashable {
      /// Nowhere.
      case never
      /// Before the text.
      case first
      /// Before each stretch of text between two special tokens.
      case every
    }

    /// Where a space is put.
    public var prefix: Prefix

    /// Whether a space that stands there already keeps the prefix away.
    public var prefixesOnlyWithoutSpace: Bool

    /// Whether every space begins a piece of its own.
    public var cutsAtEachSpace: Bool

    /// Creates a spacing.
    public init(
      prefix: Prefix,
      prefixesOnlyWithoutSpace: Bool = false,
      cutsAtEachSpace: Bool = false
    ) {
      self.prefix = prefix
      self.prefixesOnlyWithoutSpace = prefixesOnlyWithoutSpace
      self.cutsAtEachSpace = cutsAtEachSpace
    }
  }
}

// MARK: - Tokens

extension BytePairVocabulary {
  /// How many ids there are; some may be gaps.
  public var tokenCount: Int { tokens.count }

  /// The bytes of a token as the vocabulary has them; none for a gap between ids.
  ///
  /// - Precondition: `id` is below ``tokenCount``.
  public func bytes(of id: TokenID) -> [UInt8] { Array(tokens[Int(id)]) }

  /// Whether its tokens are the 256 bytes and nothing else.
  public var hasOnlyBytes: Bool {
    tokenCount == 256 && (0..<256).allSatisfy { tokens[$0].count == 1 }
  }

  /// The ids of the special tokens.
  public var specialTokens: [TokenID] { addedTokens.filter(\.isSpecial).map(\.id) }

  /// By id: whether text can become the token.
  var isOrdinary: [Bool] {
    var isOrdinary = [Bool](repeating: true, count: tokens.count)
    for token in addedTokens where token.isSpecial { isOrdinary[Int(token.id)] = false }
    for id in unspelledTokens { isOrdinary[Int(id)] = false }
    for case let id? in fallbackTokens { isOrdinary[Int(id)] = false }
    return isOrdinary
  }

  /// Adds tokens at their ids.
  ///
  /// - Parameters:
  ///   - added: The tokens.
  ///   - isReplacing: Whether an id may have other bytes already, which then give way.
  /// - Throws: ``VocabularyError/Reason`` if an id is taken by other bytes or is out of range.
  mutating func add(
    _ added: [AddedToken],
    isReplacing: Bool = false
  ) throws(VocabularyError.Reason) {
    var texts: [Int: [UInt8]] = [:]
    for token in added {
      let id = Int(token.id)
      guard id < Self.mostTokens else { throw .tooManyTokens(limit: Self.mostTokens) }
      guard id - tokens.count - added.count < Self.mostGaps else { throw .missingID(tokens.count) }
      let isTaken = !isReplacing && id < tokens.count && tokens.length(id) > 0
      let known = isTaken ? Array(tokens[id]) : texts[id]
      if let known, known != token.text {
        throw .duplicateID(id, ByteText(known), ByteText(token.text))
      }
      texts[id] = token.text
    }
    addedTokens += added
    addedTokens.sort { $0.id < $1.id }
    replaceTokens(texts)
  }

  /// Adds tokens at their ids, which must be free or have the same bytes.
  ///
  /// - Throws: ``VocabularyError/Reason`` if an id is taken by other bytes or is out of range.
  public mutating func addTokens(_ added: [AddedToken]) throws(VocabularyError.Reason) {
    try add(added)
  }

  /// Gives ids their bytes.
  private mutating func replaceTokens(_ texts: [Int: [UInt8]]) {
    let changed = texts.filter { id, text in
      id >= tokens.count || !tokens[id].elementsEqual(text)
    }
    guard let highest = changed.keys.max() else { return }
    let old = tokens
    tokens = TokenBytes()
    tokens.reserveCapacity(tokens: max(old.count, highest + 1), bytes: old.bytes.count + 1024)
    for id in 0..<max(old.count, highest + 1) {
      if let text = changed[id] {
        tokens.append(bytes: text[...])
      } else if id < old.count {
        tokens.append(bytes: old[id])
      }
      tokens.endToken()
    }
  }
}
