import Foundation
import IsoLoss
import Testing

@Suite("Runs of training")
struct TransformerTrainingTests {
  private func finish(_ run: inout TransformerTraining) throws -> [TrainingStep] {
    var steps: [TrainingStep] = []
    while !run.isFinished { steps.append(try run.advance()) }
    return steps
  }

  @Test("learn, and measure what they learned")
  func learn() throws {
    var run = try SmallRun.make()
    run.tokenByteCounts = Array(repeating: 2, count: 16)
    let steps = try finish(&run)
    // An untrained model knows nothing: ln 16.
    #expect(abs(steps[0].natsPerToken - log(16)) < 0.1)
    let validation = try #require(steps[59].validation)
    // The source's entropy: −q ln q − 15/128 ln(1/128) = 0.679 nats with q = 7/8 + 1/128.
    #expect(validation.natsPerToken > 0.6 && validation.natsPerToken < 0.9)
    #expect(validation.tokenCount == 499)
    #expect(validation.bitsPerByte == validation.natsPerToken * 499 / 998 / log(2))
    #expect(steps.filter { $0.validation != nil }.map(\.step) == [20, 40, 60])
    #expect(steps.map(\.tokens) == (1...60).map { $0 * 128 })
  }

  /// A batch has two slices: five threads share kernels.
  @Test("do not depend on threads", arguments: [2, 3, 5])
  func threadsChangeNothing(_ threadCount: Int) throws {
    var one = try SmallRun.make()
    var several = try SmallRun.make(threadCount: threadCount)
    let (first, second) = (try finish(&one), try finish(&several))
    #expect(first == second)
    let (left, right) = (one.parameters.elements, several.parameters.elements)
    #expect(left == right)
  }

  @Test("go on from any step to the same bits", arguments: [0, 1, 20, 37, 59])
  func resume(_ stop: Int) throws {
    var recipe = SmallRun.recipe
    recipe.averagingDecay = 0.9
    recipe.patience = 100
    recipe.spikeThreshold = 4
    recipe.dropout = 0.1
    var whole = try SmallRun.make(recipe)
    let steps = try finish(&whole)
    let path = FileManager.default.temporaryDirectory.path + "/isoloss-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var first = try SmallRun.make(recipe)
    for _ in 0..<stop { _ = try first.advance() }
    try first.write(to: path, notes: ["lines": 3])
    var second = try SmallRun.make(recipe)
    // What it did before is forgotten.
    _ = try second.advance()
    let notes = try second.resume(from: path)
    #expect(notes == ["lines": 3])
    let rest = try finish(&second)
    #expect(rest == Array(steps[stop...]))
    let (expected, found) = (whole.result().elements, second.result().elements)
    #expect(found == expected)
    let (expectedCount, count) = (whole.skippedCount, second.skippedCount)
    #expect(count == expectedCount)
  }

  @Test("refuse a state of other options, naming each")
  func refuseOtherOptions() throws {
    let path = FileManager.default.temporaryDirectory.path + "/isoloss-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SmallRun.make().write(to: path)
    var recipe = SmallRun.recipe
    recipe.stepCount = 70
    recipe.clipNorm = nil
    var run = try SmallRun.make(recipe)
    var found: TrainingError?
    do { _ = try run.resume(from: path) } catch { found = error as? TrainingError }
    #expect(
      found?.description == """
        \(path): the run was begun under other options: `steps` was 60, now 70; `clipNorm` was 1.0, \
        now null
        """
    )
  }

  /// A change of a configuration that no size shows: the weights of one fit the other.
  struct Change: Sendable, CustomTestStringConvertible {
    var message: String
    var make: @Sendable (inout TransformerConfiguration) -> Void
    var testDescription: String { message }

    static let all = [
      Self(message: #"`activation` was "geluTanh", now "gelu""#) { $0.activation = .gelu },
      Self(message: "`normEpsilon` was 1e-05, now 1e-06") { $0.normEpsilon = 1e-6 },
      Self(message: "`attentionWindow` was null, now 8") { $0.attentionWindow = 8 },
      Self(message: "`rotaryFrequencies` was [1.0,0.01], now [1.0,0.5]") {
        $0.rotary?.frequencies[1] = 0.5
      },
      Self(message: #"`rotaryPairing` was "halves", now "interleaved""#) {
        $0.rotary?.pairing = .interleaved
      },
      Self(message: #"`residual` was "sequential", now "parallel""#) {
        $0.shape.residual = .parallel
      },
    ]
  }

  @Test("refuse a state of another arithmetic too", arguments: Change.all)
  func refuseOtherArithmetic(_ change: Change) throws {
    let path = FileManager.default.temporaryDirectory.path + "/isoloss-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var recipe = SmallRun.recipe
    recipe.configuration.shape.positions = .rotary
    recipe.configuration.rotary = RotaryPositions(dimension: 4)
    try SmallRun.make(recipe).write(to: path)
    change.make(&recipe.configuration)
    var run = try SmallRun.make(recipe)
    var found: TrainingError?
    do { _ = try run.resume(from: path) } catch { found = error as? TrainingError }
    #expect(
      found?.description == "\(path): the run was begun under other options: \(change.message)"
    )
  }

  @Test("refuse to wait for a loss that is never measured")
  func refusePatience() {
    var recipe = SmallRun.recipe
    recipe.patience = 3
    let error = #expect(throws: TrainingError.self) {
      _ = try TransformerTraining(
        recipe,
        training: SmallRun.tokens(400, seed: 1),
        kernels: KernelContext()
      )
    }
    #expect(error == .nothingToValidate)
  }

  @Test("stop where a number is none, with the weights before it")
  func stopAtNotFinite() throws {
    var recipe = SmallRun.recipe
    recipe.schedule = LearningRateSchedule(peak: 1e30, warmupSteps: 0)
    recipe.clipNorm = nil
    var run = try SmallRun.make(recipe)
    var taken = 0
    var found: TrainingError?
    while found == nil, !run.isFinished {
      do { _ = try run.advance() } catch { found = error }
      if found == nil { taken += 1 }
    }
    guard case .notFinite(let step, let tensor?) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    let reached = run.step
    #expect(step == taken + 1 && reached == taken)
    #expect(tensor.role == .tokenEmbedding)
    let isFinite = run.parameters.elements.allSatisfy(\.isFinite)
    #expect(isFinite)
  }

  @Test("end early and take the best weights")
  func stopEarly() throws {
    var recipe = SmallRun.recipe
    recipe.stepCount = 400
    recipe.validationInterval = 5
    recipe.patience = 3
    recipe.minimumDelta = 0.05
    var run = try SmallRun.make(recipe)
    let steps = try finish(&run)
    let (isStopped, reached) = (run.isStoppedEarly, run.step)
    #expect(isStopped && reached < 400)
    let validations = steps.compactMap { $0.validation?.natsPerToken }
    let best = run.bestValidation ?? 0
    #expect(validations.suffix(3).allSatisfy { $0 >= best - 0.05 })
    // What is measured at the end is what is taken.
    let measured = try run.validate()?.natsPerToken
    #expect(measured == best)
    let (taken, last) = (run.result().elements, run.parameters.elements)
    #expect(taken != last)
  }

  @Test("that are told to stop while a loss is measured do it when they go on", arguments: [6, 60])
  func interrupted(_ stop: Int) throws {
    var recipe = SmallRun.recipe
    recipe.validationInterval = 6
    recipe.patience = 100
    var whole = try SmallRun.make(recipe)
    let steps = try finish(&whole)
    try #require(steps.count == 60 && steps[stop - 1].validation != nil)
    let path = FileManager.default.temporaryDirectory.path + "/isoloss-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var first = try SmallRun.make(recipe)
    for _ in 1..<stop { _ = try first.advance() }
    let flag = InterruptionFlag()
    first.interruption = flag
    flag.raise(signal: 15)
    var found: TrainingError?
    do { _ = try first.advance() } catch { found = error }
    #expect(found == .interrupted)
    try first.write(to: path)
    var second = try SmallRun.make(recipe)
    _ = try second.resume(from: path)
    let rest = try finish(&second)
    #expect(rest == Array(steps[(stop - 1)...]))
    let (expected, weights) = (whole.result().elements, second.result().elements)
    #expect(weights == expected)
  }

  @Test("overfit one batch, so that the model can learn at all")
  func overfit() throws {
    var recipe = SmallRun.recipe
    recipe.repeatsFirstBatch = true
    recipe.stepCount = 300
    var run = try SmallRun.make(recipe)
    let last = try finish(&run).last?.natsPerToken ?? .infinity
    #expect(last < 0.35)
  }

  @Test("say which token is none, and when there are too few")
  func refuseTokens() {
    let kernels = KernelContext()
    let unknown = #expect(throws: TrainingError.self) {
      _ = try TransformerTraining(
        SmallRun.recipe,
        training: TokenData(Array(repeating: 1, count: 20) + [16], name: "t.u16"),
        kernels: kernels
      )
    }
    #expect(
      unknown?.description == "t.u16: token 20 is 16, but the vocabulary has 16 tokens"
    )
    let few = #expect(throws: TrainingError.self) {
      _ = try TransformerTraining(
        SmallRun.recipe,
        training: TokenData([1, 2, 3], name: "t.u16"),
        kernels: kernels
      )
    }
    #expect(
      few?.description == "t.u16: 3 tokens are too few, 17 are needed for one window"
    )
  }

  @Test("tokens in a file are those in memory, and so is their hash", arguments: [2, 4])
  func tokenFiles(_ width: Int) throws {
    let path = FileManager.default.temporaryDirectory.path + "/isoloss-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let ids: [UInt32] = (0..<3000).map { $0 * 7 % 251 + (width == 4 ? 1 << 20 : 0) }
    let bytes = ids.flatMap { id in (0..<width).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } }
    try Data(bytes).write(to: URL(filePath: path))
    let whole = try TokenData(path: path, width: width, name: "file")
    let memory = TokenData(ids, name: "memory")
    #expect(whole.count == 3000 && whole.hash == memory.hash)
    #expect(whole[0..<3000] == memory[0..<3000])
    let file = try TokenFile(path: path, width: width, name: "file")
    let part = try file.tokens(1000..<2100, name: "part")
    #expect(part.count == 1100 && part.hash == TokenData(Array(ids[1000..<2100]), name: "").hash)
    #expect(part[3..<9] == memory[1003..<1009])
  }

  @Test("say at which byte of its file a token is none, whatever part is looked at")
  func refuseFileTokens() throws {
    let path = FileManager.default.temporaryDirectory.path + "/isoloss-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var bytes = [UInt8](repeating: 1, count: 800)
    for index in stride(from: 1, to: 800, by: 2) { bytes[index] = 0 }
    bytes[701] = 2
    try Data(bytes).write(to: URL(filePath: path))
    let file = try TokenFile(path: path, width: 2, name: "t.u16")
    let unknown = #expect(throws: TrainingError.self) {
      _ = try TransformerTraining(
        SmallRun.recipe,
        training: try file.tokens(0..<300, name: "start"),
        validation: try file.tokens(300..<400, name: "end"),
        kernels: KernelContext()
      )
    }
    #expect(
      unknown?.description
        == "t.u16: token 350, at byte 700, is 513, but the vocabulary has 16 tokens"
    )
    let broken = #expect(throws: TrainingError.self) {
      try Data(bytes.dropLast()).write(to: URL(filePath: path))
      _ = try TokenFile(path: path, width: 4, name: "t.u32")
    }
    #expect(
      broken?.description == "t.u32: 799 bytes are no whole number of tokens of 4 bytes"
    )
  }
}
