import CurveFitting
import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension FitResult {
  /// What to know before trusting the fit: the table's warnings, then the fit's own.
  public var warnings: [FitWarning] {
    table.warnings + convergenceWarnings + boundWarnings + conditionWarnings
      + secondMinimumWarnings + rangeWarnings + termWarnings + intervalWarnings
      + profileWarnings
  }

  private var convergenceWarnings: [FitWarning] {
    guard !isConverged else { return [] }
    return [
      FitWarning(
        .notConverged,
        "the iteration stopped before a minimum (\(termination.explanation)):"
          + " the estimates are no optimum"
      )
    ]
  }

  private var boundWarnings: [FitWarning] {
    let pressed = fit.parametersAtBound.filter { !isFixed(law.form.coefficients[$0].name) }
    return pressed.map { index in
      FitWarning(
        .parameterAtBound,
        "\(law.form.coefficients[index].name) ended at its bound"
          + " \(sixDigits(law.coefficients[index])): the runs do not determine it"
      )
    }
  }

  /// Above 100 a change of one coefficient is all but undone by changes of the others.
  ///
  /// A strong dependence in the terms of Belsley, Kuh and Welsch, Regression diagnostics, 1980. In
  /// units of the runs' middle good tables have 25 to 40; in units of one parameter and one token the
  /// same ones have 200 to 300, which says nothing of the runs.
  private var conditionWarnings: [FitWarning] {
    let number = fit.covariance.conditionNumber
    guard number > 100 else { return [] }
    guard number.isFinite else {
      return [
        FitWarning(
          .rankDeficient,
          "a change of one coefficient is undone by changes of the others:"
            + " the runs do not determine the law"
        )
      ]
    }
    return [
      FitWarning(
        .conditionNumber,
        "the scaled condition number is \(sixDigits(number)): coefficients trade against each other,"
          + " so trust predictions near the runs more than single values"
      )
    ]
  }

  /// A minimum inside the joint confidence region of the best one.
  private var secondMinimumWarnings: [FitWarning] {
    guard search.minima.count > 1, degreesOfFreedom > 0 else { return [] }
    let second = search.minima[1]
    let region = FDistribution(
      numerator: Double(coefficientCount),
      denominator: Double(degreesOfFreedom)
    ).quantile(level)
    let limit =
      objectiveValue * (1 + Double(coefficientCount) / Double(degreesOfFreedom) * region)
    let other = second.point.objective
    guard other <= limit else { return [] }
    return [
      FitWarning(
        .secondMinimum,
        "another minimum with an objective of \(sixDigits(other)) against"
          + " \(sixDigits(objectiveValue)) explains the runs nearly as well"
          + (furthestMove(to: second.point).map { ": \($0)" } ?? "")
      )
    ]
  }

  /// The coefficient that differs most in another minimum, relative to itself on the fit's scale.
  ///
  /// Exponents first, since a scale such as A follows its exponent by orders of magnitude.
  private func furthestMove(to other: LocalMinimum) -> String? {
    let indices = law.form.coefficients.indices.filter {
      law.form.coefficients[$0].scale == .linear && law.form.coefficients[$0].isPositive
    }
    let moves = indices.map { abs(log(other.parameters[$0] / fit.parameters[$0])) }
    guard let place = moves.indices.max(by: { moves[$0] < moves[$1] }) else { return nil }
    let index = indices[place]
    return "there \(law.form.coefficients[index].name) is \(sixDigits(other.parameters[index])),"
      + " here \(sixDigits(fit.parameters[index]))"
  }

  /// Ranges below 1.5 (a factor of 4.5) leave an exponent to the noise.
  private var rangeWarnings: [FitWarning] {
    let quantities: [(String, (Run) -> Double)] = [
      ("N", { $0.parameters }), ("D", { $0.tokens }), ("D/N", { $0.tokensPerParameter }),
    ]
    return quantities.compactMap { name, value in
      let logarithms = table.runs.map { log(value($0)) }
      guard let low = logarithms.min(), let high = logarithms.max(), high - low < 1.5 else {
        return nil
      }
      if name == "D/N", high - low < 0.4 {
        let (least, most) = (sixDigits(exp(low)), sixDigits(exp(high)))
        return FitWarning(
          .oneMultiplier,
          "all runs have \(least == most ? least : "\(least) to \(most)") tokens per parameter:"
            + " along one multiplier N and D cannot be told apart"
        )
      }
      return FitWarning(
        .narrowRange,
        "the runs' \(name) spans a factor of only \(sixDigits(exp(high - low))):"
          + " exponents need a factor of 4.5 or more"
      )
    }
  }
}
