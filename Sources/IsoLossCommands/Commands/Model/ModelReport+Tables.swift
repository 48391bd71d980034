import IsoLoss

extension ModelReport {
  /// The parameters, part by part.
  var parameterTable: String {
    var table = TextTable([.left, .right, .right])
    let total = shape.parameterCount
    func add(_ name: String, _ count: Int) {
      let share = 100 * Double(count) / Double(total)
      table.add([name, NumberText.count(count), NumberText.significant(share, digits: 3) + " %"])
    }
    table.add(["parameters", "count", "share"])
    for (part, count) in shape.parameterCounts { add(part.words, count) }
    add("all", total)
    add("without embeddings", shape.nonEmbeddingParameterCount)
    return table.text
  }

  /// FLOPs for each token of a sequence, part by part and as formulas have it.
  var flopsTable: String {
    let (flops, visible) = (flops, visibleFLOPs)
    let tokens = Double(sequence)
    var table = TextTable([.left, .right, .right, .right])
    func add(_ name: String, _ forward: Double) {
      let training = 3 * forward / tokens
      table.add([
        name, NumberText.measured(forward / tokens), NumberText.measured(training),
        NumberText.significant(training / shape.sixN, digits: 4),
      ])
    }
    table.add(["FLOPs per token", "forward", "training", "over 6 N"])
    add("queries, keys, values", flops.projections)
    add("scores", flops.scores)
    add("softmax", flops.softmax)
    add("weighted sums", flops.weightedSums)
    add("attention's output", flops.attentionOutput)
    add("feed-forward", flops.feedForward)
    add("blocks", flops.blocks)
    add("embedding, as a product", flops.embedding)
    add("logits", flops.logits)
    add("all", flops.total)
    add("blocks, visible pairs alone", visible.blocks)
    add("6 N", shape.sixN * tokens / 3)
    let palm = shape.palmTrainingFLOPsPerToken(tokens: sequence)
    add("6 N + 12 L H Q T", palm * tokens / 3)
    return table.text + "for sequences of \(NumberText.counted(sequence, "token"))\n"
  }

  /// The memory of weights, training and cache.
  var memoryTable: String {
    var table = TextTable([.left, .right])
    func add(_ name: String, _ bytes: Double) {
      table.add([name, NumberText.bytes(Int(min(bytes, 0x1p62)))])
    }
    table.add(["memory", "bytes"])
    let source = model.files == nil ? "in single precision" : "as the files hold them"
    add("weights \(source)", weightByteCount)
    add("weights, gradients, moments of AdamW", shape.trainingMemory().total)
    let cache = 4 * Double(shape.cacheCountPerToken)
    add("keys and values of a token, single precision", cache)
    add("keys and values of the whole context", cache * Double(shape.context))
    return table.text
  }

  /// Every tensor of the files.
  func tensorTable(_ files: CheckpointFiles) -> String {
    let hasSeveral = files.weights.files.count > 1
    var table = TextTable([.left, .left, .right, .right] + (hasSeveral ? [.left] : []))
    table.add(["tensor", "type", "shape", "bytes"] + (hasSeveral ? ["file"] : []))
    for (file, tensor) in files.weights.tensors {
      let shape = tensor.shape.map { "\($0)" }.joined(separator: " × ")
      let cells = [
        tensor.name.escapedForTerminal, tensor.type.rawValue, shape,
        NumberText.count(tensor.byteRange.count),
      ]
      table.add(cells + (hasSeveral ? [file.name.escapedForTerminal] : []))
    }
    return table.text
  }

  /// What reading the weights showed.
  func text(_ verification: WeightVerification) -> String {
    var lines = verification.hashes.map { "sha256 \($0.hash)  \($0.name.escapedForTerminal)\n" }
    if verification.nonFinite.isEmpty {
      lines.append("verified: \(NumberText.counted(verification.count, "number")), all finite\n")
    }
    return lines.joined()
  }
}

extension TransformerPart {
  /// The part in words.
  fileprivate var words: String {
    switch self {
    case .tokenEmbedding: "token embedding"
    case .positionEmbedding: "position embedding"
    case .attention: "attention"
    case .feedForward: "feed-forward"
    case .norms: "norms"
    case .head: "head"
    }
  }
}
