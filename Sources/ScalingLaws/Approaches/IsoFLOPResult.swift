#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The runs of one compute budget and the best size among them.
public struct IsoFLOPProfile: Sendable, Hashable {
  /// The budget, in FLOPs: the compute all runs share, or else its geometric mean.
  public var budget: Double

  /// The runs, smallest first.
  public var runs: [Run]

  /// The parabola through the losses, where there are three sizes; with Akima's curve for comparison.
  public var parabola: Parabola?

  /// The least loss, or `nil` with a ``refusal``.
  public var minimum: ProfileMinimum?

  /// Why there is none.
  public var refusal: ProfileRefusal?

  /// N*.
  public var parameters: Estimate?

  /// D* = C/(k N*).
  public var tokens: Estimate?

  /// D*/N*.
  public var tokensPerParameter: Estimate?

  /// L*.
  public var loss: Estimate?
}

/// What an ``IsoFLOPAnalysis`` found.
public struct IsoFLOPResult: Sendable, Hashable {
  /// The runs.
  public var table: RunTable

  /// How the analysis was done.
  public var options: IsoFLOPAnalysis.Options

  /// The budgets, rising, those without a best size among them.
  public var profiles: [IsoFLOPProfile]

  /// The law through the budgets that have one.
  public var allocation: AllocationLaw
}

extension IsoFLOPResult {
  /// The budgets the law rests on.
  public var acceptedProfiles: [IsoFLOPProfile] { profiles.filter { $0.minimum != nil } }

  /// How many resamples gave no law, since fewer than two of their budgets had a best size.
  public var lostResampleCount: Int {
    if case .draws(_, let lost) = allocation.uncertainty { lost } else { 0 }
  }

  /// What a reader of the result should know.
  public var warnings: [FitWarning] {
    var warnings: [FitWarning] = []
    let refused = profiles.compactMap { profile in
      profile.refusal.map { "at \(sixDigits(profile.budget)) \($0)" }
    }
    if !refused.isEmpty {
      let count = refused.count
      warnings.append(
        FitWarning(
          .budgetRefused,
          "\(count) of \(profiles.count) budgets ha\(count == 1 ? "s" : "ve") no best size: "
            + refused.joined(separator: "; ")
        )
      )
    }
    let outside = acceptedProfiles.filter { $0.minimum?.isInterior == false }
    if !outside.isEmpty {
      let budgets = outside.map { sixDigits($0.budget) }.joined(separator: ", ")
      warnings.append(
        FitWarning(.budgetOutside, "the best size lies outside of the runs at \(budgets) FLOPs")
      )
    }
    if acceptedProfiles.count == 2 {
      warnings.append(
        FitWarning(.fewBudgets, "a line through two budgets fits whatever they are")
      )
    }
    if lostResampleCount > 0 {
      warnings.append(
        FitWarning(
          .resamplesLost,
          "\(lostResampleCount) of \(options.resampleCount) resamples gave no law; errors are those of"
            + " the others"
        )
      )
    }
    return warnings
  }
}

// MARK: - Bias

/// The error that an analysis makes on runs without noise.
public struct IsoFLOPBias: Sendable, Hashable {
  /// The best size at a budget, as found and as it is.
  public struct Budget: Sendable, Hashable {
    /// The budget, in FLOPs.
    public var compute: Double

    /// N* by the analysis.
    public var found: Double

    /// N* of the law.
    public var truth: Double

    /// The relative error.
    public var relativeError: Double { found / truth - 1 }
  }

  /// The law the losses were taken from.
  public var law: ScalingLaw

  /// The exponent a the analysis found.
  public var foundExponent: Double

  /// The law's own.
  public var trueExponent: Double

  /// How many budgets had a best size.
  public var profileCount: Int

  /// The best sizes at the budgets asked for.
  public var budgets: [Budget]

  /// The error of the exponent.
  public var exponentError: Double { foundExponent - trueExponent }
}

extension IsoFLOPResult {
  /// Measures what the runs' grid alone does to the analysis: its error if a law were the truth.
  ///
  /// Every run keeps its place and gets the law's loss; then the same analysis runs. What differs from
  /// the law is no noise: a parabola is not the law's profile, and sizes are not centered at the best.
  /// More runs do not cure it; narrower and centered profiles do.
  ///
  /// - Parameters:
  ///   - law: The truth to assume, usually one fitted to the same runs.
  ///   - budgets: Budgets to compare N* at, in FLOPs.
  /// - Returns: The errors, or `nil` where the law has no optimum in closed form.
  /// - Throws: ``IsoFLOPError`` where the analysis fails on the law's losses.
  /// - Precondition: The budgets are positive.
  public func bias(
    on law: ScalingLaw,
    budgets: [Double] = []
  ) throws(IsoFLOPError) -> IsoFLOPBias? {
    guard let exponent = law["a"] else { return nil }
    var copy = IsoFLOPAnalysis(of: table, options)
    copy.options.resampleCount = 0
    for index in copy.table.runs.indices where copy.table.runs[index].weight > 0 {
      let run = copy.table.runs[index]
      copy.table.runs[index].loss = law.loss(parameters: run.parameters, tokens: run.tokens)
    }
    let found = try copy.run()
    let k = options.flopsPerTokenParameter
    return IsoFLOPBias(
      law: law,
      foundExponent: found.allocation.coefficients.parameterExponent,
      trueExponent: exponent,
      profileCount: found.acceptedProfiles.count,
      budgets: budgets.compactMap { compute in
        law.optimum(compute: compute, flopsPerTokenParameter: k).map {
          IsoFLOPBias.Budget(
            compute: compute,
            found: found.allocation.optimum(compute: compute).parameters.value,
            truth: $0.parameters
          )
        }
      }
    )
  }
}
