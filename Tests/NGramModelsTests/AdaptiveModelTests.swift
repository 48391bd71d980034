import Foundation
import LanguageModeling
import LossNumerics
import NGramModels
import TestSupport
import Testing

/// Scores bytes from nothing, cut into pieces.
func adaptiveLosses(
  _ bytes: [UInt8],
  _ effort: AdaptiveModel.Effort,
  memory: Int = 16 << 20,
  pieceLength: Int = 1 << 30
) throws -> [Double] {
  try adaptiveLosses(bytes, AdaptiveModel(effort: effort, memory: memory), pieceLength: pieceLength)
}

/// Scores bytes under a model that may know something already.
func adaptiveLosses(
  _ bytes: [UInt8],
  _ model: AdaptiveModel,
  pieceLength: Int = 1 << 30
) throws -> [Double] {
  var scorer = model.makeScorer(ranks: false)
  var losses = [Double]()
  for start in stride(from: 0, to: bytes.count, by: pieceLength) {
    let piece = Array(bytes[start..<(start + min(pieceLength, bytes.count - start))])
    try scorer.score(piece) { losses.append($0.nats) }
  }
  return losses
}

/// The mean loss in bits per byte.
func bitsPerByte(_ losses: [Double]) -> Double {
  var sum = ExactSum()
  for loss in losses { sum.add(loss) }
  return sum.rounded / Double(losses.count) / log(2)
}

@Suite("Adaptive model")
struct AdaptiveModelTests {
  static let efforts = AdaptiveModel.Effort.allCases

  private let text: [UInt8]

  init() throws {
    let path = TestFiles.package("corpora/tidewater-manual.txt")
    text = try Array(Data(contentsOf: URL(filePath: path)))
  }

  @Test("the 256 probabilities sum to one, and are those that scoring uses", arguments: efforts)
  func distribution(_ effort: AdaptiveModel.Effort) throws {
    let model = try AdaptiveModel(effort: effort, memory: 16 << 20)
    let twin = try AdaptiveModel(effort: effort, memory: 16 << 20)
    var (scorer, twinScorer) = (model.makeScorer(ranks: false), twin.makeScorer(ranks: false))
    for position in 0..<400 {
      let probabilities = model.distribution()
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-12)
      #expect(probabilities.allSatisfy { $0 > 0 })
      // Asking changes nothing: the twin is never asked.
      var losses = [Double]()
      try scorer.score([text[position]]) { losses.append($0.nats) }
      try twinScorer.score([text[position]]) { losses.append($0.nats) }
      #expect(losses[0] == losses[1])
      #expect(abs(exp(-losses[0]) / probabilities[Int(text[position])] - 1) < 1e-13)
    }
  }

  @Test("ranks count the strictly more probable bytes", arguments: efforts)
  func ranks(_ effort: AdaptiveModel.Effort) throws {
    let model = try AdaptiveModel(effort: effort, memory: 16 << 20)
    let twin = try AdaptiveModel(effort: effort, memory: 16 << 20)
    var expected = [Int?]()
    var twinScorer = twin.makeScorer(ranks: false)
    for byte in text[..<200] {
      let probabilities = twin.distribution()
      expected.append(1 + probabilities.count { $0 > probabilities[Int(byte)] })
      try twinScorer.score([byte]) { _ in }
    }
    var scorer = model.makeScorer(ranks: true)
    var ranks = [Int?]()
    try scorer.score(Array(text[..<200])) { ranks.append($0.rank) }
    #expect(ranks == expected)
  }

  @Test("how a text is cut never shows, nor do wide instructions", arguments: efforts)
  func sameBits(_ effort: AdaptiveModel.Effort) throws {
    let whole = try adaptiveLosses(text, effort)
    #expect(try adaptiveLosses(text, effort, pieceLength: 1) == whole)
    #expect(try adaptiveLosses(text, effort, pieceLength: 4099) == whole)
    let narrow = try AdaptiveModel(effort: effort, memory: 16 << 20, usesWideInstructions: false)
    #expect(try adaptiveLosses(text, narrow) == whole)
  }

  @Test("a model that forgot is as new", arguments: efforts)
  func forgets(_ effort: AdaptiveModel.Effort) throws {
    let model = try AdaptiveModel(effort: effort, memory: 16 << 20)
    let first = try adaptiveLosses(text, model)
    let second = try adaptiveLosses(text, model)
    #expect(bitsPerByte(second) < 0.5 * bitsPerByte(first))
    model.forget()
    #expect(try adaptiveLosses(text, model) == first)
  }

  @Test("random bytes cost eight bits", arguments: efforts)
  func randomBytes(_ effort: AdaptiveModel.Effort) throws {
    var generator = SeededGenerator(seed: 20_260_101)
    let bytes = (0..<(1 << 20)).map { _ in UInt8(generator.next(below: 256)) }
    #expect((7.9999...8.005).contains(bitsPerByte(try adaptiveLosses(bytes, effort))))
  }

  @Test("one byte over and over costs next to nothing", arguments: efforts)
  func oneByte(_ effort: AdaptiveModel.Effort) throws {
    let bytes = [UInt8](repeating: 0x61, count: 1 << 20)
    #expect(bitsPerByte(try adaptiveLosses(bytes, effort)) < 0.001)
  }

  @Test("the first bytes of a text cost little more than eight bits", arguments: efforts)
  func firstBytes(_ effort: AdaptiveModel.Effort) throws {
    for start in stride(from: 0, to: 4000, by: 500) {
      let losses = try adaptiveLosses(Array(text[start..<(start + 4)]), effort)
      #expect(bitsPerByte(losses) < 9)
    }
  }

  @Test("memory stays within its bound", arguments: efforts, [1 << 20, 3_000_001, 64 << 20])
  func memoryBound(_ effort: AdaptiveModel.Effort, _ memory: Int) throws {
    let least = AdaptiveModel.minimumMemory(effort)
    guard memory >= least else {
      #expect(throws: AdaptiveModel.Failure.tooLittleMemory(given: memory, minimum: least)) {
        try AdaptiveModel(effort: effort, memory: memory)
      }
      return
    }
    let model = try AdaptiveModel(effort: effort, memory: memory)
    #expect(model.memory <= memory)
    #expect(bitsPerByte(try adaptiveLosses(text, model)) < 4)
  }

  @Test("too little memory is refused in words")
  func tooLittle() {
    let least = AdaptiveModel.minimumMemory(.standard)
    let error = #expect(throws: AdaptiveModel.Failure.self) { try AdaptiveModel(memory: 5) }
    #expect(
      error?.description == "the adaptive model needs at least \(least) bytes of memory, found 5"
    )
  }
}

/// Bits per byte that hold on every processor, and those that the model promises on real texts.
@Suite("Adaptive model: figures")
struct AdaptiveModelFigureTests {
  /// Words from a small alphabet, some copied from afar; any language can make the same bytes.
  private static let synthetic: [UInt8] = {
    var bytes = [UInt8]()
    var state: UInt64 = 1
    for index in 0..<(1 << 18) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let top = state >> 56
      if index >= 4096, (index >> 6) % 3 == 0 {
        bytes.append(bytes[index - 4096 + (index >> 9) % 5])
      } else {
        bytes.append(top < 40 ? 0x20 : UInt8(truncatingIfNeeded: 0x61 + (top & 3) * (top >> 6)))
      }
    }
    return bytes
  }()

  /// Recorded on x86-64 from the C kernel alone; integers give them everywhere.
  @Test(
    "the arithmetic is the same on every processor",
    arguments: [
      (AdaptiveModel.Effort.standard, 2.088456582684, 3.280952606982),
      (.maximal, 2.084132252260, 3.372966409109),
    ]
  )
  func sameEverywhere(_ effort: AdaptiveModel.Effort, _ whole: Double, _ first: Double) throws {
    let losses = try adaptiveLosses(Self.synthetic, effort)
    #expect(abs(bitsPerByte(losses) - whole) < 1e-12)
    #expect(abs(bitsPerByte(Array(losses[..<1000])) - first) < 1e-12)
  }

  /// The bits per byte that the documentation promises at the default memory.
  @Test(
    "real texts cost what is promised",
    .enabled(if: TestFiles.hasShared("data/corpora/wikitext-2.test.txt")),
    arguments: [
      ("wikitext-2.test", AdaptiveModel.Effort.standard, 1.70),
      ("tinyshakespeare", .standard, 2.03),
      ("wikitext-2.test", .maximal, 1.6427),
    ]
  )
  func promises(_ name: String, _ effort: AdaptiveModel.Effort, _ promised: Double) throws {
    let path = TestFiles.shared("data/corpora/\(name).txt")
    let bytes = try Array(Data(contentsOf: URL(filePath: path)))
    let losses = try adaptiveLosses(bytes, effort, memory: effort.defaultMemory)
    #expect(bitsPerByte(losses) <= promised)
  }
}
