import IsoLoss

/// The pictures of what was found, each made when it is asked for.
struct FitPictures {
  /// What was found.
  let findings: FitFindings

  /// How budgets are analyzed where the report itself did not.
  let isoFLOPOptions: IsoFLOPAnalysis.Options

  /// The picture, or why there is none.
  ///
  /// - Parameters:
  ///   - kind: Which.
  ///   - isInteractive: Whether runs carry their lines and names, for a page to show.
  /// - Returns: The picture, or the reason.
  func drawing(_ kind: FigureKind, isInteractive: Bool = false) -> Finding<Drawing> {
    let drawing: Finding<Drawing> =
      switch kind {
      case .isoflop: isoFLOP.map { .chart(IsoFLOPPicture(result: $0).figure.chart) }
      case .envelope: envelope
      default: ofLaw { picture(kind, of: $0, isInteractive) }
      }
    return drawing.map { $0.labeled(findings.table.lossUnit) }
  }

  /// The picture that shows most of the approach.
  var principal: FigureKind {
    switch findings.words.choice {
    case .isoflop: .isoflop
    case .envelope: .envelope
    case .parametric: .isoloss
    case .all:
      findings.parametric.value != nil
        ? .isoloss : findings.profiles.value != nil ? .isoflop : .envelope
    }
  }

  /// The pictures that a page of everything shows.
  var applicable: [(kind: FigureKind, drawing: Drawing)] {
    FigureKind.allCases.compactMap { kind in
      // Budgets in a table that nobody called one of budgets are accidents.
      if kind == .isoflop, findings.profiles.value == nil { return nil }
      return drawing(kind, isInteractive: true).value.map { (kind, $0) }
    }
  }

  private func ofLaw(_ body: (FitResult) -> Finding<Drawing>) -> Finding<Drawing> {
    switch findings.parametric {
    case .found(let result): body(result)
    case .refused(let reason): .refused(reason)
    case .notAsked:
      .refused(
        "it shows a fitted law, which `--approach \(findings.words.choice.rawValue)` has not"
      )
    }
  }

  private func picture(
    _ kind: FigureKind,
    of result: FitResult,
    _ isInteractive: Bool
  ) -> Finding<Drawing> {
    let k = findings.flopsPerTokenParameter
    switch kind {
    case .isoloss:
      let picture = IsoLossPicture(result: result, k, namesRuns: isInteractive)
      return .found(.chart(picture.figure.chart))
    case .residuals:
      return .found(.grid(ResidualPicture(result: result, k).grid))
    case .extrapolation:
      return ExtrapolationPicture.figure(result, k).map { .chart($0.chart) }
    case .pairs:
      return PairsPicture.figure(result, seed: findings.seed).map { .grid($0.grid) }
    case .profiles:
      return ProfilePicture.figure(result).map { .grid($0.grid) }
    case .isoflop, .envelope: return .notAsked
    }
  }

  /// The analysis of budgets: the report's, or one without errors for the picture.
  private var isoFLOP: Finding<IsoFLOPResult> {
    guard case .notAsked = findings.profiles else { return findings.profiles }
    var options = isoFLOPOptions
    options.resampleCount = 0
    do throws(IsoFLOPError) {
      return .found(try IsoFLOPAnalysis(of: findings.table, options).run())
    } catch {
      return .refused("\(error)")
    }
  }

  private var envelope: Finding<Drawing> {
    if case .notAsked = findings.curves {
      return .refused("it shows training curves: ask for `--approach envelope`")
    }
    return findings.curves.map { .chart(EnvelopePicture(result: $0).chart) }
  }
}

extension FitFindings {
  /// The table's name without folders.
  var shortName: String { table.name.split(separator: "/").last.map(String.init) ?? "" }
}

extension LossPoint {
  /// A run of a table, called by its name or its line.
  init(_ run: Run, isNamed: Bool = true) {
    self.init(
      parameters: run.parameters,
      tokens: run.tokens,
      loss: run.loss,
      name: !isNamed ? "" : run.name ?? (run.line > 0 ? "line \(run.line)" : "")
    )
  }
}
