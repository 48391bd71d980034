import Foundation
import IsoLoss

/// The adaptive model, in bits per byte and bytes per second, beside compressors.
///
/// Its limit is moving the cache lines that each byte of text reads and writes at random places of its
/// table: two for each of the three short contexts, one for each of the others.
func adaptiveBenchmarks() -> [Benchmark] {
  let paths = [
    ("lighthouse", BenchmarkFiles.package("corpora/lighthouse.txt"), false),
    ("wikitext-2.test", BenchmarkFiles.shared("data/corpora/wikitext-2.test.txt"), false),
    ("tinyshakespeare", BenchmarkFiles.shared("data/corpora/tinyshakespeare.txt"), false),
    ("wikitext-2.train", BenchmarkFiles.shared("data/corpora/wikitext-2.train.txt"), true),
  ]
  return paths.flatMap { name, path, isSlow in
    guard let path else { return [Benchmark]() }
    return AdaptiveModel.Effort.allCases.map { effort in
      adaptive(name, path, effort, isSlow: isSlow || effort == .maximal)
    }
  }
}

private func adaptive(
  _ name: String,
  _ path: String,
  _ effort: AdaptiveModel.Effort,
  isSlow: Bool
) -> Benchmark {
  let compressor = effort == .standard ? "ppmd" : "zpaq"
  return Benchmark(
    name: "NGramModels/adaptive-\(effort.rawValue)/\(name)",
    unit: .bytes,
    isSlow: isSlow,
    limit: .bandwidth(.update, in: .memory),
    peer: Peer(script: "compressor.py", arguments: [compressor, path])
  ) {
    let bytes = try BenchmarkFiles.bytes(path)
    let lineCount = effort == .standard ? 6 + 3 : 12 + 3
    return PreparedBenchmark(
      amount: Double(bytes.count),
      limitedAmount: Double(2 * 64 * lineCount * bytes.count),
      run: { try bitsPerByte(bytes, effort) },
      // 7-Zip's PPMd at its best order needs 1.744, 2.091 and 1.673 on the three larger texts.
      check: { $0 > 1 && $0 < (bytes.count < 1 << 16 ? 3 : 2.091) }
    )
  }
}

/// Scores a text from nothing; making the model counts, for its tables are part of the work.
private func bitsPerByte(_ bytes: [UInt8], _ effort: AdaptiveModel.Effort) throws -> Double {
  let model = try AdaptiveModel(effort: effort)
  var evaluator = TextEvaluator(scorer: model.makeScorer(ranks: false))
  for start in stride(from: 0, to: bytes.count, by: 1 << 14) {
    try evaluator.consume(Array(bytes[start..<min(start + 1 << 14, bytes.count)]))
  }
  return try evaluator.finish().crossEntropy.bitsPerByte
}
