import CurveFitting

/// The runs that lie outside, and what they do to the fit.
public struct OutlierReport: Sendable, Hashable {
  /// One run that the rule flags.
  public struct Row: Sendable, Hashable {
    /// Which run, by index.
    public var index: Int
    /// The run.
    public var run: Run
    /// Its residual from the law of least absolute deviations.
    public var robustResidual: Double
    /// That over the rule's noise.
    public var distance: Double
  }

  /// A run with what it does to a least-squares fit.
  public struct InfluentialRow: Sendable, Hashable {
    /// Which run, by index.
    public var index: Int
    /// The run.
    public var run: Run
    /// How much it pulls its own prediction, 0 to 1.
    public var leverage: Double
    /// Its residual over its standard error by the noise of the others.
    public var studentizedResidual: Double
    /// How far all predictions move without it.
    public var cooksDistance: Double
    /// Each coefficient with it less that without it, in standard errors, linearly.
    public var coefficientShifts: [Double]
    /// The law fitted again without it; `nil` if that has no minimum.
    public var lawWithout: ScalingLaw?
  }

  /// The rule.
  public var rule: OutlierRule

  /// The rule's noise: of ln L, or of L where the objective says so.
  public var noise: Double

  /// The flagged runs, the farthest first.
  public var rows: [Row]

  /// The runs that matter most to a least-squares fit, the most influential first; none for others.
  public var influential: [InfluentialRow]

  /// The fit of all runs.
  public var all: FitResult

  /// The fit without the flagged runs; `nil` if there are none, or too few others.
  public var without: FitResult?

  /// Why there is no fit without them though there are some.
  public var withoutReason: String?
}

// MARK: - Finding them

extension OutlierReport {
  /// How many influential runs are told, each fitted without.
  static let influentialCount = 5

  /// Flags runs by their residuals from a law of least absolute deviations.
  init(_ rule: OutlierRule, _ result: FitResult, deviations law: ScalingLaw) {
    let residuals = law.residuals(result.table.runs, result.objective.residual)
    let noise = rule.noise(residuals, coefficientCount: result.freeCount)
    let flagged = residuals.indices.filter { abs(residuals[$0]) > rule.threshold * noise }
      .sorted { abs(residuals[$0]) > abs(residuals[$1]) }
    self.init(
      rule: rule,
      noise: noise,
      rows: flagged.map { index in
        Row(
          index: index,
          run: result.table.runs[index],
          robustResidual: residuals[index],
          distance: residuals[index] / noise
        )
      },
      influential: [],
      all: result,
      without: nil,
      withoutReason: nil
    )
  }

  /// Adds the fit without the flagged runs.
  mutating func addFitWithout(_ fit: (RunTable) throws -> FitResult) throws {
    guard !rows.isEmpty else { return }
    let flagged = Set(rows.map(\.index))
    let kept = all.table.runs.indices.filter { !flagged.contains($0) }
    do {
      without = try fit(all.table.selecting(kept))
    } catch let error as LawFitError {
      withoutReason = error.description
    }
  }

  /// Adds the most influential runs of a least-squares fit, each with an exact fit of the others.
  mutating func addInfluence(_ fit: LawFit) throws(LawFitError) {
    guard let influence = Influence(all) else { return }
    let prepared = try PreparedFit(fit.refit(all.table))
    let start = prepared.centered(all.fit.parameters)
    let order = influence.cooksDistances.indices.sorted {
      influence.cooksDistances[$0] > influence.cooksDistances[$1]
    }
    influential = order.prefix(Self.influentialCount).map { index in
      let scaled = start.flatMap { prepared.refitted(without: index, from: $0) }
      let law = scaled.map { found in
        ScalingLaw(
          form: fit.form,
          coefficients: zip(fit.form.coefficients, found).map { $0.scale.natural($1) }
        )
      }
      return InfluentialRow(
        index: index,
        run: all.table.runs[index],
        leverage: influence.leverages[index],
        studentizedResidual: influence.studentizedResiduals[index],
        cooksDistance: influence.cooksDistances[index],
        coefficientShifts: influence.coefficientShifts[index],
        lawWithout: law
      )
    }
  }
}

extension Run {
  /// The run as reports name it: its line, or its place among the runs, and its name if it has one.
  func label(index: Int) -> String {
    (line > 0 ? "line \(line)" : "run \(index + 1)") + (name.map { " `\($0)`" } ?? "")
  }
}
