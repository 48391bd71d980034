import FileFormats
import TestSupport
import Testing
import Tokenization

/// A model that SentencePiece trained on `corpora`, and the tokens that it gives: see
/// `Golden/sentencepiece_models.py`.
struct GoldenSentencePiece: Sendable, CustomTestStringConvertible {
  var name: String
  var file: [UInt8]
  var texts: [GoldenText]

  var testDescription: String { name }

  /// A text with its tokens.
  struct GoldenText {
    var text: String
    var ids: [TokenID]
    var pieces: [String]
    var decoded: String
  }

  /// The models of the committed file.
  static func all() throws -> [GoldenSentencePiece] {
    let path = "Tests/TokenizationTests/Golden/sentencepiece_models.json"
    var source = try FileSource(path: TestFiles.package(path))
    let json = try JSONValue(parsing: source.readAll(limit: 1 << 20), name: path)
    return try #require(json.array).map { model in
      GoldenSentencePiece(
        name: try #require(model["name"]?.string),
        file: try #require(model["file"]?.string.flatMap { Base64.decode(Array($0.utf8)) }),
        texts: try #require(model["texts"]?.array).map { try GoldenText($0) }
      )
    }
  }
}

extension GoldenSentencePiece.GoldenText {
  init(_ json: JSONValue) throws {
    text = try #require(json["text"]?.string)
    ids = try #require(json["ids"]?.array).compactMap { $0.int.map { TokenID($0) } }
    pieces = try #require(json["pieces"]?.array).compactMap(\.string)
    decoded = try #require(json["decoded"]?.string)
  }
}

@Suite("SentencePiece models")
struct SentencePieceGoldenTests {
  @Test("give the tokens and texts that SentencePiece gives")
  func tokens() throws {
    let models = try GoldenSentencePiece.all()
    #expect(models.map(\.file.count) == [7054, 1944])
    for model in models {
      let vocabulary = try BytePairVocabulary(sentencePiece: model.file, name: model.name)
      let tokenizer = try BytePairTokenizer(vocabulary)
      #expect(model.texts.count == 40)
      for golden in model.texts {
        let place = Comment(rawValue: "\(model.name): \(golden.text.debugDescription)")
        let ids = tokenizer.encode(golden.text)
        #expect(ids == golden.ids, place)
        let pieces = ids.map { String(decoding: vocabulary.bytes(of: $0), as: UTF8.self) }
        #expect(pieces == golden.pieces, place)
        // What is unknown SentencePiece decodes to a sign of its own.
        guard !golden.ids.contains(0) else { continue }
        #expect(tokenizer.decode(ids).elementsEqual(golden.decoded.utf8), place)
      }
    }
  }

  @Test("say what they are")
  func facts() throws {
    let models = try GoldenSentencePiece.all().map {
      try BytePairVocabulary(recognizing: $0.file, name: $0.name)
    }
    #expect(models.map(\.tokenCount) == [480, 160])
    #expect(models.map(\.hasByteFallback) == [true, false])
    #expect(models.map(\.spacing?.prefix) == [.first, .never])
    #expect(models.map(\.unknownToken) == [0, 0])
    #expect(models.map(\.beginningOfText) == [1, 1] && models.map(\.endOfText) == [2, 2])
  }
}
