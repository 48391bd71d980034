import IsoLoss

/// One matrix product, measured in turn with others' libraries.
struct ProductRow {
  var product: GridProduct

  /// Seconds of one product by ours and by each library, a value a round; empty where there is none.
  var ours = Samples()
  var openBLAS = Samples()
  var pyTorch = Samples()

  /// Our speed over the faster library's, a value a round.
  var ratios = Samples()

  /// The peak of multiply-adds at that moment, in flops per second.
  var peak: Double

  /// The ratio of the grid's statistics; `nil` without ours or a peer.
  var ratio: Double? { ratios.values.isEmpty ? nil : ratios.median }

  /// Thousands of millions of flops per second.
  func gigaflops(_ seconds: Samples) -> Double? {
    seconds.values.isEmpty ? nil : product.flops / seconds.median / 1e9
  }
}

extension ProductRow {
  static let header =
    padded("shape", -16) + padded("kind", -4)
    + ["ours", "openblas", "pytorch", "ratio", "spread", "of peak"].map { padded($0, 10) }.joined()

  /// The row as text; speeds in GFLOP/s.
  var line: String {
    let ownSpeed = gigaflops(ours)
    let cells = [
      fixed(ownSpeed, 1), fixed(gigaflops(openBLAS), 1), fixed(gigaflops(pyTorch), 1),
      fixed(ratio, 3), fixed(ratio.map { _ in ratios.spread }, 3),
      fixed(ownSpeed.map { 1e9 * $0 / peak }, 3),
    ]
    return padded(product.shape, -16) + padded(product.kind.rawValue, -4)
      + cells.map { padded($0, 10) }.joined()
  }
}
