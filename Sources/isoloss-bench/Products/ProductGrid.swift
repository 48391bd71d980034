import Foundation
import IsoLoss

/// Measures the selected products of the grid beside OpenBLAS and PyTorch, and prints a table.
///
/// Speeds are in GFLOP/s; the ratio is our speed over the faster library's, its median over rounds;
/// the peak is that of multiply-adds in registers, measured right before each product.
func printProductGrid(_ options: BenchmarkOptions) throws {
  let selected = GridProduct.grid.filter { options.selects($0.description) }
  guard !selected.isEmpty else { throw BenchmarkError(description: "no product is selected") }
  let kernels = options.makeKernels()
  let server = try PeerServer(options.peerPrograms, script: "matrix_products.py")
  // What the libraries do to get ready must not fall into the first comparison.
  _ = try server.ask("8,8,8,NN")
  print("kernels \(kernels.variant.rawValue)   threads \(kernels.pool.threadCount)\n")
  print(ProductRow.header)
  var rows: [ProductRow] = []
  for product in selected {
    let row = try measure(product, on: kernels, beside: server, rounds: options.isQuick ? 1 : 3)
    rows.append(row)
    print(row.line)
    // A table that takes minutes is watched as it grows, also through a pipe.
    fflush(nil)
  }
  print("\n" + summary(rows))
}

/// The statistics of the grid in one line.
private func summary(_ rows: [ProductRow]) -> String {
  let compared = rows.filter { $0.ratio != nil }
  let ratios = Samples(compared.compactMap(\.ratio))
  guard let least = compared.min(by: { ($0.ratio ?? 0) < ($1.ratio ?? 0) }) else {
    return "\(rows.count) products, none compared"
  }
  let peaks = Samples(rows.map { $0.peak / 1e9 })
  return """
    \(compared.count) of \(rows.count) products compared   median ratio \(fixed(ratios.median, 3))   \
    minimum \(fixed(least.ratio, 3)) (\(least.product))   peak \(fixed(peaks.median, 1)) GFLOP/s
    """
}

/// Measures one product: ours and the libraries in turn.
private func measure(
  _ product: GridProduct,
  on kernels: KernelContext,
  beside server: PeerServer,
  rounds: Int
) throws -> ProductRow {
  let limits = MachineLimits(kernels: kernels, sampleSeconds: 0.02, sampleCount: 3)
  var row = ProductRow(product: product, peak: limits.perSecond(.multiplyAdd))
  let operands = ProductOperands(product)
  let run = ourProduct(operands, on: kernels)
  let repetitions = Stopwatch.repetitions(lasting: 0.05) { count in for _ in 0..<count { run() } }
  for _ in 0..<rounds {
    // The libraries' idle threads spin some 30 ms before they sleep.
    Thread.sleep(forTimeInterval: 0.04)
    run()
    let elapsed = Stopwatch.seconds { for _ in 0..<repetitions { run() } }
    row.ours.values.append(elapsed / Double(repetitions))
    guard let report = try server.ask(product.request) else { continue }
    try row.add(report, checkedAgainst: operands)
  }
  return row
}

extension GridProduct {
  /// The product as the peer is asked for it.
  fileprivate var request: String { "\(rows),\(depth),\(columns),\(kind.rawValue)" }
}

extension ProductRow {
  /// Adds the libraries' times of a round, after ours.
  ///
  /// - Throws: ``BenchmarkError`` where the answers differ.
  fileprivate mutating func add(
    _ report: JSONValue,
    checkedAgainst operands: ProductOperands
  ) throws {
    if let seconds = report["openblas"]?.double { openBLAS.values.append(seconds) }
    if let seconds = report["pytorch"]?.double { pyTorch.values.append(seconds) }
    guard let own = ours.values.last, let best = report["seconds"]?.double else {
      return
    }
    let (found, expected) = (operands.checksum, report["figure"]?.double)
    guard found == expected else {
      let answers = "the answers' checksums are \(found) and \(fixed(expected, 6))"
      throw BenchmarkError(description: "\(product): \(answers)")
    }
    ratios.values.append(best / own)
  }
}
