/// A matrix product of the grid: (M, K) times (K, N), each factor stored as it is or transposed.
struct GridProduct: Hashable, CustomStringConvertible {
  /// Which factors are stored transposed: a letter for each, T where it is.
  enum Kind: String, CaseIterable {
    case plain = "NN"
    case rightTransposed = "NT"
    case leftTransposed = "TN"
    case bothTransposed = "TT"
  }

  var rows: Int
  var depth: Int
  var columns: Int
  var kind: Kind

  var isLeftTransposed: Bool { kind == .leftTransposed || kind == .bothTransposed }
  var isRightTransposed: Bool { kind == .rightTransposed || kind == .bothTransposed }

  /// Two for each multiply-add.
  var flops: Double { 2 * Double(rows) * Double(depth) * Double(columns) }

  /// `MxKxN`.
  var shape: String { "\(rows)x\(depth)x\(columns)" }

  var description: String { "\(shape) \(kind.rawValue)" }
}

extension GridProduct {
  /// Squares from the first cache to memory, and the products of small transformers: layers of width
  /// 128 to 768 with their transposes, the output layer over a large vocabulary, an odd width.
  static let grid: [Self] =
    sizes.flatMap { rows, depth, columns in
      Kind.allCases.map { Self(rows: rows, depth: depth, columns: columns, kind: $0) }
    } + layers.flatMap(training)

  /// The three products of a layer that is trained, over 1,024 tokens: its output, and the gradients
  /// of its input and of its weights, which lie as `outputs` × `inputs`.
  private static func training(inputs: Int, outputs: Int) -> [Self] {
    let tokens = 1024
    return [
      Self(rows: tokens, depth: inputs, columns: outputs, kind: .rightTransposed),
      Self(rows: tokens, depth: outputs, columns: inputs, kind: .plain),
      Self(rows: outputs, depth: tokens, columns: inputs, kind: .leftTransposed),
    ]
  }

  /// Inputs and outputs of the layers of transformers of width 384 (vocabulary 4,096), 128 and 64.
  private static let layers = [
    (384, 1152), (384, 384), (384, 1536), (1536, 384), (384, 4096),
    (128, 384), (128, 512), (512, 128), (64, 192), (64, 256), (256, 64), (64, 65),
  ]

  private static let sizes: [(Int, Int, Int)] =
    [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048].map { ($0, $0, $0) } + [
      (1024, 128, 512), (1024, 512, 128), (2048, 384, 1536), (2048, 1536, 384),
      (2048, 768, 50257), (4096, 64, 256), (4096, 64, 65),
    ]
}
