import IsoLoss

/// The report of `isoloss eval` for programs.
struct EvalJSON {
  let result: EvalResult
  let command: EvalCommand
  let seconds: Double

  /// The report in its frame.
  var report: JSONReport {
    JSONReport(schema: "isoloss.eval", body: body, warnings: result.warnings, seconds: seconds)
  }

  private var body: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("model", .object(result.model.json)),
      ("documents", .string(command.separator.rawValue)),
      ("carry", .bool(command.carries)),
      ("total", result.files.isEmpty ? .null : .object(total)),
    ]
    if result.files.count > 1 { members.append(("macro", macro)) }
    members.append(("files", .array(result.files.map(file))))
    members.append(("failed", .array(result.failures.map(failure))))
    return members
  }

  private var total: JSONObject {
    var total = summary(of: result.files, result.total, result.fidelity)
    // An offset means something in one file only.
    if result.files.count > 1 { total["firstInvalidUTF8Offset"] = .null }
    return total
  }

  private var macro: JSONValue {
    .object(
      JSONObject(
        LossQuantity.all.map { quantity in
          let absence = absence(of: quantity, result.fidelity)
          let value = absence == nil ? result.macroMean(of: quantity) : nil
          let reason =
            value == nil
            ? absence ?? EvalResult.lossyReason : "the error of a mean of files is not estimated"
          return (quantity.key, JSONReport.measured(value, nil, reason: reason))
        }
      )
    )
  }

  private func failure(_ failure: EvalResult.Failure) -> JSONValue {
    ["name": .string(failure.name), "error": .string(failure.message)]
  }

  private func file(_ file: EvalResult.File) -> JSONValue {
    var object = JSONObject()
    object["name"] = .string(file.name)
    object["sha256"] = .string("\(file.hash)")
    let members = summary(of: [file], file.evaluation.crossEntropy, file.fidelity).members
    for member in members { object[member.key] = member.value }
    if result.model.model.learns {
      object["learningCurve"] = .array(file.evaluation.learningCurve.segments.map(segment))
    }
    return .object(object)
  }

  private func segment(_ segment: LearningCurve.Segment) -> JSONValue {
    [
      "endOffset": .integer(segment.endOffset),
      "byteCount": .integer(segment.byteCount),
      "bitsPerByte": .number(segment.natsPerByte / BitsAndNats.natsPerBit),
    ]
  }
}

// MARK: - Summary

extension EvalJSON {
  private func summary(
    of files: [EvalResult.File],
    _ loss: CrossEntropy,
    _ fidelity: Fidelity
  ) -> JSONObject {
    var object = counts(of: files, loss)
    let clusters = EvalResult.errorClusters(files)
    object["totalNats"] = .number(loss.totalNats)
    for quantity in LossQuantity.all {
      object[quantity.key] = measured(quantity, loss, fidelity, clusters)
      if quantity.key == "perplexity", loss.unknownCount > 0 {
        object["perplexityExcludingUnknown"] = JSONReport.measured(
          loss.perplexityExcludingUnknown,
          nil,
          reason: "the error is estimated with unknown tokens only"
        )
      }
    }
    object["isLossless"] = .bool(fidelity == .lossless)
    if case .lossy(let count, let reason) = fidelity {
      object["unmodelledByteCount"] = .integer(count)
      object["lossyReason"] = .string(reason)
    }
    object["naiveStandardError"] =
      result.model.model.learns ? .null : JSONValue(loss.naiveStandardError)
    object["errorClusters"] = clusters.map(json) ?? .null
    object["baselines"] = baselines(of: files)
    return object
  }

  private func counts(of files: [EvalResult.File], _ loss: CrossEntropy) -> JSONObject {
    [
      "tokenCount": .integer(loss.tokenCount),
      "unknownCount": .integer(loss.unknownCount),
      "byteCount": .integer(loss.text.byteCount),
      "characterCount": .integer(loss.text.characterCount),
      "wordCount": .integer(loss.text.wordCount),
      "lineCount": .integer(loss.text.lineCount),
      "documentCount": .integer(files.reduce(0) { $0 + $1.evaluation.documentCount }),
      "invalidUTF8RunCount": .integer(loss.text.invalidUTF8RunCount),
      "firstInvalidUTF8Offset": JSONValue(loss.text.firstInvalidUTF8Offset),
      "unscoredByteCount": .integer(files.reduce(0) { $0 + $1.evaluation.unscoredByteCount }),
      "unscoredTokenCount": .integer(files.reduce(0) { $0 + $1.evaluation.unscoredTokenCount }),
    ]
  }

  private func measured(
    _ quantity: LossQuantity,
    _ loss: CrossEntropy,
    _ fidelity: Fidelity,
    _ clusters: ErrorClusters?
  ) -> JSONValue {
    if let absence = absence(of: quantity, fidelity) {
      return JSONReport.measured(nil, nil, reason: absence)
    }
    guard let value = quantity.value(of: loss) else {
      return JSONReport.measured(nil, nil, reason: "nothing to divide by")
    }
    let uncertainty = clusters.flatMap {
      quantity.uncertainty($0, level: EvalCommand.intervalLevel)
    }
    let absence = result.model.model.learns ? "the model learns as it reads" : "too little text"
    let isLossy = quantity.needsFidelity && fidelity != .lossless
    return JSONReport.measured(
      value,
      uncertainty,
      reason: isLossy ? "lossy: \(EvalResult.lossyReason)" : uncertainty == nil ? absence : nil
    )
  }

  private func absence(of quantity: LossQuantity, _ fidelity: Fidelity) -> String? {
    result.absence(of: quantity, fidelity, allowsLossy: command.allowsLossy)
  }

  private func json(_ clusters: ErrorClusters) -> JSONValue {
    [
      "kind": .string(clusters.kind.rawValue),
      "count": .integer(clusters.clusters.count),
      "meanTokenCount": .number(clusters.meanTokenCount),
      "lowerBound": .bool(clusters.isLowerBound),
    ]
  }

  private func baselines(of files: [EvalResult.File]) -> JSONValue {
    let part = EvalResult(model: result.model, files: files)
    return [
      "uniformBitsPerByte": .number(UniformBaseline.bitsPerByte),
      "orderZeroBitsPerByte": JSONValue(part.orderZeroBitsPerByte),
    ]
  }
}
