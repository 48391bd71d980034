public import LanguageModeling
import LossNumerics
public import Tokenization

/// Scores one text under a transformer: bytes become ids, ids losses, window by window.
///
/// Memory holds some windows' tokens and activations, however long the text is.
///
/// A final class because it owns the memory of its windows.
public final class TransformerScorer: TextScorer {
  /// A token whose loss is yet to come.
  private struct Draft {
    var byteOffset: Int
    var byteLength: Int
    var isUnknown: Bool
  }

  private let model: TransformerModel
  private var scorer: WindowScorer
  private var stream: (any TokenEncoding)?

  /// The tokens that wait for their windows, in order.
  private var drafts: [Draft] = []
  private var byteOffset = 0
  private var lastToken: TokenID?

  private var unknownCount = 0
  private var lostByteCount = 0

  init(_ model: TransformerModel, ranks: Bool) {
    self.model = model
    stream = model.tokenizer?.makeStream(specialTokens: .text)
    scorer = WindowScorer(
      model.configuration.transformer,
      windows: model.windows,
      ranks: ranks,
      packing: model.packing,
      kernels: model.kernels
    )
  }

  /// Tokens come when their windows are full.
  public var lags: Bool { true }

  /// Takes the next bytes, in which special tokens are ordinary text.
  ///
  /// - Precondition: The model has a tokenizer.
  public func score(_ chunk: [UInt8], receive: (ScoredToken) throws -> Void) throws {
    guard !chunk.isEmpty else { return }
    precondition(stream != nil, "a text needs a tokenizer")
    try take(try stream?.encodeCovering(chunk) ?? [], receive)
  }

  /// Takes the next ids.
  ///
  /// The first may be the token that stands before a text anyway; then it is not put there twice.
  ///
  /// - Parameters:
  ///   - ids: The ids that follow those of the last call.
  ///   - lengths: How many bytes each stands for; 0 where that is unknown.
  ///   - receive: Called once a token, in order.
  /// - Throws: What `receive` throws.
  /// - Precondition: All ids are of the model's vocabulary; no bytes were scored before.
  public func score(
    ids: [TokenID],
    lengths: [Int],
    receive: (ScoredToken) throws -> Void
  ) throws {
    var tokens = zip(ids, lengths).map { CoveringToken(id: $0, byteLength: $1) }[...]
    if lastToken == nil, let first = tokens.first, Int32(first.id) == prefix {
      lastToken = first.id
      try skip(first, receive)
      tokens.removeFirst()
    }
    try take(tokens, receive)
  }

  /// Ends the text: its last window is scored, and the token that ends texts where that is asked for.
  public func finish(receive: (ScoredToken) throws -> Void) throws {
    if let rest = try stream?.finishCovering() {
      try take(rest.tokens, receive)
      lostByteCount += rest.lostByteCount
    }
    if let end = model.scoredEnd, lastToken != nil, lastToken != end {
      try take([CoveringToken(id: end, byteLength: 0)], receive)
    }
    try deliver(scorer.finish(model.parameters), receive)
  }

  /// Whether the tokens determine the text's bytes.
  public var fidelity: Fidelity {
    guard let tokenizer = model.tokenizer else {
      let reason = "ids alone do not say which bytes they stand for"
      return .lossy(unmodelledByteCount: 0, reason: reason)
    }
    guard unknownCount == 0 else {
      let tokens = unknownCount == 1 ? "token" : "tokens"
      let reason = "\(unknownCount) unknown \(tokens)"
      return .lossy(unmodelledByteCount: lostByteCount, reason: reason)
    }
    guard lostByteCount == 0 else {
      return .lossy(unmodelledByteCount: lostByteCount, reason: tokenizer.lossReason)
    }
    return .lossless
  }
}

// MARK: - Tokens

extension TransformerScorer {
  /// The token that stands before a text.
  private var prefix: Int32? {
    switch model.windows.prefix {
    case .none: nil
    case .first(let id), .every(let id): id
    }
  }

  private func take(
    _ tokens: some Collection<CoveringToken>,
    _ receive: (ScoredToken) throws -> Void
  ) throws {
    guard !tokens.isEmpty else { return }
    for token in tokens {
      lostByteCount += token.lostByteCount
      if lastToken == nil, prefix == nil {
        try skip(token, receive)
      } else {
        append(token)
      }
      lastToken = token.id
    }
    let losses = scorer.append(tokens.lazy.map { Int32($0.id) }, model.parameters)
    try deliver(losses, receive)
  }

  /// Hands on a token that has no loss.
  private func skip(_ token: CoveringToken, _ receive: (ScoredToken) throws -> Void) throws {
    try receive(.unscored(byteOffset: byteOffset, byteLength: token.byteLength))
    byteOffset += token.byteLength
  }

  private func append(_ token: CoveringToken) {
    let isUnknown = isUnknown(token.id)
    if isUnknown { unknownCount += 1 }
    drafts.append(
      Draft(byteOffset: byteOffset, byteLength: token.byteLength, isUnknown: isUnknown)
    )
    byteOffset += token.byteLength
  }

  /// Whether the vocabulary has nothing for a token.
  private func isUnknown(_ id: TokenID) -> Bool {
    guard let tokenizer = model.tokenizer else { return false }
    return id == tokenizer.unknownToken || Int(id) >= tokenizer.tokenCount
  }

  private func deliver(
    _ losses: [TokenLoss?],
    _ receive: (ScoredToken) throws -> Void
  ) throws {
    for (draft, loss) in zip(drafts, losses) {
      guard let loss else {
        try receive(.unscored(byteOffset: draft.byteOffset, byteLength: draft.byteLength))
        continue
      }
      var token = ScoredToken(
        byteOffset: draft.byteOffset,
        byteLength: draft.byteLength,
        nats: Double(loss.nats),
        isUnknown: draft.isUnknown,
        rank: loss.rank
      )
      token.weight = loss.weight
      token.isCounted = loss.isCounted
      try receive(token)
    }
    drafts.removeFirst(losses.count)
  }
}
