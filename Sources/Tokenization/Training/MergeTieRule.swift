/// Which of equally frequent pairs is merged first, and what ids the tokens get that tell them apart.
///
/// Every rule takes the pair with the largest count, and among those the one with the smallest ids:
/// left first, then right. Ids count special tokens, then the bytes of the alphabet, then merges.
public enum MergeTieRule: String, Sendable, Hashable, CaseIterable {
  /// The rule of `tokenizers`' trainer.
  ///
  /// The alphabet stands in the order of GPT-2's code points, ``LearnedMerges/byteLevelAlphabet``. A
  /// merge whose bytes some token has already reuses that token's id. So a pair that was merged can
  /// come up anew. It then counts with all it counted before, is merged at once, and is listed a second
  /// time, which is the time that `tokenizers` goes by when it encodes. Where `tokenizers` would give a
  /// merge the id of a special token, by which plain text would become special, the pair is left alone.
  case tokenizers

  /// The rule of `rustbpe`'s trainer.
  ///
  /// The alphabet stands in the order of the bytes, and every merge makes a new id, even where an
  /// earlier token has the same bytes.
  case rustbpe
}

extension MergeTieRule {
  /// The byte of each base token, in the order of ids.
  public var alphabet: [UInt8] {
    switch self {
    case .tokenizers: LearnedMerges.byteLevelAlphabet
    case .rustbpe: Array(UInt8.min...UInt8.max)
    }
  }

  /// Whether a merge takes the id of a token that has its bytes already.
  var reusesIDs: Bool { self == .tokenizers }
}
