import IsoLoss

/// Counting and reading of texts.
func textBenchmarks() -> [Benchmark] {
  // Word counts by Python's `len(text.split())`.
  let texts = [
    ("lighthouse", BenchmarkFiles.package("corpora/lighthouse.txt"), 5830),
    ("wikitext-2.train", BenchmarkFiles.shared("data/corpora/wikitext-2.train.txt"), 2_051_910),
    ("gujarati", BenchmarkFiles.shared("data/corpora/bible.gujarati-nt.txt"), 198_649),
  ]
  return texts.compactMap { name, path, wordCount in
    path.flatMap { textCounts(name, $0, wordCount) }
  }
}

private func textCounts(_ name: String, _ path: String, _ wordCount: Int) -> Benchmark? {
  guard let byteCount = BenchmarkFiles.byteCount(path) else { return nil }
  return Benchmark(
    name: "Tokenization/text-counts/\(name)",
    unit: .bytes,
    limit: .bandwidth(.readSum, in: MemoryLevel(holding: byteCount))
  ) {
    let bytes = try BenchmarkFiles.bytes(path)
    return PreparedBenchmark(
      amount: Double(bytes.count),
      run: { Double(TextCounts(of: bytes).wordCount) },
      check: { $0 == Double(wordCount) }
    )
  }
}
