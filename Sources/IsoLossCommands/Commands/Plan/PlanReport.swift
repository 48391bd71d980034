import IsoLoss

/// The answers of `isoloss plan`, for people and for programs.
struct PlanReport {
  let plan: ComputePlan
  let answers: [Result<PlanAnswer, PlanError>]

  /// The report for people: the first law's answer, then all of them side by side.
  func text(_ first: PlanAnswer) -> String {
    let sections = [heading(first), answerTable(first)]
    return (sections + (answers.count > 1 ? [comparison] : [])).joined(separator: "\n")
  }

  private func heading(_ answer: PlanAnswer) -> String {
    var lines = ["asked  \(question)", "law    \(answer.coefficientSet)\(lawTitle)"]
    if let hardware = plan.hardware {
      lines.append(
        "on     \(NumberText.count(hardware.count)) × \(hardware.accelerator.name),"
          + " \(NumberText.measured(hardware.accelerator.peak)) FLOP/s each at"
          + " \(NumberText.measured(100 * hardware.utilization)) % utilization"
      )
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private var question: String {
    let value = NumberText.measured(plan.question.value)
    return switch plan.question {
    case .compute: "how to spend \(value) FLOPs"
    case .loss: "the least compute for a loss of \(value)"
    case .parameters: "the budget for which \(value) parameters are best"
    case .tokens: "the budget for which \(value) tokens are best"
    }
  }

  private var lawTitle: String {
    switch plan.sources[0] {
    case .published(let set): return ": \(set.title)"
    case .law(let law, _, _, _): return title(of: law)
    case .fit(let result, _): return title(of: result.law)
    case .fitted(let fitted): return title(of: fitted.law)
    }
  }

  private func title(of law: ScalingLaw) -> String {
    let values = zip(law.form.coefficients, law.coefficients).map { coefficient, value in
      "\(coefficient.name) \(NumberText.measured(value))"
    }
    return ": \(law.name), \(values.joined(separator: ", "))"
  }

  /// The answer, with the errors of the fit where there is one.
  private func answerTable(_ answer: PlanAnswer) -> String {
    let errors = answer.uncertainty
    var table = TextTable([.left, .right, .left, .right, .left])
    if let level = errors?.parameters.level {
      table.add(["", "", "", "std. error", "\(NumberText.measured(100 * level)) % interval"])
    }
    table.add(["compute", NumberText.measured(answer.compute), "FLOPs"])
    table.add(row("parameters", answer.parameters, errors?.parameters, scaled(answer.parameters)))
    table.add(row("tokens", answer.tokens, errors?.tokens, scaled(answer.tokens)))
    table.add(row("tokens per parameter", answer.tokensPerParameter, errors?.tokensPerParameter))
    table.add(row("loss", answer.loss, errors?.loss, lossUnit))
    if let time = answer.time {
      table.add(["hours", NumberText.measured(time.hours), NumberText.duration(3600 * time.hours)])
      table.add(["accelerator hours", NumberText.measured(time.deviceHours)])
    }
    return table.text + absences(errors)
  }

  /// A quantity, how people say it or its unit, and its error.
  private func row(
    _ name: String,
    _ value: Double?,
    _ estimate: Estimate?,
    _ remark: String = ""
  ) -> [String] {
    let cells = [name, value.map(NumberText.measured) ?? "n/a", remark]
    guard let estimate else { return cells }
    let interval = estimate.interval.map {
      "\(scaled($0.lowerBound)) to \(scaled($0.upperBound))"
    }
    return cells + [estimate.standardError.map(NumberText.error) ?? "n/a", interval ?? "n/a"]
  }

  /// Why errors are missing, a line a reason.
  private func absences(_ errors: OptimumEstimate?) -> String {
    guard let errors else { return "" }
    let named = [
      ("parameters", errors.parameters), ("tokens", errors.tokens),
      ("tokens per parameter", errors.tokensPerParameter), ("loss", errors.loss),
    ]
    var names: [(reason: String, names: [String])] = []
    for (name, estimate) in named {
      guard let reason = estimate.reason else { continue }
      if let index = names.firstIndex(where: { $0.reason == reason }) {
        names[index].names.append(name)
      } else {
        names.append((reason, [name]))
      }
    }
    return names.map { "n/a for \($0.names.joined(separator: ", ")): \($0.reason)\n" }.joined()
  }

  private func scaled(_ value: Double) -> String { NumberText.scaled(value) }

  private var lossUnit: String {
    guard case .published(let set) = plan.sources[0] else { return "in the unit of the law's runs" }
    return set.lossUnit
  }
}

// MARK: - Side by side

extension PlanReport {
  private var comparison: String {
    var table = TextTable([.left, .right, .right, .right, .right, .right])
    table.add(["law", "compute", "parameters", "tokens", "tokens per parameter", "loss"])
    for (source, answer) in zip(plan.sources, answers) {
      switch answer {
      case .success(let answer):
        table.add([
          source.name,
          NumberText.significant(answer.compute, digits: 4),
          scaled(answer.parameters),
          scaled(answer.tokens),
          NumberText.significant(answer.tokensPerParameter, digits: 4),
          answer.loss.map { NumberText.significant($0, digits: 5) } ?? "n/a",
        ])
      case .failure:
        table.add([source.name, "n/a", "n/a", "n/a", "n/a", "n/a"])
      }
    }
    return table.text + notes
  }

  /// What to know before trusting the other laws; the first one's warnings are said apart.
  private var notes: String {
    var namesByNote: [(note: String, names: [String])] = []
    for (source, answer) in zip(plan.sources, answers).dropFirst() {
      for note in notes(of: answer) {
        if let index = namesByNote.firstIndex(where: { $0.note == note }) {
          namesByNote[index].names.append(source.name)
        } else {
          namesByNote.append((note, [source.name]))
        }
      }
    }
    let paragraphs = namesByNote.map { "\($0.names.joined(separator: ", ")): \($0.note)" }
    return paragraphs.isEmpty ? "" : "\n" + paragraphs.map(wrapped).joined()
  }

  private func notes(of answer: Result<PlanAnswer, PlanError>) -> [String] {
    switch answer {
    case .success(let answer): answer.warnings.map(\.message)
    case .failure(let error): ["\(error)"]
    }
  }

  /// A paragraph whose later lines are set in.
  private func wrapped(_ paragraph: String) -> String {
    HelpText.wrapped(paragraph, indent: 2).dropFirst(2) + "\n"
  }
}

// MARK: - JSON

extension PlanReport {
  /// The first answer's members, and the other laws' answers under `alternatives`.
  func json() throws -> [(String, JSONValue)] {
    var body = try answers[0].get().json.members.filter { $0.key != "warnings" }
      .map { ($0.key, $0.value) }
    body.insert(("question", questionJSON), at: 0)
    body.append(("flopsPerTokenParameter", .number(plan.flopsPerTokenParameter)))
    if case .published(let set) = plan.sources[0] {
      body.append(("source", .string(set.source)))
      body.append(("lossUnit", .string(set.lossUnit)))
      body.append(("parameterCount", .string(set.parameterCount.rawValue)))
    }
    let alternatives = zip(plan.sources, answers).dropFirst().map { source, answer -> JSONValue in
      switch answer {
      case .success(let answer): .object(answer.json)
      case .failure(let error):
        ["coefficientSet": .string(source.name), "error": .string("\(error)")]
      }
    }
    body.append(("alternatives", .array(alternatives)))
    return body
  }

  private var questionJSON: JSONValue {
    [
      "quantity": .string(plan.question.quantity),
      "value": .number(plan.question.value),
    ]
  }
}
