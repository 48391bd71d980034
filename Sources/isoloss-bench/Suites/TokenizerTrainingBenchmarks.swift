import IsoLoss

/// Training of byte-pair vocabularies, from the file on the disk to the merges.
func tokenizerTrainingBenchmarks() -> [Benchmark] {
  guard let path = BenchmarkFiles.shared("data/corpora/wikitext-2.train.txt") else { return [] }
  // How many tokens the text becomes, as encoded by what tokenizers learns from it.
  return [
    training(path, size: 4096, peer: "gigatoken", tokenCount: 3_045_377),
    training(path, size: 32_768, peer: "rustbpe", tokenCount: 2_264_737),
    training(path, size: 32_768, peer: "tokenizers", tokenCount: 2_264_737),
  ]
}

private func training(_ path: String, size: Int, peer: String, tokenCount: Int) -> Benchmark {
  Benchmark(
    name: "Tokenization/train-bpe-\(size)/wikitext-2-\(peer)",
    unit: .bytes,
    peer: Peer(script: "bpe_training_peers.py", arguments: [peer, path, "\(size)"])
  ) { kernels in
    let options = BytePairTrainingOptions(
      vocabularySize: size,
      tieRule: peer == "rustbpe" ? .rustbpe : .tokenizers
    )
    let trainer = try BytePairTrainer(options)
    return PreparedBenchmark(
      amount: Double(BenchmarkFiles.byteCount(path) ?? 0),
      run: {
        let counter = WordCounter(WordCountingOptions(pattern: .gpt2), pool: kernels.pool)
        var source = try FileSource(path: path)
        try counter.add(&source)
        return Double(try trainer.train(counter.finish()).tokenCount)
      },
      check: { $0 == Double(tokenCount) }
    )
  }
}
