extension LawFit {
  /// What finds the minimum of a fit.
  ///
  /// All of them end at the same minimum; solvers by name are there to check one against another.
  public enum Solver: String, Sendable, Hashable, CaseIterable {
    /// Newton's method, polished by Levenberg-Marquardt for least squares.
    case automatic

    /// Newton's method with the exact Hessian, for any objective.
    case newton

    /// Levenberg-Marquardt from every start, for least squares.
    case levenbergMarquardt = "levenberg-marquardt"

    /// Variable projection, for least squares of L and sums of powers with free amplitudes.
    case variableProjection = "variable-projection"
  }

  /// Refuses a solver that cannot minimize what is asked for.
  func checkSolver() throws(LawFitError) {
    switch solver {
    case .automatic, .newton: break
    case .levenbergMarquardt:
      guard objective.isLeastSquares else {
        throw .unsuitedSolver(solver, reason: "\(objective.name) is no sum of squares")
      }
    case .variableProjection:
      if let reason = reasonAgainstProjection { throw .unsuitedSolver(solver, reason: reason) }
    }
  }

  private var reasonAgainstProjection: String? {
    guard objective == .leastSquares else {
      return "\(objective.name) is not linear in the amplitudes of a law; least-squares is"
    }
    guard let powers = form as? any PowerSumForm, powers.isSeparable else {
      return "the law \(form.name) is no sum of powers, each with an amplitude of its own"
    }
    for term in powers.powerTerms {
      let name = form.coefficients[term.amplitude].name
      if constraints[name] != nil { return "the amplitude \(name) is constrained" }
    }
    return nil
  }
}

extension PowerSumForm {
  /// Whether each term has its own amplitude, and each coefficient is an amplitude or an exponent.
  var isSeparable: Bool {
    let amplitudes = Set(powerTerms.map(\.amplitude))
    let exponents = Set(powerTerms.compactMap(\.exponent))
    return amplitudes.count == powerTerms.count && amplitudes.isDisjoint(with: exponents)
      && amplitudes.union(exponents).count == coefficients.count
      && coefficients.indices.allSatisfy {
        coefficients[$0].scale == (amplitudes.contains($0) ? .logarithmic : .linear)
      }
  }

  /// The places of the exponents among the coefficients, in the order of the coefficients.
  var exponentPlaces: [Int] { Set(powerTerms.compactMap(\.exponent)).sorted() }
}
