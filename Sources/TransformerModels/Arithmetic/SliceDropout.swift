import LossNumerics

/// What dropout leaves out of a slice: elements of the embedding, and of what each part of a block adds to
/// the residual stream, as GPT-2 does but for the weights of attention.
///
/// A mask is a function of the seed, the slice's number in the run and the site, so that the backward
/// pass makes it again instead of keeping it.
struct SliceDropout: Sendable, Hashable {
  /// Where elements are left out.
  enum Site: Sendable, Hashable {
    case embedding
    case attention(Int)
    case feedForward(Int)

    var number: Int {
      switch self {
      case .embedding: 0
      case .attention(let block): 1 + 2 * block
      case .feedForward(let block): 2 + 2 * block
      }
    }
  }

  /// The probability that an element stays.
  var keepProbability: Double
  var seed: UInt64

  /// The slice's number in the run.
  var slice: UInt64

  /// The mask of a site; blocks are far fewer than 2²⁰.
  func mask(_ site: Site) -> Dropout {
    Dropout(
      keepProbability: keepProbability,
      seed: seed,
      stream: slice << 20 | UInt64(site.number)
    )
  }
}
