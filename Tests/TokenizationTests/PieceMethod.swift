import LossNumerics
import Testing
import Tokenization

/// A way to find the ends of a text's pieces.
enum PieceMethod: Sendable, Hashable, CustomTestStringConvertible {
  /// A character at a time.
  case reference

  /// In blocks, by the kernel of a variant, `count` ends at a time.
  case batches(KernelVariant, count: Int)

  /// The reference, and all kernels that this machine can run.
  static let all = [.reference] + KernelVariant.supported.map { Self.batches($0, count: 1000) }

  /// The kernel that is used unless another is asked for.
  static let fastest = Self.batches(.fastest, count: 1000)

  var testDescription: String {
    switch self {
    case .reference: "reference"
    case .batches(let variant, let count): "\(variant) by \(count)"
    }
  }

  /// The ends of all pieces from `start` on.
  func ends(_ pattern: SplitPattern, _ text: [UInt8], from start: Int = 0) -> [Int] {
    var ends: [Int] = []
    switch self {
    case .reference:
      while (ends.last ?? start) < text.count {
        ends.append(pattern.pieceEnd(in: text.span, from: ends.last ?? start))
      }
    case .batches(let variant, let batch):
      var buffer = [Int](repeating: -1, count: batch)
      while true {
        var span = buffer.mutableSpan
        let count = pattern.findPieceEnds(
          in: text.span,
          from: ends.last ?? start,
          into: &span,
          variant: variant.code
        )
        guard count > 0 else { break }
        ends += buffer[..<count]
      }
    }
    return ends
  }
}

/// The ends of all pieces, one after the other.
func referenceEnds(_ pattern: SplitPattern, _ text: [UInt8]) -> [Int] {
  PieceMethod.reference.ends(pattern, text)
}
