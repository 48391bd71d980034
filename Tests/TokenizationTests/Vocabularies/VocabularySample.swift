import FileFormats
import TestSupport
import Tokenization

/// A small vocabulary in one of the formats that are read.
struct VocabularySample {
  var name: String

  /// The file; of a vocabulary in two files the one with the ids.
  var file: [UInt8]

  /// The merges beside it.
  var merges: [UInt8]?

  /// Reads it.
  func read() throws(VocabularyError) -> BytePairVocabulary {
    if let merges {
      return try BytePairVocabulary(
        merges: merges,
        tokens: file,
        mergesName: "vocab.bpe",
        tokensName: "encoder.json"
      )
    }
    return try BytePairVocabulary(recognizing: file, name: name, pattern: .gpt2)
  }

  /// One of each format.
  static func all() throws -> [VocabularySample] {
    let bytes = BytePairVocabulary(SmallVocabulary.english, pattern: .qwen2)
    let characters = try BytePairVocabulary(sentencePiece: sentencePieceFile, name: "model")
    return [
      Self(
        name: "ranks",
        file: Array(SmallVocabulary.rankFile(["th", "the", " the", "an", "and"]).utf8)
      ),
      Self(name: "tokenizer.json", file: Array(try bytes.tokenizerJSON().utf8)),
      Self(name: "tokenizer.json of characters", file: Array(characterJSON.utf8)),
      Self(name: "encoder.json", file: Array(ids.utf8), merges: Array(mergesText.utf8)),
      Self(name: "GGUF of bytes", file: byteGGUF),
      Self(name: "GGUF of characters", file: characterGGUF),
      Self(name: "SentencePiece", file: sentencePieceFile),
      Self(name: "native", file: Array(VocabularyFile(bytes, tieRule: "tokenizers").text.utf8)),
      Self(name: "native of characters", file: Array(VocabularyFile(characters).text.utf8)),
    ]
  }
}

// MARK: - Tokens of bytes

extension VocabularySample {
  /// A token in GPT-2's alphabet, unless it is special.
  private static func spelling(_ token: [UInt8], isSpecial: Bool) -> String {
    if isSpecial { return String(decoding: token, as: UTF8.self) }
    let scalars = token.compactMap {
      Unicode.Scalar(UInt32(ByteLevelAlphabet.scalarOfByte[Int($0)]))
    }
    return String(String.UnicodeScalarView(scalars))
  }

  private static var spellings: [String] {
    let learned = SmallVocabulary.english
    return learned.tokens.enumerated().map { id, token in
      spelling(token, isSpecial: id < learned.specialTokens.count)
    }
  }

  private static var ids: String {
    let members = spellings.enumerated().map { ($1, JSONValue.integer($0)) }
    return JSONValue.object(JSONObject(members)).serialized(.compact)
  }

  private static var mergeLines: [String] {
    let spellings = spellings
    return SmallVocabulary.english.merges.map { merge in
      "\(spellings[Int(merge.left)]) \(spellings[Int(merge.right)])"
    }
  }

  private static var mergesText: String {
    (["#version: 0.2"] + mergeLines).map { $0 + "\n" }.joined()
  }

  private static var byteGGUF: [UInt8] {
    var writer = GGUFWriter(keys: 6)
    writer.key("tokenizer.ggml.model", "gpt2")
    writer.key("tokenizer.ggml.pre", "gpt-2")
    writer.key("tokenizer.ggml.tokens", spellings)
    writer.key("tokenizer.ggml.token_type", spellings.indices.map { $0 == 0 ? 3 : 1 } as [Int32])
    writer.key("tokenizer.ggml.merges", mergeLines)
    writer.key("tokenizer.ggml.eos_token_id", type: 4)
    writer.put(UInt32(0))
    return writer.bytes
  }
}

// MARK: - Tokens of characters

extension VocabularySample {
  /// A piece, its score, and its type: 1 for pieces that merge, 2 unknown, 3 control, 6 a byte.
  private static var pieces: [(text: String, score: Float, type: Int32)] {
    let marks: [(String, Float, Int32)] = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)]
    let bytes = (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return ("<0x\(byte < 16 ? "0" : "")\(digits)>", Float(0), Int32(6))
    }
    let merged = ["th", "▁the", "he", "▁a", "nd", "▁and", "▁▁"].enumerated().map {
      ($1, -Float($0), Int32(1))
    }
    let single = ["▁", "t", "h", "e", "a", "n", "d", "é"].enumerated().map {
      ($1, -Float(100 + $0), Int32(1))
    }
    return marks + bytes + merged + single
  }

  private static let characterJSON = #"""
    {"added_tokens": [{"id": 0, "content": "<unk>", "special": true},
       {"id": 13, "content": "and", "special": false, "lstrip": true}],
     "normalizer": {"type": "Sequence", "normalizers": [
       {"type": "Prepend", "prepend": "▁"},
       {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
     "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true,
       "vocab": {"<unk>": 0, "<0xC3>": 1, "<0xA9>": 2, "▁": 3, "a": 4, "t": 5, "▁a": 6, "▁at": 7,
         "▁▁": 8, "h": 9, "e": 10, "th": 11, "the": 12},
       "merges": [["▁", "a"], ["▁a", "t"], ["t", "h"], "th e", ["▁", "▁"]]}}
    """#

  private static var characterGGUF: [UInt8] {
    var writer = GGUFWriter(keys: 4)
    writer.key("tokenizer.ggml.model", "llama")
    writer.key("tokenizer.ggml.tokens", pieces.map(\.text))
    writer.key("tokenizer.ggml.scores", pieces.map(\.score))
    writer.key("tokenizer.ggml.token_type", pieces.map(\.type))
    return writer.bytes
  }

  /// The fields of `sentencepiece_model.proto`: pieces, the trainer's and the normalizer's options.
  private static var sentencePieceFile: [UInt8] {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      [number << 3 | 2, UInt8(bytes.count)] + bytes
    }
    var file: [UInt8] = []
    for piece in pieces {
      let score = (0..<4).map { UInt8(truncatingIfNeeded: piece.score.bitPattern >> (8 * $0)) }
      let type = [3 << 3, UInt8(piece.type)]
      file += field(1, field(1, Array(piece.text.utf8)) + [2 << 3 | 5] + score + type)
    }
    return file + field(2, [3 << 3, 2]) + field(3, [3 << 3, 1, 4 << 3, 0])
  }
}
