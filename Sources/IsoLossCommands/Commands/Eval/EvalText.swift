import IsoLoss

/// The report of `isoloss eval` for people.
struct EvalText {
  let result: EvalResult
  let command: EvalCommand

  /// The whole report.
  var text: String {
    var sections = [heading]
    if result.files.count > 1 { sections.append(fileTable) }
    sections += [quantityTable, notes]
    return sections.joined(separator: "\n")
  }

  private var heading: String {
    let total = result.total
    let name =
      result.files.count == 1
      ? result.files[0].name.escapedForTerminal : "\(result.files.count) files"
    let documents = result.files.reduce(0) { $0 + $1.evaluation.documentCount }
    let counts =
      (hasBytes
        ? [
          NumberText.counted(total.text.byteCount, "byte"),
          NumberText.counted(total.text.characterCount, "character"),
          NumberText.counted(total.text.wordCount, "word"),
          NumberText.counted(total.text.lineCount, "line"),
        ] : [NumberText.counted(total.tokenCount, "scored id")])
      + [NumberText.counted(documents, "document")]
    let details = result.model.details.map { "       \($0)\n" }.joined()
    return """
      text   \(name)
             \(counts.joined(separator: ", "))
      model  \(result.model.title)
             tokens are \(result.model.model.tokenUnit)s\(learning)
      \(details)
      """
  }

  /// Whether it is known which bytes were scored: ids alone do not say it.
  private var hasBytes: Bool { result.total.text.byteCount > 0 }

  private var learning: String {
    guard result.model.model.learns else { return "" }
    return command.carries && result.files.count > 1
      ? "; learns as it reads, and carries it from file to file" : "; learns as it reads"
  }

  private var fileTable: String {
    var table = TextTable([.left, .right, .right, .right, .right])
    table.add(["file", "bytes", "nats per token", "perplexity", "bits per byte"])
    for file in result.files {
      let loss = file.evaluation.crossEntropy
      let quantities = ["natsPerToken", "perplexity", "bitsPerByte"].map { key in
        LossQuantity.all.first { $0.key == key }.map { value($0, loss, file.fidelity) } ?? ""
      }
      table.add([file.name.escapedForTerminal, NumberText.count(loss.text.byteCount)] + quantities)
    }
    return table.text
  }
}

// MARK: - Quantities

extension EvalText {
  /// A column of the table: its heading, and what it says of a quantity.
  private struct Column {
    var heading: String
    var alignment = TextTable.Alignment.right
    var cell: (LossQuantity) -> String
  }

  private var quantityTable: String {
    let columns = columns
    var table = TextTable(columns.map(\.alignment))
    table.add(columns.map(\.heading))
    for quantity in LossQuantity.all {
      table.add(columns.map { $0.cell(quantity) })
      if quantity.key == "perplexity", result.total.unknownCount > 0 { table.add(knownRow) }
    }
    return table.text
  }

  private var columns: [Column] {
    let total = result.total
    let isMany = result.files.count > 1
    var columns = [
      Column(heading: isMany ? "all files" : "", alignment: .left) { title($0) },
      Column(heading: "value") { value($0, total, result.fidelity) },
    ]
    if let clusters = result.errorClusters { columns += errorColumns(clusters) }
    if isMany { columns.append(Column(heading: "mean of files") { macro($0) }) }
    columns.append(Column(heading: "per", alignment: .left) { units($0, total) })
    return columns
  }

  private func errorColumns(_ clusters: ErrorClusters) -> [Column] {
    let uncertainty = { (quantity: LossQuantity) -> Uncertainty? in
      guard isMeaningful(quantity, result.fidelity) else { return nil }
      return quantity.uncertainty(clusters, level: EvalCommand.intervalLevel)
    }
    return [
      Column(heading: "std. error") { quantity in
        uncertainty(quantity).map { NumberText.error($0.standardError) } ?? "n/a"
      },
      Column(heading: "95 % interval", alignment: .left) { quantity in
        uncertainty(quantity).map { interval($0.interval) } ?? "n/a"
      },
    ]
  }

  private var knownRow: [String] {
    let total = result.total
    let known = NumberText.count(total.tokenCount - total.unknownCount)
    let perplexity = NumberText.measured(total.perplexityExcludingUnknown)
    let blanks = [String](repeating: "", count: columns.count - 3)
    return ["  without unknown", perplexity] + blanks + ["\(known) known tokens"]
  }

  private func title(_ quantity: LossQuantity) -> String {
    let isLossy = quantity.needsFidelity && result.fidelity != .lossless && command.allowsLossy
    return quantity.title + (isLossy ? " (lossy)" : "")
  }

  private func isMeaningful(_ quantity: LossQuantity, _ fidelity: Fidelity) -> Bool {
    result.absence(of: quantity, fidelity, allowsLossy: command.allowsLossy) == nil
  }

  private func value(
    _ quantity: LossQuantity,
    _ loss: CrossEntropy,
    _ fidelity: Fidelity
  ) -> String {
    guard isMeaningful(quantity, fidelity), let value = quantity.value(of: loss) else {
      return "n/a"
    }
    return NumberText.measured(value)
  }

  private func macro(_ quantity: LossQuantity) -> String {
    guard isMeaningful(quantity, result.fidelity), let mean = result.macroMean(of: quantity) else {
      return "n/a"
    }
    return NumberText.measured(mean)
  }

  private func interval(_ interval: ClosedRange<Double>) -> String {
    // The standard error has two digits; more than five here would only pretend.
    let bounds = [interval.lowerBound, interval.upperBound]
    return bounds.map { NumberText.significant($0, digits: 5) }.joined(separator: " to ")
  }

  private func units(_ quantity: LossQuantity, _ loss: CrossEntropy) -> String {
    let count = loss.count(of: quantity.denominator)
    guard hasBytes || quantity.denominator == .tokens else { return "n/a" }
    switch quantity.denominator {
    case .tokens: return NumberText.counted(count, "token")
    case .bytes: return NumberText.counted(count, "byte")
    case .characters: return NumberText.counted(count, "character")
    case .words: return NumberText.counted(count, "word")
    }
  }
}

// MARK: - Notes

extension EvalText {
  private var notes: String {
    var lines = [baselineLine, unscoredLine].compactMap(\.self)
    if result.model.convention == .hfStrided {
      lines.append("means are given per token alone: \(EvalResult.weightReason)")
    } else if case .lossy(let count, let reason) = result.fidelity {
      let verdict =
        command.allowsLossy && hasBytes ? "is given although" : "is not given, because"
      lines.append("bits per byte \(verdict) the tokens do not determine the text:")
      lines.append("  \(reason)" + (hasBytes ? " (\(NumberText.counted(count, "byte")))" : ""))
    }
    if result.model.model.learns {
      lines.append("no standard error: the model learns as it reads")
    } else {
      lines += errorLines
    }
    let text = lines.map { $0 + "\n" }.joined()
    return result.model.model.learns ? learningTable + "\n" + text : text
  }

  private var baselineLine: String? {
    result.orderZeroBitsPerByte.map {
      "baselines, bits per byte: uniform over 256 bytes 8, order-0 adaptive \(NumberText.measured($0))"
    }
  }

  private var unscoredLine: String? {
    guard result.unscoredTokenCount > 0 else { return nil }
    let tokens = NumberText.counted(result.unscoredTokenCount, "token")
    let bytes = hasBytes ? " (\(NumberText.counted(result.unscoredByteCount, "byte")))" : ""
    let place =
      switch result.model.convention {
      case nil, .lmEval, .hfStrided: "at the beginning of texts"
      case .llamaCpp: "in the first half of each window and behind the last full one"
      }
    return "not scored: \(tokens)\(bytes), \(place)"
  }

  /// How the loss of the first text falls along it: bits per byte of stretches that double.
  private var learningTable: String {
    guard let first = result.files.first else { return "" }
    let segments = first.evaluation.learningCurve.summarized(inAtMost: 8)
    var table = TextTable([.left] + segments.map { _ in .right })
    table.add(["stretch ends at byte"] + segments.map { NumberText.count($0.endOffset) })
    let bits = segments.map { $0.natsPerByte / BitsAndNats.natsPerBit }
    table.add(["bits per byte in it"] + bits.map { NumberText.significant($0, digits: 4) })
    return (result.files.count > 1 ? "learning along \(first.name.escapedForTerminal)\n" : "")
      + table.text
  }

  private var errorLines: [String] {
    guard let clusters = result.errorClusters else {
      let least = ErrorClusters.minimumBlockCount
      return ["no standard error: fewer than \(least) blocks of 1,024 tokens"]
    }
    let count = NumberText.count(clusters.clusters.count)
    let length = NumberText.count(Int(clusters.meanTokenCount.rounded()))
    let naive = result.total.naiveStandardError.map(NumberText.error) ?? "n/a"
    var lines = [
      "standard errors from \(count) \(clusters.kind.rawValue) of \(length) tokens on average;"
        + " tokens taken as independent: \(naive) nats"
    ]
    if clusters.isLowerBound {
      lines.append("  they are a lower bound: the error still rises with the blocks' length")
    }
    return lines
  }
}
