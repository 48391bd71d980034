public import LanguageModeling
import Tokenization

extension KneserNeyModel: LanguageModel {
  /// The order and the smoothing, `5-gram Kneser-Ney`.
  public var name: String { "\(order)-gram Kneser-Ney" }

  /// `byte`, `character` or `word`.
  public var tokenUnit: String { unit.rawValue }

  /// Never: its counts are fixed once it is trained.
  public var learns: Bool { false }
}

extension KneserNeyScorer {
  /// Lossless without unknown tokens and with white space of one form; see ``lossyReason``.
  public var fidelity: Fidelity {
    guard let lossyReason else { return .lossless }
    return .lossy(unmodelledByteCount: unmodelledByteCount, reason: "\(lossyReason)")
  }
}
