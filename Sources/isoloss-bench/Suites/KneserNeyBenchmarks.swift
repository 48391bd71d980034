import IsoLoss

/// Training and querying n-gram models.
func kneserNeyBenchmarks() -> [Benchmark] {
  guard let train = BenchmarkFiles.shared("data/corpora/wikitext-2.train.txt"),
    let test = BenchmarkFiles.shared("data/corpora/wikitext-2.test.txt")
  else { return [] }
  return [
    // The reference perplexity is KenLM's, 428.4370586, in single precision.
    training(train, order: 5, test: test, perplexity: 428.4370586)
  ]
}

private func training(
  _ train: String,
  order: Int,
  test: String,
  perplexity: Double
) -> Benchmark {
  Benchmark(
    name: "NGramModels/kneser-ney-o\(order)/wikitext-2",
    unit: .bytes,
    peer: Peer(script: "kenlm_train.py", arguments: ["\(order)", train, test])
  ) {
    let trainBytes = try BenchmarkFiles.bytes(train)
    let testBytes = try BenchmarkFiles.bytes(test)
    return PreparedBenchmark(
      amount: Double(trainBytes.count + testBytes.count),
      run: {
        var trainer = try KneserNeyTrainer(order: order, unit: .word)
        try trainer.add(trainBytes, of: "train")
        try trainer.endText("train")
        let model = try trainer.train()
        var evaluator = TextEvaluator(scorer: model.makeScorer(ranks: false))
        try evaluator.consume(testBytes)
        return try evaluator.finish().crossEntropy.perplexity
      },
      check: PreparedBenchmark.near(perplexity, relative: 1e-6)
    )
  }
}
