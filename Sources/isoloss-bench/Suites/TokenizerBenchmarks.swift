import Foundation
import IsoLoss

/// Encoding, decoding and loading of published vocabularies, beside the programs of others.
func tokenizerBenchmarks() -> [Benchmark] {
  guard let folder = BenchmarkFiles.shared("data/tokenizers") else { return [] }
  return BenchmarkVocabulary.allCases.flatMap { vocabulary in
    let files = TokenizerFiles(vocabulary: vocabulary, folder: folder)
    return BenchmarkText.all.flatMap { text in files.encoding(text) } + files.wholeText()
  }
}

/// A vocabulary that tiktoken and gigatoken have as well.
private enum BenchmarkVocabulary: String, CaseIterable {
  case gpt2, cl100k, o200k

  var fileName: String {
    switch self {
    case .gpt2: "gpt2.tiktoken"
    case .cl100k: "cl100k_base.tiktoken"
    case .o200k: "o200k_base.tiktoken"
    }
  }

  /// Those of the other programs that read the vocabulary from the files there are.
  var peers: [String] {
    self == .gpt2 ? ["tiktoken", "tokenizers", "gigatoken"] : ["tiktoken", "gigatoken"]
  }
}

/// A text, and how many tokens tiktoken makes of it.
private struct BenchmarkText {
  var name: String
  var path: String?
  var counts: [BenchmarkVocabulary: Int] = [:]

  static let all = [
    Self(
      name: "wikitext-2.train",
      path: BenchmarkFiles.shared("data/corpora/wikitext-2.train.txt"),
      counts: [.gpt2: 2_448_382, .cl100k: 2_472_167, .o200k: 2_456_056]
    ),
    Self(
      name: "tinyshakespeare",
      path: BenchmarkFiles.shared("data/corpora/tinyshakespeare.txt"),
      counts: [.gpt2: 338_025, .cl100k: 301_829, .o200k: 297_606]
    ),
    Self(
      name: "coptic",
      path: BenchmarkFiles.shared("data/corpora/bible.coptic-nt.txt"),
      counts: [.gpt2: 1_942_769, .cl100k: 1_936_146, .o200k: 1_952_457]
    ),
    Self(
      name: "gujarati",
      path: BenchmarkFiles.shared("data/corpora/bible.gujarati-nt.txt"),
      counts: [.gpt2: 2_777_212, .cl100k: 1_728_196, .o200k: 398_709]
    ),
    // What grows with the package has no count that stands here: decoding checks it.
    Self(name: "sources", path: BenchmarkFiles.package("Sources")),
  ]

  /// The file, or all Swift sources of a folder in the order of their paths.
  func bytes() throws -> [UInt8] {
    guard let path else { throw BenchmarkError(description: "no text \(name)") }
    guard name == "sources" else { return try BenchmarkFiles.bytes(path) }
    let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return try files.filter { $0.hasSuffix(".swift") }.sorted()
      .flatMap { try BenchmarkFiles.bytes("\(path)/\($0)") }
  }
}

private struct TokenizerFiles {
  let vocabulary: BenchmarkVocabulary
  let folder: String

  private func peer(_ operation: String, _ system: String, _ text: BenchmarkText) -> Peer? {
    text.path.map { path in
      Peer(
        script: "tokenizer_peers.py",
        arguments: [operation, system, vocabulary.rawValue, folder, path]
      )
    }
  }

  private func tokenizer() throws -> BytePairTokenizer {
    let path = "\(folder)/\(vocabulary.fileName)"
    let bytes = try BenchmarkFiles.bytes(path)
    return try BytePairTokenizer(BytePairVocabulary(recognizing: bytes, name: path))
  }

  /// The ids of a text, checked once, as checks count into the time of a run.
  private func exactIDs(
    of bytes: [UInt8],
    by tokenizer: BytePairTokenizer
  ) throws -> [TokenID] {
    let ids = tokenizer.encode(bytes)
    guard tokenizer.decode(ids) == bytes else {
      throw BenchmarkError(description: "\(vocabulary.rawValue): the ids give another text")
    }
    return ids
  }

  /// Encoding without any memory of pieces, beside each of the other programs.
  func encoding(_ text: BenchmarkText) -> [Benchmark] {
    guard text.path != nil else { return [] }
    return vocabulary.peers.map { system in
      Benchmark(
        name: "Tokenization/encode-\(vocabulary.rawValue)/\(text.name)-\(system)",
        unit: .bytes,
        isSlow: system != "gigatoken" || text.name != "tinyshakespeare",
        isSerial: true,
        peer: peer("encode", system, text)
      ) { _ in
        let tokenizer = try tokenizer()
        let bytes = try text.bytes()
        let ids = try exactIDs(of: bytes, by: tokenizer)
        let expected = text.counts[vocabulary] ?? ids.count
        return PreparedBenchmark(
          amount: Double(bytes.count),
          run: {
            tokenizer.forgetPieces()
            return Double(tokenizer.encode(bytes).count)
          },
          check: { Int($0) == expected }
        )
      }
    }
  }

  /// What is measured with one text: decoding, loading, and encoding on all threads.
  func wholeText() -> [Benchmark] {
    guard let text = BenchmarkText.all.first, text.path != nil else { return [] }
    return [threads(text)]
      + vocabulary.peers.flatMap { [decoding(text, $0), loading(text, $0)] }
  }

  private func threads(_ text: BenchmarkText) -> Benchmark {
    Benchmark(
      name: "Tokenization/encode-\(vocabulary.rawValue)-threads/\(text.name)",
      unit: .bytes
    ) { context in
      let tokenizer = try tokenizer()
      let bytes = try text.bytes()
      let expected = try exactIDs(of: bytes, by: tokenizer)
      guard try tokenizer.encode(bytes, pool: context.pool) == expected else {
        throw BenchmarkError(description: "\(text.name): threads give other ids")
      }
      return PreparedBenchmark(
        amount: Double(bytes.count),
        run: {
          tokenizer.forgetPieces()
          return Double(try tokenizer.encode(bytes, pool: context.pool).count)
        },
        check: { Int($0) == expected.count }
      )
    }
  }

  private func decoding(_ text: BenchmarkText, _ system: String) -> Benchmark {
    Benchmark(
      name: "Tokenization/decode-\(vocabulary.rawValue)/\(text.name)-\(system)",
      unit: .bytes,
      isSlow: true,
      isSerial: true,
      peer: peer("decode", system, text)
    ) { _ in
      let tokenizer = try tokenizer()
      let bytes = try text.bytes()
      let ids = try exactIDs(of: bytes, by: tokenizer)
      return PreparedBenchmark(
        amount: Double(bytes.count),
        run: { Double(tokenizer.decode(ids).count) },
        check: { Int($0) == bytes.count }
      )
    }
  }

  private func loading(_ text: BenchmarkText, _ system: String) -> Benchmark {
    // The file that the other program reads.
    let name = system == "tokenizers" ? "gpt2_tokenizer.json" : vocabulary.fileName
    let path = "\(folder)/\(name)"
    return Benchmark(
      name: "Tokenization/load-\(vocabulary.rawValue)/\(system)",
      unit: .bytes,
      isSerial: true,
      peer: peer("load", system, text)
    ) { _ in
      let byteCount = try BenchmarkFiles.bytes(path).count
      return PreparedBenchmark(
        amount: Double(byteCount),
        run: {
          let bytes = try BenchmarkFiles.bytes(path)
          let vocabulary = try BytePairVocabulary(recognizing: bytes, name: path)
          return Double(try BytePairTokenizer(vocabulary).tokenCount)
        },
        check: { $0 >= 50257 }
      )
    }
  }
}
