import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

/// Counts of a text of `corpora/` and its order-0 loss, from `Golden/corpora.py`.
struct GoldenText: Sendable, CustomTestStringConvertible {
  var name: String
  var byteCount: Int
  var characterCount: Int
  var wordCount: Int
  var lineCount: Int
  var orderZeroBitsPerByte: Double
  var testDescription: String { name }

  static let all = [
    Self(
      name: "lighthouse",
      byteCount: 30610,
      characterCount: 30141,
      wordCount: 5830,
      lineCount: 550,
      orderZeroBitsPerByte: 4.528165971655989
    ),
    Self(
      name: "tidewater-manual",
      byteCount: 27821,
      characterCount: 27775,
      wordCount: 4651,
      lineCount: 504,
      orderZeroBitsPerByte: 4.629246878521111
    ),
    Self(
      name: "kitchen-table",
      byteCount: 23091,
      characterCount: 22920,
      wordCount: 4368,
      lineCount: 705,
      orderZeroBitsPerByte: 4.872516728264176
    ),
  ]
}

/// `kitchen-table.txt` under a model of the two other texts, from `Golden/corpora.py`.
struct GoldenModel: Sendable, CustomTestStringConvertible {
  var unit: String
  var order: Int
  var tokenCount: Int
  var unknownCount: Int
  var ngramCounts: [Int]
  var totalNats: Double
  var perplexity: Double
  var excludingUnknown: Double
  var naiveStandardError: Double
  /// Of nats per token, by paragraph.
  var standardError: Double
  var testDescription: String { "\(unit)s, order \(order)" }

  static let all = [
    Self(
      unit: "word",
      order: 1,
      tokenCount: 5073,
      unknownCount: 1530,
      ngramCounts: [3208],
      totalNats: 34076.3789087009,
      perplexity: 826.5038658777373,
      excludingUnknown: 257.30604582187743,
      naiveStandardError: 0.03724872736514956,
      standardError: 0.028293838780219568
    ),
    Self(
      unit: "word",
      order: 3,
      tokenCount: 5073,
      unknownCount: 1530,
      ngramCounts: [3208, 8883, 10178],
      totalNats: 33240.882021573685,
      perplexity: 701.0013142065727,
      excludingUnknown: 195.52254095606244,
      naiveStandardError: 0.04066440476424907,
      standardError: 0.03248543389965759
    ),
    Self(
      unit: "character",
      order: 5,
      tokenCount: 22920,
      unknownCount: 157,
      ngramCounts: [93, 1277, 5543, 13409, 22449],
      totalNats: 48076.231206517994,
      perplexity: 8.146324195589845,
      excludingUnknown: 7.691309307133017,
      naiveStandardError: 0.012802824802220813,
      standardError: 0.026143650332036972
    ),
    Self(
      unit: "byte",
      order: 4,
      tokenCount: 23091,
      unknownCount: 157,
      ngramCounts: [98, 1288, 5551, 13424],
      totalNats: 49215.4813983154,
      perplexity: 8.426409184035746,
      excludingUnknown: 7.977821719423099,
      naiveStandardError: 0.012549986001948803,
      standardError: 0.025935001791406027
    ),
  ]
}

@Suite("eval: reference figures on the package's own texts")
struct EvalGoldenTests {
  @Test("counts and the order-0 baseline", arguments: GoldenText.all)
  func counts(_ golden: GoldenText) throws {
    let total = try CommandRun("eval --json corpora/\(golden.name).txt").json().value("total")
    #expect(try total.number("byteCount") == Double(golden.byteCount))
    #expect(try total.number("tokenCount") == Double(golden.byteCount))
    #expect(try total.number("characterCount") == Double(golden.characterCount))
    #expect(try total.number("wordCount") == Double(golden.wordCount))
    #expect(try total.number("lineCount") == Double(golden.lineCount))
    let orderZero = try total.number("baselines.orderZeroBitsPerByte")
    #expect(isNear(orderZero, golden.orderZeroBitsPerByte, 1e-13))
    #expect(try total.number("bitsPerByte.value") < orderZero)
  }

  @Test("Kneser-Ney losses and their standard errors", arguments: GoldenModel.all)
  func kneserNey(_ golden: GoldenModel) throws {
    let json = try CommandRun(
      "eval --json --train corpora/lighthouse.txt --train corpora/tidewater-manual.txt"
        + " --unit \(golden.unit) --order \(golden.order) --reserved count"
        + " --documents blank-line corpora/kitchen-table.txt"
    ).json()
    let total = try json.value("total")
    #expect(try total.number("tokenCount") == Double(golden.tokenCount))
    #expect(try total.number("unknownCount") == Double(golden.unknownCount))
    #expect(try json.value("model.ngramCounts.0").int == golden.ngramCounts[0])
    #expect(try json.value("model.ngramCounts").array?.compactMap(\.int) == golden.ngramCounts)
    // Both sides add some ten thousand logarithms that are right to a few ulps each.
    #expect(isNear(try total.number("totalNats"), golden.totalNats, 1e-12))
    #expect(isNear(try total.number("perplexity.value"), golden.perplexity, 1e-11))
    let known = try total.number("perplexityExcludingUnknown.value")
    #expect(isNear(known, golden.excludingUnknown, 1e-11))
    #expect(
      isNear(try total.number("naiveStandardError"), golden.naiveStandardError, 1e-11)
    )
    #expect(
      isNear(try total.number("natsPerToken.standardError"), golden.standardError, 1e-11)
    )
    #expect(try total.text("errorClusters.kind") == "documents")
    #expect(try total.number("errorClusters.count") == 285)
  }
}

@Suite(
  "eval: reference figures on real texts",
  .serialized,
  .enabled(if: TestFiles.hasShared("data/corpora"))
)
struct EvalRealTextTests {
  private let folder: TemporaryFolder

  /// Both halves of WikiText-2 with every `<unk>` replaced by a word, as the references were made.
  init() throws {
    folder = try TemporaryFolder()
    for part in ["train", "test"] {
      let path = TestFiles.shared("data/corpora/wikitext-2.\(part).txt")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try folder.write("\(part).txt", text.replacing("<unk>", with: "UNKW"))
    }
  }

  private func total(_ line: String) throws -> JSONValue {
    try CommandRun(line.split(separator: " ").map(String.init), in: folder.path).json()
      .value("total")
  }

  /// `data/ngram/reference.json`: w2.A.o3.test, `independent_double` and counts.
  @Test("WikiText-2, order 3")
  func orderThree() throws {
    let total = try total("eval --json --train train.txt --order 3 test.txt")
    #expect(isNear(try total.number("perplexity.value"), 226.05099733605823, 1e-9))
    #expect(try total.number("tokenCount") == 245_569)
    #expect(try total.number("unknownCount") == 0)
  }

  /// `data/ngram/reference.json`: w2.A.o5.test; the errors are those DESIGN names.
  @Test("WikiText-2, order 5, with errors by token and by article")
  func orderFive() throws {
    let total = try total("eval --json --train train.txt --order 5 --documents title test.txt")
    let perplexity = try total.number("perplexity.value")
    #expect(isNear(perplexity, 220.13852253653263, 1e-9))
    let naive = perplexity * (try total.number("naiveStandardError"))
    #expect((100 * naive).rounded() == 163)
    #expect((10 * (try total.number("perplexity.standardError"))).rounded() == 116)
    #expect(try total.text("errorClusters.kind") == "documents")
  }

  /// `data/ngram/reference.json`: ts.char.o6.valid, `independent_double`.
  @Test("characters of plays, order 6")
  func plays() throws {
    let path = TestFiles.shared("data/corpora/tinyshakespeare.txt")
    let text = [UInt8](try Data(contentsOf: URL(filePath: path)))
    try folder.write("plays.txt", Array(text.dropLast(111_540)))
    try folder.write("rest.txt", Array(text.suffix(111_540)))
    let total = try total("eval --json --train plays.txt --unit character --order 6 rest.txt")
    #expect(isNear(try total.number("perplexity.value"), 4.678992882683204, 1e-9))
    #expect(isNear(try total.number("bitsPerByte.value"), 2.2261980290824313, 1e-7))
    #expect(try total.value("isLossless").bool == true)
  }
}
