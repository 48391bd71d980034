public import Execution
import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The best size of each of several budgets, and a line through them: approach 2.
///
/// After Hoffmann et al. 2022 (arXiv:2203.15556).
///
///     let result = try IsoFLOPAnalysis(of: table).run()
///     print(result.allocation.a.value, result.allocation.optimum(compute: 5.76e23).parameters.value)
///
/// Runs of equal compute form a profile, the loss over ln N; its lowest point is N*(C). Then
/// ln N* = ln G + a ln(C/k) by least squares over the budgets, and D* = C/(k N*).
///
/// Errors come from a bootstrap over the runs within each budget, so that every resample has every
/// budget; all that is reported is computed anew in each. The analysis is biased by its grid, however
/// many runs there are: ``IsoFLOPResult/bias(on:budgets:)`` measures by how much on a known law.
public struct IsoFLOPAnalysis: Sendable, Hashable {
  /// How the analysis is done.
  public struct Options: Sendable, Hashable {
    /// How far apart in compute neighbors within a budget may be, relatively.
    ///
    /// Labels differ by nothing and 6 N D of whole steps by less than a percent, while budgets are
    /// factors apart: 2 % leaves room on both sides.
    public var tolerance: Double

    /// The curve through the losses of a budget.
    public var interpolation: ProfileInterpolation

    /// Whether budgets count whose parabola turns outside of their runs.
    public var acceptsOutside: Bool

    /// k in C = k · N · D.
    public var flopsPerTokenParameter: Double

    /// The probability of coverage of intervals.
    public var level: Double

    /// How many resamples the bootstrap draws; 0 for none.
    public var resampleCount: Int

    /// The seed of the resamples.
    public var seed: UInt64

    /// Creates options.
    ///
    /// - Precondition: `tolerance` and `resampleCount` are not negative, `flopsPerTokenParameter` is
    ///   positive, `level` lies between 0 and 1.
    public init(
      tolerance: Double = 0.02,
      interpolation: ProfileInterpolation = .parabola,
      acceptsOutside: Bool = false,
      flopsPerTokenParameter: Double = 6,
      level: Double = 0.95,
      resampleCount: Int = 1000,
      seed: UInt64 = 0
    ) {
      precondition(tolerance >= 0 && tolerance.isFinite, "a tolerance is not negative")
      precondition(flopsPerTokenParameter > 0, "a token costs a positive number of FLOPs")
      precondition(level > 0 && level < 1, "a level lies between 0 and 1")
      precondition(resampleCount >= 0, "\(resampleCount) resamples are none")
      self.tolerance = tolerance
      self.interpolation = interpolation
      self.acceptsOutside = acceptsOutside
      self.flopsPerTokenParameter = flopsPerTokenParameter
      self.level = level
      self.resampleCount = resampleCount
      self.seed = seed
    }
  }

  /// The runs.
  public var table: RunTable

  /// How the analysis is done.
  public var options: Options

  /// Creates an analysis of a table's runs; those of weight 0 do not count.
  public init(of table: RunTable, _ options: Options = Options()) {
    self.table = table
    self.options = options
  }

  /// Finds the best size of each budget and the law through them.
  ///
  /// - Parameter pool: The threads that share the resamples; they change no bit of the result.
  /// - Returns: The budgets and the law, with errors.
  /// - Throws: ``IsoFLOPError`` where fewer than two budgets have a best size.
  public func run(
    on pool: WorkerPool = WorkerPool(threadCount: 1)
  ) throws(IsoFLOPError) -> IsoFLOPResult {
    do {
      return try run(on: pool) {}
    } catch let error as IsoFLOPError {
      throw error
    } catch {
      preconditionFailure("an analysis without a checkpoint failed with \(error)")
    }
  }

  /// Finds the same, asking before each resample whether to go on.
  ///
  /// - Parameters:
  ///   - pool: The threads that share the resamples; they change no bit of the result.
  ///   - checkpoint: Throws to stop, for example when the user interrupts; asked by every thread.
  /// - Returns: The budgets and the law, with errors.
  /// - Throws: ``IsoFLOPError`` where fewer than two budgets have a best size, and what `checkpoint`
  ///   throws.
  public func run(
    on pool: WorkerPool = WorkerPool(threadCount: 1),
    checkpoint: @Sendable () throws -> Void
  ) throws -> IsoFLOPResult {
    try checkRuns()
    let groups = BudgetGroup.groups(
      table.runs.filter { $0.weight > 0 },
      tolerance: options.tolerance
    )
    guard let only = groups.first else { throw IsoFLOPError.noRuns(table.name) }
    guard groups.count > 1 else {
      throw IsoFLOPError.oneBudget(only.budget, runs: only.runs.count)
    }
    let outcomes = groups.map { outcome($0, points: $0.points) }
    guard let coefficients = coefficients(groups, outcomes.map(\.minimum)) else {
      throw IsoFLOPError.tooFewProfiles(refusals(groups, outcomes), budgets: groups.count)
    }
    let resamples = try resamples(groups, on: pool, checkpoint)
    let draws = resamples.compactMap(\.coefficients)
    return IsoFLOPResult(
      table: table,
      options: options,
      profiles: groups.indices.map { index in
        profile(groups[index], outcomes[index], resamples.map { $0.minima[index] })
      },
      allocation: AllocationLaw(
        approach: .isoFLOPProfiles,
        flopsPerTokenParameter: options.flopsPerTokenParameter,
        coefficients: coefficients,
        uncertainty: .draws(draws, lost: resamples.count - draws.count),
        level: options.level
      )
    )
  }
}

// MARK: - The analysis of one set of points

/// The least loss of a budget, or why there is none.
enum ProfileOutcome: Sendable, Hashable {
  case minimum(ProfileMinimum)
  case refused(ProfileRefusal)

  var minimum: ProfileMinimum? { if case .minimum(let minimum) = self { minimum } else { nil } }

  var refusal: ProfileRefusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}

extension IsoFLOPAnalysis {
  private func checkRuns() throws(IsoFLOPError) {
    for (index, run) in table.runs.enumerated() where run.weight != 0 {
      let values: [(RunColumn, Double)] = [
        (.parameters, run.parameters), (.tokens, run.tokens), (.compute, run.compute),
        (.loss, run.loss),
      ]
      for (column, value) in values where !(value > 0 && value.isFinite) {
        throw .notPositive(column, value: value, index: index)
      }
      guard run.weight > 0, run.weight.isFinite else {
        throw .weight(run.weight, index: index)
      }
    }
  }

  private func outcome(_ group: BudgetGroup, points: [ProfilePoint]) -> ProfileOutcome {
    if let refusal = group.refusal { return .refused(refusal) }
    do {
      let minimum = try options.interpolation.minimum(
        of: points,
        acceptsOutside: options.acceptsOutside
      )
      return .minimum(minimum)
    } catch {
      return .refused(error)
    }
  }

  /// The lines of ln N* and ln L* over ln(C/k); `nil` of fewer than two budgets.
  private func coefficients(
    _ groups: [BudgetGroup],
    _ minima: [ProfileMinimum?]
  ) -> AllocationCoefficients? {
    let found = zip(groups, minima).compactMap { group, minimum in
      minimum.map { (x: log(group.budget / options.flopsPerTokenParameter), minimum: $0) }
    }
    guard
      let parameters = LogLine(found.map { ($0.x, $0.minimum.logParameters) }),
      let loss = LogLine(found.map { ($0.x, log($0.minimum.loss)) }),
      loss.intercept.isFinite
    else { return nil }
    return AllocationCoefficients(
      logFactor: parameters.intercept,
      parameterExponent: parameters.slope,
      logLoss: loss
    )
  }

  private func refusals(
    _ groups: [BudgetGroup],
    _ outcomes: [ProfileOutcome]
  ) -> [IsoFLOPError.Refused] {
    zip(groups, outcomes).compactMap { group, outcome in
      outcome.refusal.map { IsoFLOPError.Refused(budget: group.budget, reason: $0) }
    }
  }
}

// MARK: - The bootstrap

extension IsoFLOPAnalysis {
  /// What one resample gave.
  private struct Resample {
    var coefficients: AllocationCoefficients?
    var minima: [ProfileMinimum?]
  }

  private func resamples(
    _ groups: [BudgetGroup],
    on pool: WorkerPool,
    _ checkpoint: @Sendable () throws -> Void
  ) throws -> [Resample] {
    let points = groups.map(\.points)
    return try Resamples.collect(
      options.resampleCount,
      seed: options.seed,
      on: pool,
      checkpoint: checkpoint
    ) { generator in
      let minima = groups.indices.map { index in
        let drawn = Self.draw(points[index], &generator)
        return outcome(groups[index], points: drawn).minimum
      }
      return Resample(coefficients: coefficients(groups, minima), minima: minima)
    }
  }

  /// As many points as there are, with replacement; one drawn twice has twice the weight.
  private static func draw(
    _ points: [ProfilePoint],
    _ generator: inout SeededGenerator
  ) -> [ProfilePoint] {
    let counts = Resamples.counts(points.count, &generator)
    return zip(points, counts).compactMap { point, count in
      guard count > 0 else { return nil }
      var point = point
      point.weight *= Double(count)
      return point
    }
  }

  private func profile(
    _ group: BudgetGroup,
    _ outcome: ProfileOutcome,
    _ resampled: [ProfileMinimum?]
  ) -> IsoFLOPProfile {
    let product = log(group.budget / options.flopsPerTokenParameter)
    let draws = resampled.compactMap(\.self)
    let lost = resampled.count - draws.count
    let estimate = { (name: String, quantity: (ProfileMinimum) -> Double) in
      outcome.minimum.map {
        Named(name, true, options.level).estimate(
          quantity($0),
          draws: draws.map(quantity),
          lost: lost
        )
      }
    }
    return IsoFLOPProfile(
      budget: group.budget,
      runs: group.runs,
      parabola: Set(group.runs.map(\.parameters)).count > 2 && group.refusal == nil
        ? Parabola(group.points) : nil,
      minimum: outcome.minimum,
      refusal: outcome.refusal,
      parameters: estimate("N") { $0.logParameters },
      tokens: estimate("D") { product - $0.logParameters },
      tokensPerParameter: estimate("D/N") { product - 2 * $0.logParameters },
      loss: estimate("L") { log($0.loss) }
    )
  }
}
