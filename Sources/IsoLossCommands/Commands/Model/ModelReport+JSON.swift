import IsoLoss

extension ModelReport {
  /// The members of the report.
  var json: [(String, JSONValue)] {
    [
      ("name", JSONValue(model.name)),
      ("architecture", .string(model.configuration.architecture.rawValue)),
      ("shape", shapeJSON),
      ("activation", .string(configuration.activation.rawValue)),
      ("normEpsilon", .number(configuration.normEpsilon)),
      ("attentionWindow", JSONValue(configuration.attentionWindow)),
      ("rotary", rotaryJSON),
      ("beginningOfText", JSONValue(model.configuration.beginningOfText)),
      ("endOfText", .array(model.configuration.endOfText.map { .integer($0) })),
      ("parameters", parametersJSON),
      ("flopsPerToken", flopsJSON),
      ("memory", memoryJSON),
      ("weights", weightsJSON),
      ("tensors", tensorsJSON),
      ("vocabularyFiles", .array(model.vocabularies.map { .string($0) })),
      ("tokenizerTokenCount", .init(model.tokenizer?.tokenCount)),
      ("verification", verification.map(Self.json) ?? .null),
      ("problems", .array(problems.map { .string($0) })),
    ]
  }

  private var shapeJSON: JSONValue {
    let biases: [(TransformerShape.Biases, JSONValue)] = [
      (.queriesKeysValues, "queriesKeysValues"), (.attentionOutput, "attentionOutput"),
      (.feedForward, "feedForward"),
    ]
    return [
      "layers": .integer(shape.layers),
      "width": .integer(shape.width),
      "heads": .integer(shape.heads),
      "keyValueHeads": .integer(shape.keyValueHeads),
      "headWidth": .integer(shape.headWidth),
      "feedForwardWidth": .integer(shape.feedForwardWidth),
      "vocabulary": .integer(shape.vocabulary),
      "context": .integer(shape.context),
      "positions": .string(shape.positions.rawValue),
      "normalization": .string(shape.normalization.rawValue),
      "feedForward": .string(shape.feedForward.rawValue),
      "residual": .string(shape.residual.rawValue),
      "biases": .array(biases.filter { shape.biases.contains($0.0) }.map(\.1)),
      "isHeadTied": .bool(shape.isHeadTied),
    ]
  }

  private var rotaryJSON: JSONValue {
    guard let rotary = model.configuration.rotary else { return .null }
    var object: JSONObject = [
      "base": .number(rotary.base),
      "dimension": .integer(rotary.dimension(headWidth: shape.headWidth)),
      "scaling": "none",
    ]
    switch rotary.scaling {
    case .none: break
    case .linear(let factor):
      object["scaling"] = "linear"
      object["factor"] = .number(factor)
    case .llama3(let factor, let low, let high, let originalContext):
      object["scaling"] = "llama3"
      object["factor"] = .number(factor)
      object["low"] = .number(low)
      object["high"] = .number(high)
      object["originalContext"] = .integer(originalContext)
    }
    return .object(object)
  }

  private var parametersJSON: JSONValue {
    let parts = shape.parameterCounts.map { ($0.part.rawValue, JSONValue.integer($0.count)) }
    return [
      "total": .integer(shape.parameterCount),
      "nonEmbedding": .integer(shape.nonEmbeddingParameterCount),
      "parts": .object(JSONObject(parts)),
    ]
  }

  private var flopsJSON: JSONValue {
    let (flops, tokens) = (flops, Double(sequence))
    func perToken(_ count: Double) -> JSONValue { .number(count / tokens) }
    return [
      "sequence": .integer(sequence),
      "embedding": perToken(flops.embedding),
      "projections": perToken(flops.projections),
      "scores": perToken(flops.scores),
      "softmax": perToken(flops.softmax),
      "weightedSums": perToken(flops.weightedSums),
      "attentionOutput": perToken(flops.attentionOutput),
      "feedForward": perToken(flops.feedForward),
      "logits": perToken(flops.logits),
      "blocks": perToken(flops.blocks),
      "visibleBlocks": perToken(visibleFLOPs.blocks),
      "forward": perToken(flops.total),
      "training": perToken(flops.training),
      "blockTraining": perToken(flops.blockTraining),
      "sixN": .number(shape.sixN),
      "palm": .number(shape.palmTrainingFLOPsPerToken(tokens: sequence)),
      "blockTrainingOverSixN": .number(flops.blockTraining / tokens / shape.sixN),
      "trainingOverSixN": .number(flops.training / tokens / shape.sixN),
    ]
  }

  private var memoryJSON: JSONValue {
    [
      "weightByteCount": .number(weightByteCount),
      "trainingByteCount": .number(shape.trainingMemory().total),
      "cacheCountPerToken": .integer(shape.cacheCountPerToken),
    ]
  }

  private var weightsJSON: JSONValue {
    guard let weights = model.files?.weights else { return .null }
    let types = elementTypes.map { found -> JSONValue in
      ["type": .string(found.type.rawValue), "count": .integer(found.count)]
    }
    return [
      "tensorCount": .integer(weights.tensors.count),
      "types": .array(types),
      "files": .array(
        weights.files.map { ["name": .string($0.name), "byteCount": .integer($0.byteCount)] }
      ),
    ]
  }

  private var tensorsJSON: JSONValue {
    guard listsTensors, let weights = model.files?.weights else { return .null }
    return .array(
      weights.tensors.map { file, tensor in
        [
          "name": .string(tensor.name),
          "type": .string(tensor.type.rawValue),
          "shape": .array(tensor.shape.map { .integer($0) }),
          "byteRange": [
            .integer(tensor.byteRange.lowerBound), .integer(tensor.byteRange.upperBound),
          ],
          "file": .string(file.name),
        ]
      }
    )
  }

  private static func json(_ verification: WeightVerification) -> JSONValue {
    [
      "files": .array(
        verification.hashes.map { ["name": .string($0.name), "sha256": .string("\($0.hash)")] }
      ),
      "numberCount": .integer(verification.count),
      "nonFinite": .array(
        verification.nonFinite.map { ["tensor": .string($0.tensor), "count": .integer($0.count)] }
      ),
    ]
  }
}
