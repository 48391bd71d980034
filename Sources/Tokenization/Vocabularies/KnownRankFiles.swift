import FileFormats

/// A published rank file, known by its content, with what it does not say itself.
struct KnownRankFile {
  /// The SHA-256 of the file.
  let hash: String
  let pattern: SplitPattern
  let specialTokens: [(text: String, id: TokenID)]
  var normalization = BytePairVocabulary.Normalization.none

  /// The files of the encodings that `tiktoken` offers, whose hashes it pins, and that of Qwen2.
  static let all = [
    KnownRankFile(
      hash: "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
      pattern: .gpt2,
      specialTokens: [("<|endoftext|>", 50256)]
    ),
    KnownRankFile(
      hash: "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
      pattern: .cl100k,
      specialTokens: [
        ("<|endoftext|>", 100257), ("<|fim_prefix|>", 100258), ("<|fim_middle|>", 100259),
        ("<|fim_suffix|>", 100260), ("<|endofprompt|>", 100276),
      ]
    ),
    KnownRankFile(
      hash: "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
      pattern: .o200k,
      specialTokens: [("<|endoftext|>", 199999), ("<|endofprompt|>", 200018)]
    ),
    KnownRankFile(
      hash: "6cf5f2a2560a7d581548aeb0c31c6a60de2d3e873152346e421affc871699be4",
      pattern: .qwen2,
      specialTokens: [
        ("<|endoftext|>", 151643), ("<|im_start|>", 151644), ("<|im_end|>", 151645),
      ],
      normalization: .formC
    ),
  ]
}

extension BytePairVocabulary {
  /// Reads a rank file; one that is well known brings its pattern and special tokens.
  init(
    ranksRecognizing bytes: [UInt8],
    name: String,
    pattern: SplitPattern?
  ) throws(VocabularyError) {
    var hasher = ContentHasher()
    hasher.update(bytes)
    let hash = hasher.finalized().description
    let known = KnownRankFile.all.first { $0.hash == hash }
    guard let pattern = pattern ?? known?.pattern else {
      throw VocabularyError(name, nil, .noPattern)
    }
    try self.init(
      rankFile: bytes,
      name: name,
      pattern: pattern,
      specialTokens: (known?.specialTokens ?? []).map {
        AddedToken(id: $0.id, text: Array($0.text.utf8))
      },
      normalization: known?.normalization ?? .none
    )
    findTextEndsByName()
  }
}
