public import CurveFitting

/// A law with what is known of where it came from: what a law file holds.
///
///     let law = FittedLaw(try LawFit(Chinchilla(), to: table).run(), name: "mine")
///     let again = try FittedLaw(json: json, name: "law.json")
///     print(again.prediction(parameters: 70e9, tokens: 1.4e12, level: 0.95).mean.interval as Any)
///
/// Written by ``FitResult/lawFileMembers(draws:validation:)`` and read by ``init(json:name:)``, with
/// every digit: the law, the covariance and the draws that come back are those that went in. A file by
/// hand may leave out all but the law; what it does not say is `nil`, and what would follow from it
/// cannot be known.
public struct FittedLaw: Sendable, Hashable {
  /// What reports call it.
  public var name: String

  /// The formula with its numbers.
  public var law: ScalingLaw

  /// The coefficients with the errors the fit gave them, in formula order.
  public var estimates: [Estimate]

  /// What was minimized.
  public var objective: Objective?

  /// The table it was fitted to.
  public var provenance = Provenance()

  /// The unit of the losses, once read; `nil` where nobody declared one.
  public var lossUnit: LossUnit?

  /// What the parameters count.
  public var parameterConvention = ParameterConvention.undeclared

  /// What the losses were measured on, as its user calls it; `nil` where nobody said.
  public var validation: String?

  /// k in C = k · N · D.
  public var flopsPerTokenParameter: Double?

  /// The extent of the runs.
  public var fittedRange = CoefficientSet.FittedRange()

  /// The covariance of the scaled coefficients; `nil` where it is not known.
  public var covariance: DenseMatrix?

  /// What resamples of the runs led to: natural coefficients, a row each; `nil` without.
  public var draws: [[Double]]?

  /// The standard deviation of a run about the law, in the unit of the objective's residuals: ln L, or L.
  public var residualStandardError: Double?

  /// Runs less coefficients.
  public var degreesOfFreedom: Int?

  /// What the fit warned of.
  public var caveats: [CoefficientSet.Caveat] = []

  /// Names a law of which nothing but its numbers is known.
  public init(_ law: ScalingLaw, name: String) {
    self.name = name
    self.law = law
    estimates = zip(law.form.coefficients, law.coefficients).map {
      Estimate(name: $0.name, value: $1, level: 0.95, reason: Self.unsaid)
    }
  }
}

extension FittedLaw {
  /// The table behind a law, and how it was resampled.
  public struct Provenance: Sendable, Hashable {
    /// What the table is called.
    public var table: String?

    /// Its SHA-256, in hexadecimal.
    public var sha256: String?

    /// The number of runs used.
    public var rowCount: Int?

    /// First and last line of each stretch of rows used.
    public var lines: [ClosedRange<Int>]?

    /// The resampling behind the draws, or behind the errors.
    public var resampling: Resampling?

    /// Nothing known.
    public init() {}
  }

  /// How runs were resampled: two laws with equal ones have draws that belong together one by one.
  public struct Resampling: Sendable, Hashable {
    /// How often.
    public var resampleCount: Int

    /// How many of them have no minimum, and so no draw.
    public var unconvergedCount: Int

    /// The seed.
    public var seed: UInt64

    /// How many groups were drawn from; `nil` for runs alone.
    public var groupCount: Int?

    /// Within how many strata; `nil` for all runs together.
    public var strataCount: Int?

    /// Describes a resampling.
    public init(
      resampleCount: Int,
      unconvergedCount: Int = 0,
      seed: UInt64,
      groupCount: Int? = nil,
      strataCount: Int? = nil
    ) {
      self.resampleCount = resampleCount
      self.unconvergedCount = unconvergedCount
      self.seed = seed
      self.groupCount = groupCount
      self.strataCount = strataCount
    }

    /// That of draws.
    public init(_ draws: BootstrapDraws) {
      self.init(
        resampleCount: draws.bootstrap.resampleCount,
        unconvergedCount: draws.unconvergedCount,
        seed: draws.bootstrap.seed,
        groupCount: draws.bootstrap.groups.map { Set($0).count },
        strataCount: draws.bootstrap.strata.map { Set($0).count }
      )
    }
  }

  /// Takes what a fit found.
  ///
  /// - Parameters:
  ///   - result: The fit.
  ///   - name: What reports call the law.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  public init(_ result: FitResult, name: String, flopsPerTokenParameter: Double = 6) {
    self.init(result.law, name: name)
    estimates = result.coefficientEstimates
    objective = result.objective
    provenance.table = result.table.name
    provenance.rowCount = result.rowCount
    provenance.lines = result.table.lineRanges
    provenance.resampling = result.draws.map(Resampling.init)
    lossUnit = result.table.declaredLossUnit?.converted
    parameterConvention = result.table.parameterConvention
    self.flopsPerTokenParameter = flopsPerTokenParameter
    fittedRange = result.table.fittedRange
    covariance = result.usableCovariance
    draws = result.draws?.laws(result.law.form).map(\.coefficients)
    residualStandardError = result.residualStandardError
    degreesOfFreedom = result.degreesOfFreedom
    caveats = result.warnings.map { CoefficientSet.Caveat(id: $0.id, message: $0.message) }
  }
}
