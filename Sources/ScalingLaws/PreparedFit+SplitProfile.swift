import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension PreparedFit {
  /// Why a quantity has no profile.
  struct Absence: Error, Hashable {
    var name: String
    var reason: String
  }

  /// N* at a budget, where the law has one term of N and one of D.
  ///
  /// An amplitude that is free to move gives way to it.
  func quantity(atBudget compute: Double) -> Result<ProfiledQuantity, Absence> {
    let form = problem.form
    guard let terms = (form as? any PowerSumForm)?.splitTerms else {
      return .failure(
        Absence(
          name: "N",
          reason: "the law \(form.name) is no sum of a term of N and a term of D"
        )
      )
    }
    let (ofN, ofD) = (terms.parameters, terms.tokens)
    let amplitudes = [(ofN, ofD, 1.0), (ofD, ofN, -1.0)]
    let free = amplitudes.first { own, _, _ in
      fit.constraints[form.coefficients[own.amplitude].name] == nil
    }
    guard let (own, other, sign) = free else {
      let names = amplitudes.map { form.coefficients[$0.0.amplitude].name }
      return .failure(
        Absence(
          name: "N",
          reason: "\(names.joined(separator: " and ")) are constrained, and one has to give way"
        )
      )
    }
    let product = log(compute / fit.flopsPerTokenParameter)
    return .success(
      ProfiledQuantity(
        name: "N",
        scale: .logarithmic,
        limits: -700...700,
        dependent: own.amplitude,
        link: .split(
          SplitLink(
            alpha: terms.parameters.exponent,
            beta: terms.tokens.exponent,
            other: other.amplitude,
            sign: sign,
            unit: center.logParameters,
            logProduct: product - center.logParameters - center.logTokens
          )
        )
      )
    )
  }
}

extension PowerSumForm {
  /// The places of amplitude and exponent of the terms that a budget is split between, A/N^alpha and
  /// B/D^beta; `nil` where the law has others than these and a floor.
  fileprivate var splitTerms:
    (
      parameters: (amplitude: Int, exponent: Int), tokens: (amplitude: Int, exponent: Int)
    )?
  {
    func term(_ variable: LogVariable) -> (amplitude: Int, exponent: Int)? {
      let found = powerTerms.first { $0.exponent != nil && $0.variable == variable }
      return found.flatMap { term in term.exponent.map { (term.amplitude, $0) } }
    }
    guard powerTerms.count(where: { $0.exponent != nil }) == 2,
      let parameters = term(.parameters), let tokens = term(.tokens)
    else { return nil }
    return (parameters, tokens)
  }
}
