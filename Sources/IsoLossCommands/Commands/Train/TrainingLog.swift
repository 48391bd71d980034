import IsoLoss

/// What each step of a run showed, as lines of JSON and of a table.
final class TrainingLog {
  private var lines: [String] = []
  private var rows: [String] = []

  /// The losses that it holds.
  private(set) var losses = TrainingLosses()

  private static let columns = [
    "step", "tokens", "epochs", "natsPerToken", "gradientNorm", "learningRate", "skipped",
    "tokensPerSecond", "modelFLOPsPerSecond", "modelFLOPsUtilization", "validationNatsPerToken",
    "validationBitsPerByte",
  ]

  /// Begins a log.
  init() {}

  /// Takes the first lines of a log that was written.
  init(_ lineCount: Int, of path: String, name: String) throws {
    var source = try FileSource(path: path)
    let text = try source.readAll(limit: 1 << 32)
    lines = text.split(separator: UInt8(ascii: "\n")).prefix(lineCount).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard lines.count == lineCount else {
      throw CommandError(
        "`\(name)` has \(lines.count) lines; the state was written after \(lineCount)"
      )
    }
    rows = try lines.enumerated().map { index, line in
      let value: JSONValue
      do throws(JSONError) {
        value = try JSONValue(parsing: Array(line.utf8), name: name)
      } catch {
        throw JSONError(name, line: index + 1, column: error.column, error.reason)
      }
      if let tokens = value["tokens"]?.double, let loss = value["natsPerToken"]?.double {
        losses.add(tokens, loss, validation: value["validationNatsPerToken"]?.double)
      }
      return Self.row(Self.columns.map { value[$0] ?? .null })
    }
  }

  /// How many steps it holds.
  var lineCount: Int { lines.count }

  /// Adds a step and how fast it was.
  func append(_ step: TrainingStep, _ rate: TrainingSpeed.Rate?) {
    let values: [JSONValue] = [
      .integer(step.step), .integer(step.tokens), .number(step.epochs),
      .number(step.natsPerToken), .number(step.gradientNorm), .number(step.learningRate),
      .bool(step.isSkipped), .init(rate?.tokensPerSecond.rounded()),
      .init(rate?.modelFLOPsPerSecond.rounded()), .init(rate?.utilization),
      .init(step.validation?.natsPerToken), .init(step.validation?.bitsPerByte),
    ]
    let members = zip(Self.columns, values).filter { $0.1 != .null }
    lines.append(JSONValue.object(JSONObject(Array(members))).serialized(.compact))
    rows.append(Self.row(values))
    losses.add(
      Double(step.tokens),
      step.natsPerToken,
      validation: step.validation?.natsPerToken
    )
  }

  private static func row(_ values: [JSONValue]) -> String {
    values.map { $0 == .null ? "" : $0.serialized(.compact) }.joined(separator: ",")
  }

  /// An object a line.
  var jsonLines: String { lines.map { $0 + "\n" }.joined() }

  /// A table with a header.
  var csv: String {
    ([Self.columns.joined(separator: ",")] + rows).map { $0 + "\n" }.joined()
  }
}

/// The line that a terminal sees while a model is trained: steps, loss and its course, time left.
final class TrainingLine {
  private let progress: ProgressLine
  private var losses: [Double] = []

  private static let bars: [Character] = Array("▁▂▃▄▅▆▇█")
  private static let mostBars = 16

  init(total: Int, in context: CommandContext) {
    progress = ProgressLine("train", total: total, unit: .count("step"), in: context)
  }

  func update(_ step: TrainingStep, _ rate: TrainingSpeed.Rate?) {
    losses.append(step.natsPerToken)
    let share = rate.map { "  MFU \(Int((100 * $0.utilization).rounded())) %" } ?? ""
    progress.update(
      count: step.step,
      remark: "loss \(NumberText.measured(step.natsPerToken))\(share)  \(course)"
    )
  }

  func finish() { progress.finish() }

  /// The means of equal parts of the run so far, each as a bar between the smallest and the largest.
  private var course: String {
    let count = min(Self.mostBars, losses.count)
    let means = (0..<count).map { bar in
      let part = losses[bar * losses.count / count..<(bar + 1) * losses.count / count]
      return part.reduce(0, +) / Double(part.count)
    }
    guard let lowest = means.min(), let highest = means.max(), highest > lowest else { return "" }
    return String(
      means.map { Self.bars[Int(7 * ($0 - lowest) / (highest - lowest) + 0.5)] }
    )
  }
}
