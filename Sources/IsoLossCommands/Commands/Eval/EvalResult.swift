import IsoLoss

/// What `isoloss eval` found out.
struct EvalResult {
  /// One text scored to its end.
  struct File {
    /// The name as given.
    var name: String

    /// The SHA-256 of its bytes.
    var hash: ContentHash

    /// The loss and how it spreads.
    var evaluation: TextEvaluation

    /// Whether its tokens determine its bytes.
    var fidelity: Fidelity

    /// What its bytes cost an order-0 model.
    var orderZero: OrderZeroBaseline
  }

  /// A text that could not be scored.
  struct Failure {
    /// The name as given.
    var name: String

    /// Why, with the name in it.
    var message: String
  }

  /// The model.
  var model: EvalModel

  /// The texts scored, in order.
  var files: [File] = []

  /// The texts that could not be scored.
  var failures: [Failure] = []

  /// What there is to warn about.
  var warnings: [ReportWarning] = []
}

extension EvalResult {
  /// The loss of all texts taken together.
  var total: CrossEntropy {
    files.reduce(CrossEntropy()) { $0 + $1.evaluation.crossEntropy }
  }

  /// How the errors' clusters were formed; `nil` for a model that learns, or too little text.
  var errorClusters: ErrorClusters? { Self.errorClusters(files) }

  /// The clusters of some of the texts.
  static func errorClusters(_ files: [File]) -> ErrorClusters? {
    ErrorClusters.choose(
      documents: files.flatMap(\.evaluation.documents),
      blocks: files.map(\.evaluation.blocks)
    )
  }

  /// Whether all tokens determine all bytes.
  var fidelity: Fidelity {
    files.reduce(.lossless) { $0 + $1.fidelity }
  }

  /// Why a quantity is not given; `nil` where it is.
  func absence(
    of quantity: LossQuantity,
    _ fidelity: Fidelity,
    allowsLossy: Bool
  ) -> String? {
    if model.convention == .hfStrided, quantity.denominator != .tokens {
      return Self.weightReason
    }
    let isLossy = quantity.needsFidelity && fidelity != .lossless
    return isLossy && !allowsLossy ? Self.lossyReason : nil
  }

  /// Why there is nothing but means over tokens.
  static let weightReason = "tokens weigh less than one"

  /// Why there is nothing that needs the bytes.
  static let lossyReason = "the tokens do not determine the bytes of the text"
}

// MARK: - Derived

extension EvalResult {
  /// The quantity of the files' mean loss, each file counting the same; `nil` where one has none.
  ///
  /// The mean is taken in nats, so that a perplexity's is the geometric mean of the files'.
  func macroMean(of quantity: LossQuantity) -> Double? {
    let means = files.compactMap { quantity.natsPerUnit(of: $0.evaluation.crossEntropy) }
    guard means.count == files.count, !means.isEmpty else { return nil }
    return quantity.onScale(means.reduce(0, +) / Double(means.count))
  }

  /// What the files cost in bits per byte if each byte were predicted from the counts of those before;
  /// `nil` where no bytes are known.
  var orderZeroBitsPerByte: Double? {
    let nats = files.reduce(0.0) { $0 + $1.orderZero.totalNats }
    let byteCount = total.text.byteCount + unscoredByteCount
    return byteCount == 0 ? nil : nats / Double(byteCount) / BitsAndNats.natsPerBit
  }

  /// How many bytes were not scored.
  var unscoredByteCount: Int { files.reduce(0) { $0 + $1.evaluation.unscoredByteCount } }

  /// How many tokens were not scored.
  var unscoredTokenCount: Int { files.reduce(0) { $0 + $1.evaluation.unscoredTokenCount } }
}

/// Units of loss.
enum BitsAndNats {
  /// ln 2.
  static let natsPerBit = 0.6931471805599453
}
