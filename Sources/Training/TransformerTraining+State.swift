public import FileFormats
import LossNumerics
import ModelShapes
import TransformerModels

// The state of a run is one safetensors file: weights, moments, the mean and the best of the weights
// as the buffers they are, and two JSON texts beside them, the recipe and how far the run has come. It
// appears whole or not at all, so that a run that is killed at any moment goes on from the last one.

extension TransformerTraining {
  /// Writes all that the run needs to go on.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - notes: What the caller wants to find again, such as the length of its log.
  /// - Throws: ``/FileFormats/FileError``; the state that was there before then stays.
  public func write(to path: String, notes: JSONValue = .null) throws {
    let count = parameters.layout.count
    var tensors = [
      SafetensorsWriter.Tensor("parameters", shape: [count]),
      SafetensorsWriter.Tensor("firstMoments", shape: [count]),
      SafetensorsWriter.Tensor("secondMoments", shape: [count]),
    ]
    if average != nil { tensors.append(.init("average", shape: [count])) }
    if best != nil { tensors.append(.init("best", shape: [count])) }
    var writer = try SafetensorsWriter(
      path: path,
      tensors: tensors,
      metadata: [
        ("format", "isoloss-training"),
        ("recipe", recipeText),
        ("state", JSONValue.object(JSONObject(stateJSON(notes))).serialized(.compact)),
      ]
    )
    try writer.write(parameters.values.span)
    try writer.write(optimizer.firstMoments.span)
    try writer.write(optimizer.secondMoments.span)
    if average != nil { try average?.write(with: &writer) }
    if best != nil { try best?.write(with: &writer) }
    try writer.commit()
  }

  private var recipeMembers: [(String, JSONValue)] {
    recipe.json + [
      ("trainingTokens", .string(training.hash.description)),
      ("validationTokens", .init(validation?.hash.description)),
    ]
  }

  private var recipeText: String {
    JSONValue.object(JSONObject(recipeMembers)).serialized(.compact)
  }

  private func stateJSON(_ notes: JSONValue) -> [(String, JSONValue)] {
    [
      ("step", .integer(step)), ("optimizerSteps", .integer(optimizer.stepCount)),
      ("skipped", .integer(skippedCount)), ("bestValidation", .init(bestValidation)),
      ("validationsSinceBest", .integer(validationsSinceBest)),
      ("recentLosses", .array(recent.losses.map { .number($0) })),
      ("unmeasured", unmeasured.map(Self.json) ?? .null), ("notes", notes),
    ]
  }

  /// What is not known of a step from its number.
  private static func json(_ step: TrainingStep) -> JSONValue {
    [
      "natsPerToken": .number(step.natsPerToken), "gradientNorm": .number(step.gradientNorm),
      "isSkipped": .bool(step.isSkipped),
    ]
  }

  /// Goes on from a state that was written.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - name: What errors call it; by default the path.
  /// - Returns: The notes that were written with it.
  /// - Throws: ``TrainingError/otherOptions(name:differences:)`` where the recipe or the tokens are
  ///   others, ``TrainingError/brokenState(name:expected:)`` where the file is none of a run, and what
  ///   reading it throws.
  public mutating func resume(from path: String, name: String? = nil) throws -> JSONValue {
    let name = name ?? path
    let file = try SafetensorsFile(path: path, name: name)
    func text(_ key: String) throws -> JSONValue {
      guard let text = file.metadata.first(where: { $0.key == key })?.value,
        let value = try? JSONValue(parsing: Array(text.utf8), name: name)
      else { throw TrainingError.brokenState(name: name, expected: "the text `\(key)`") }
      return value
    }
    try compare(try text("recipe"), name: name)
    let state = StateReader(name: name, value: try text("state"))
    // What can fail comes first: a run is not left between two states.
    let (taken, optimizerSteps) = (try state.integer("step"), try state.integer("optimizerSteps"))
    let (skipped, since) = (
      try state.integer("skipped"), try state.integer("validationsSinceBest")
    )
    try Self.read("parameters", of: file, into: &parameters.values)
    try Self.read("firstMoments", of: file, into: &optimizer.firstMoments)
    try Self.read("secondMoments", of: file, into: &optimizer.secondMoments)
    if var mean = average.take() {
      try Self.read("average", of: file, into: &mean.values)
      average = consume mean
    }
    if var smallest = best.take() {
      try Self.read("best", of: file, into: &smallest.values)
      best = consume smallest
    }
    step = taken
    optimizer.stepCount = optimizerSteps
    skippedCount = skipped
    validationsSinceBest = since
    bestValidation = state.number("bestValidation")
    recent = RecentLosses(state.numbers("recentLosses"))
    unmeasured = nil
    let last = StateReader(name: name, value: state.member("unmeasured"))
    if let loss = last.number("natsPerToken"), let norm = last.number("gradientNorm") {
      let isSkipped = last.member("isSkipped") == .bool(true)
      unmeasured = lastStep(loss, gradientNorm: norm, isSkipped: isSkipped)
    }
    return state.member("notes")
  }

  /// Refuses a state of another recipe.
  private func compare(_ other: JSONValue, name: String) throws(TrainingError) {
    let differences = recipeMembers.compactMap { key, value -> String? in
      let found = other[key] ?? .null
      guard found.serialized(.compact) != value.serialized(.compact) else { return nil }
      return "`\(key)` was \(found.serialized(.compact)), now \(value.serialized(.compact))"
    }
    guard differences.isEmpty else { throw .otherOptions(name: name, differences: differences) }
  }

  private static func read(
    _ name: String,
    of file: SafetensorsFile,
    into values: inout Matrix<Float>
  ) throws {
    let tensor = try file.tensor(name)
    guard tensor.count == values.count else {
      throw TrainingError.brokenState(
        name: file.name,
        expected: "\(values.count) elements of `\(name)`, not \(tensor.count)"
      )
    }
    var span = values.mutableSpan
    try file.read(tensor, rows: 0..<tensor.rowCount, into: &span, at: 0)
  }
}

extension TransformerParameters {
  fileprivate func write(with writer: inout SafetensorsWriter) throws {
    try writer.write(values.span)
  }
}

/// Reads the members of a state's JSON.
private struct StateReader {
  var name: String
  var value: JSONValue

  func member(_ key: String) -> JSONValue { value[key] ?? .null }

  func integer(_ key: String) throws(TrainingError) -> Int {
    guard case .integer(let number) = member(key), number >= 0 else {
      throw .brokenState(name: name, expected: "a count `\(key)`")
    }
    return number
  }

  func number(_ key: String) -> Double? {
    switch member(key) {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  func numbers(_ key: String) -> [Double] {
    guard case .array(let elements) = member(key) else { return [] }
    return elements.compactMap {
      switch $0 {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    }
  }
}
