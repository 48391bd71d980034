import FileFormats
import TestSupport
import Testing
import Tokenization

@Suite("Files of characters and words")
struct UnitVocabularyFileTests {
  private static func vocabulary(_ unit: TextUnit) -> UnitVocabulary {
    let text = Array("the lamp — é\n".utf8)
    var vocabulary = UnitTokenizer(unit, learningFrom: text).vocabulary
    vocabulary.corpusHash = ContentHash(of: text)
    return vocabulary
  }

  @Test("hold everything", arguments: [TextUnit.character, .word])
  func roundTrip(_ unit: TextUnit) throws {
    var vocabulary = Self.vocabulary(unit)
    #expect(try UnitVocabulary(native: Array(vocabulary.fileText.utf8), name: "v") == vocabulary)
    let any = try AnyVocabulary(native: Array(vocabulary.fileText.utf8), name: "v")
    #expect(any == .units(vocabulary) && any.unit == unit.rawValue)
    #expect(VocabularyFormat(recognizing: Array(vocabulary.fileText.utf8)) == .native)
    // A `tokenizer.json` holds all but the hash.
    let portable = try AnyVocabulary(
      tokenizerJSON: Array(try vocabulary.tokenizerJSON().utf8),
      name: "tokenizer.json"
    )
    vocabulary.corpusHash = nil
    #expect(portable == .units(vocabulary))
  }

  @Test("are told apart from those of byte pairs")
  func kinds() throws {
    let pairs = VocabularyFile(BytePairVocabulary(SmallVocabulary.english, pattern: .gpt2))
    #expect(try AnyVocabulary(native: Array(pairs.text.utf8), name: "v") == .bytePairs(pairs))
    let named = pairs.text.replacing("\"pattern\"", with: "\"unit\":\"byte-pair\",\"pattern\"")
    #expect(try AnyVocabulary(native: Array(named.utf8), name: "v") == .bytePairs(pairs))
    let words = Array(Self.vocabulary(.word).fileText.utf8)
    let error = #expect(throws: VocabularyError.self) {
      _ = try BytePairVocabulary(recognizing: words, name: "v.json")
    }
    #expect(
      error?.description
        == "v.json: `unit`: expected a vocabulary of byte pairs, `byte-pair`, found `\"word\"`"
    )
  }

  /// A file of the words `a`, a newline and the unknown, in which something is replaced.
  private static func error(_ old: String, _ new: String) -> String? {
    let file = """
      {"schema":"isoloss.vocabulary","schemaVersion":1,"unit":"word","dropsWhiteSpace":true,
      "unknownToken":2,"corpusHash":null,"tokens":["YQ==","Cg==",""]}
      """
    do throws(VocabularyError) {
      _ = try AnyVocabulary(native: Array(file.replacing(old, with: new).utf8), name: "v")
      return nil
    } catch {
      return error.description
    }
  }

  @Test(
    "that are wrong say where",
    arguments: [
      ("loss.voc", "x", "`schema`: expected `isoloss.vocabulary`, found `\"isox"),
      ("Version\":1", "Version\":2", "`schemaVersion`: expected 1, found `2`"),
      (
        "\"word\"", "\"byte\"",
        "`unit`: expected `byte-pair`, `character` or `word`, found `\"byte\"`"
      ),
      ("\"word\"", "7", "`unit`"),
      ("true", "false", "`dropsWhiteSpace`: expected true of words, found `false`"),
      ("true", "1", "`dropsWhiteSpace`: expected true or false, found `1`"),
      (":2", ":3", "`unknownToken`: the id 3 is beyond the vocabulary of 3 tokens"),
      (":2", ":null", "`unknownToken`: expected an id, found `null`"),
      (":2", ":0", "`tokens`: expected no bytes at 0, the unknown token, found `a`"),
      ("YQ==", "", "`tokens`: expected one word at 0, found none"),
      ("YQ==", "YSBh", "`tokens`: expected one word at 0, found `a a`"),
      ("YQ==", "YQph", "`tokens`: expected one word at 0, found `a"),
      ("YQ==", "Cg==", "`tokens`: the token"),
      ("YQ==", "*", "`tokens[0]`: expected a token in base64, found `\"*\"`"),
      ("null", "\"x\"", "`corpusHash`: expected a SHA-256, found `\"x\"`"),
      (
        "\"word\"", "\"character\"", "`dropsWhiteSpace`: expected false of characters, found `true`"
      ),
    ]
  )
  func errors(_ old: String, _ new: String, _ message: String) throws {
    let error = try #require(Self.error(old, new))
    #expect(error.hasPrefix("v: \(message)"), "\(error)")
  }

  @Test("of others with whole words are refused by what they have")
  func others() throws {
    let file = try Self.vocabulary(.character).tokenizerJSON()
    let cases = [
      (
        "\"Isolated\"", "\"Removed\"",
        "`pre_tokenizer`: the pre-tokenizer before whole words `Split`"
      ),
      (
        "\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}",
        "`normalizer`: the normalizer `NFC`"
      ),
      (
        "\"added_tokens\": []", "\"added_tokens\": [{\"id\": 1, \"content\": \"<s>\"}]",
        "`added_tokens`"
      ),
      (
        "\"unk_token\": \"<unk>\"", "\"unk_token\": \"<x>\"",
        "`model.vocab`: expected the unknown token `<x>`"
      ),
      (
        "\"<unk>\": 11", "\"<unk>\": 12",
        "`model.vocab`: the id 12 is beyond the vocabulary of 12 tokens"
      ),
      ("\"<unk>\": 11", "\"<unk>\": 0", "`model.vocab`: the id 0 belongs to two tokens"),
    ]
    for (old, new, message) in cases {
      let changed = file.replacing(old, with: new)
      try #require(changed != file, "\(old)")
      let error = #expect(throws: VocabularyError.self) {
        _ = try AnyVocabulary(tokenizerJSON: Array(changed.utf8), name: "t")
      }
      #expect(error?.description.hasPrefix("t: \(message)") == true, "\(String(describing: error))")
    }
  }

  @Test("for other programs hold no bytes that are no text, and spell the unknown as no word is")
  func portable() throws {
    let bytes = UnitTokenizer(.character, learningFrom: [0x61, 0xFF]).vocabulary
    let error = #expect(throws: VocabularyError.Reason.self) { _ = try bytes.tokenizerJSON() }
    #expect(
      error?.description
        == "the token FF, which is no UTF-8, as part of `tokenizer.json` is not supported"
    )
    #expect(throws: VocabularyError.Reason.self) { _ = try UnitVocabulary.bytes.tokenizerJSON() }
    let words = UnitTokenizer(.word, learningFrom: Array("<unk> a\n".utf8)).vocabulary
    let text = try words.tokenizerJSON()
    #expect(text.contains("\"unk_token\": \"<not known>\""))
    #expect(
      try AnyVocabulary(tokenizerJSON: Array(text.utf8), name: "t") == .units(words)
    )
  }

  @Test("that are damaged are read or refused, in time")
  func damaged() async throws {
    guard !Fuzzing.hasOwnSeed else { return Self.fuzz() }
    await #expect(processExitsWith: .success) { Self.fuzz() }
  }

  private static func fuzz() {
    let texts = [vocabulary(.character), vocabulary(.word)]
    let files = texts.map { Array($0.fileText.utf8) }
    let portable = texts.compactMap { try? Array($0.tokenizerJSON().utf8) }
    Fuzzing.run(.unitVocabularies, rounds: 2000, seed: 41) { generator in
      let isNative = generator.round % 4 != 3
      let group = isNative ? files : portable
      let file = group[generator.round / 4 % group.count]
      let damaged = Fuzzing.damaged(file, others: files + portable, using: &generator)
      do throws(VocabularyError) {
        let vocabulary =
          isNative
          ? try AnyVocabulary(native: damaged, name: "v")
          : try AnyVocabulary(tokenizerJSON: damaged, name: "v")
        if let problem = problem(of: vocabulary) { Issue.record("\(generator): \(problem)") }
      } catch {
        if error.description.isEmpty { Issue.record("\(generator): an error without words") }
      }
    }
  }

  /// What is wrong with a vocabulary that was read nevertheless; `nil` if nothing is.
  private static func problem(of vocabulary: AnyVocabulary) -> String? {
    guard case .units(let units) = vocabulary else { return nil }
    let again = try? AnyVocabulary(native: Array(units.fileText.utf8), name: "v")
    if again != vocabulary { return "the file it writes is another vocabulary" }
    let tokenizer = UnitTokenizer(units)
    let text = Array("the lamp — é\n\nx  ".utf8) + [0xFF]
    let ids = tokenizer.encode(text)
    guard ids.allSatisfy({ Int($0) < tokenizer.tokenCount }) else { return "ids beyond all" }
    for id in 0..<TokenID(tokenizer.tokenCount) where id != units.unknownToken {
      if tokenizer.encode(tokenizer.decode([id])) != [id] { return "\(id) is not itself" }
    }
    return nil
  }
}
