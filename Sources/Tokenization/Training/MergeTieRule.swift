/// Which of equally frequent pairs is merged first.
///
/// Every rule takes the pair with the largest count, and among those the one with the smallest ids:
/// left first, then right. Ids count special tokens, then the 256 bytes, then merges in order; in what
/// order the bytes stand tells the rules apart.
///
/// No two merges make the same bytes, so no rule has to say what happens then. Where a token is made,
/// its ends were ends of tokens all along. What happens between two such ends depends on the bytes
/// between them alone: of a run of equal tokens pairs are merged from its left, so that a run reaching
/// over an end would be merged over it. So the same bytes between such ends become one token
/// everywhere at the same merge.
public enum MergeTieRule: String, Sendable, Hashable, CaseIterable {
  /// The rule of `tokenizers`' trainer: bytes in the order of GPT-2's code points for them,
  /// ``LearnedMerges/byteLevelAlphabet``.
  case tokenizers

  /// The rule of `rustbpe`'s trainer: bytes in the order of their values.
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
}
