import IsoLoss

/// What the approaches that were asked for found in one table.
struct FitFindings {
  /// The table of the runs.
  var table: RunTable

  /// The hash of its file.
  var hash: ContentHash

  /// What was asked for.
  var words: ApproachWords

  /// k in C = k · N · D.
  var flopsPerTokenParameter: Double

  /// The seed of whatever was drawn.
  var seed: UInt64

  /// The budgets reported, in FLOPs.
  var budgets: [Double]

  /// Approach 3.
  var parametric = Finding<FitResult>.notAsked

  /// Approach 2.
  var profiles = Finding<IsoFLOPResult>.notAsked

  /// Approach 1.
  var curves = Finding<EnvelopeResult>.notAsked

  /// The error that approach 2 makes on the fitted law without noise.
  var bias = Finding<IsoFLOPBias>.notAsked
}

extension FitRequest {
  /// Reads the table and finds what the approaches that were asked for say of it.
  ///
  /// - Throws: What keeps the one approach that was asked for from an answer, a ``CommandError`` with all
  ///   reasons where every approach fails, and `Interruption`.
  func findings(_ words: ApproachWords, in context: CommandContext) throws -> FitFindings {
    let (read, hash) = try read(in: context)
    let table = words.table(read)
    var findings = FitFindings(
      table: table,
      hash: hash,
      words: words,
      flopsPerTokenParameter: options.flopsPerTokenParameter,
      seed: uncertainty?.seed ?? 0,
      budgets: words.budgets(for: table)
    )
    if words.asks(for: .parametricFit) {
      var request = self
      request.profiledBudgets = findings.budgets
      findings.parametric = try request.parametric(
        table,
        isOnly: words.choice == .parametric,
        in: context
      )
    }
    if words.asks(for: .isoFLOPProfiles) {
      try context.interruption.check()
      do {
        let analysis = IsoFLOPAnalysis(of: table, isoFLOPOptions(words))
        findings.profiles = .found(
          try analysis.run(on: context.kernels.pool, checkpoint: context.checkpoint)
        )
      } catch let error as IsoFLOPError where words.choice == .all {
        findings.profiles = .refused("\(error)")
      }
      findings.bias = try bias(findings, in: context)
    }
    if words.asks(for: .trainingCurves) {
      try context.interruption.check()
      do {
        findings.curves = .found(try envelope(table, words, in: context))
      } catch let error as EnvelopeError where words.choice == .all {
        findings.curves = .refused("\(error)")
      }
    }
    try findings.refuseNothing()
    return findings
  }

  /// How budgets are analyzed.
  func isoFLOPOptions(_ words: ApproachWords) -> IsoFLOPAnalysis.Options {
    IsoFLOPAnalysis.Options(
      tolerance: words.tolerance,
      interpolation: words.interpolation,
      acceptsOutside: words.acceptsOutside,
      flopsPerTokenParameter: options.flopsPerTokenParameter,
      level: uncertainty?.level ?? 0.95,
      resampleCount: uncertainty?.resampleCount ?? 1000,
      seed: uncertainty?.seed ?? 0
    )
  }

  private func parametric(
    _ table: RunTable,
    isOnly: Bool,
    in context: CommandContext
  ) throws -> Finding<FitResult> {
    do {
      return .found(try fit(table, in: context))
    } catch let error as LawFitError where !isOnly {
      return .refused("\(error)")
    }
  }

  private func envelope(
    _ table: RunTable,
    _ words: ApproachWords,
    in context: CommandContext
  ) throws -> EnvelopeResult {
    let analysis = EnvelopeAnalysis(
      of: try TrainingCurve.curves(of: table, namedBy: words.curveColumn),
      name: table.name,
      EnvelopeAnalysis.Options(
        flopsPerTokenParameter: options.flopsPerTokenParameter,
        level: uncertainty?.level ?? 0.95,
        errorMethod: words.curveErrors,
        resampleCount: uncertainty?.resampleCount ?? 1000,
        seed: uncertainty?.seed ?? 0
      )
    )
    return try analysis.run(on: context.kernels.pool, checkpoint: context.checkpoint)
  }

  /// The bias on the law that the same runs give; a fit for this alone needs no errors.
  private func bias(
    _ findings: FitFindings,
    in context: CommandContext
  ) throws -> Finding<IsoFLOPBias> {
    guard let profiles = findings.profiles.value else { return .notAsked }
    var parametric = findings.parametric
    if case .notAsked = parametric {
      var plain = self
      plain.uncertainty = nil
      plain.solving = nil
      parametric = try plain.parametric(findings.table, isOnly: false, in: context)
    }
    guard let result = parametric.value else {
      return .refused("no law to measure it on: \(parametric.reason ?? "")")
    }
    guard result.isConverged else { return .refused("the fit of the law did not converge") }
    do throws(IsoFLOPError) {
      guard let bias = try profiles.bias(on: result.law, budgets: findings.budgets) else {
        return .refused("the law \(result.law.name) has no optimum in closed form")
      }
      return .found(bias)
    } catch {
      return .refused("without noise: \(error)")
    }
  }
}

extension FitFindings {
  /// - Throws: ``CommandError`` where no approach has an answer.
  fileprivate func refuseNothing() throws(CommandError) {
    let answers = answers
    guard answers.allSatisfy({ $0.reason != nil }) else { return }
    let reasons = answers.map { "\n  \($0.approach.rawValue): \($0.reason ?? "")" }
    throw CommandError("no approach has an answer:" + reasons.joined())
  }

  /// What to know before trusting the answers, each named by its approach where there are several.
  var warnings: [FitWarning] {
    guard words.choice == .all else {
      return (parametric.value?.warnings ?? []) + (isParametric ? [] : table.warnings)
        + (profiles.value?.warnings ?? []) + (curves.value?.warnings ?? [])
    }
    let found: [(Approach, [FitWarning])] = [
      (.trainingCurves, curves.value?.warnings ?? []),
      (.isoFLOPProfiles, profiles.value?.warnings ?? []),
      (.parametricFit, (parametric.value?.warnings ?? []).filter { !table.warnings.contains($0) }),
    ]
    return table.warnings
      + found.flatMap { approach, warnings in
        warnings.map { FitWarning($0.kind, "\(approach.rawValue): \($0.message)") }
      }
  }

  /// Whether the report is that of a law.
  var isParametric: Bool { words.choice == .parametric }

  /// The seed, if anything was drawn with it.
  var usedSeed: UInt64? {
    let resamples =
      (profiles.value?.options.resampleCount ?? 0) + (curves.value?.resampleCount ?? 0)
    return parametric.value?.draws != nil || resamples > 0 ? seed : nil
  }
}
