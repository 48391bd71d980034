import IsoLoss

/// The best split of a budget, whichever approach found it.
struct BudgetSplit {
  /// The training compute, in FLOPs.
  var compute: Double

  /// N*, D*, D*/N* and, where the approach knows it, the loss, in this order.
  var estimates: [Estimate]

  init(_ optimum: OptimumEstimate) {
    compute = optimum.compute
    estimates = [optimum.parameters, optimum.tokens, optimum.tokensPerParameter, optimum.loss]
  }

  init(_ optimum: AllocationEstimate) {
    compute = optimum.compute
    estimates = [optimum.parameters, optimum.tokens, optimum.tokensPerParameter]
    if let loss = optimum.loss { estimates.append(loss) }
  }

  /// The split for programs: null for a loss the approach does not know.
  var json: JSONObject {
    let keys = ["parameters", "tokens", "tokensPerParameter", "loss"]
    var object: JSONObject = ["compute": .number(compute)]
    for (index, key) in keys.enumerated() {
      object[key] = estimates.indices.contains(index) ? estimates[index].json : .null
    }
    return object
  }
}

/// What one approach answers, or why it has no answer.
struct ApproachAnswer {
  /// The approach.
  var approach: Approach

  /// Why there is no answer; `nil` where there is one.
  var reason: String?

  /// The exponents a and b, where the approach gives them.
  var exponents: [Estimate] = []

  /// The best splits of the budgets.
  var splits: [BudgetSplit] = []

  /// Why there are no splits, where there are none.
  var splitReason: String?

  /// The answer of a law that was fitted.
  init(_ result: FitResult, _ budgets: [Double], _ flopsPerTokenParameter: Double) {
    approach = .parametricFit
    guard let a = result["a"], let b = result["b"] else {
      splitReason = "the law \(result.law.name) has no optimum in closed form"
      return
    }
    exponents = [a, b]
    splits = budgets.compactMap { compute in
      result.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter)
        .map(BudgetSplit.init)
    }
    if splits.count < budgets.count {
      splitReason = "the law \(result.law.name) has no optimum in closed form"
    }
  }

  /// The answer of a line through the best sizes.
  init(_ law: AllocationLaw, _ budgets: [Double]) {
    approach = law.approach
    exponents = [law.a, law.b]
    splits = budgets.map { BudgetSplit(law.optimum(compute: $0)) }
  }

  /// No answer.
  init(_ approach: Approach, refused reason: String) {
    self.approach = approach
    self.reason = reason
  }
}

extension ApproachAnswer {
  /// N*, D*, D*/N* or L, by position, at a budget; `nil` where the approach does not know it.
  func estimate(_ position: Int, at place: Int) -> Estimate? {
    guard splits.indices.contains(place) else { return nil }
    let estimates = splits[place].estimates
    return estimates.indices.contains(position) ? estimates[position] : nil
  }
}

extension FitFindings {
  /// What to know of the answers besides warnings.
  var notes: [String] {
    let lines = [curves.value?.allocation, profiles.value?.allocation].compactMap(\.self)
    let straight = lines.filter { $0.coefficients.logLoss != nil }.map(\.approach.rawValue)
    guard !straight.isEmpty, !budgets.isEmpty else { return [] }
    return [
      "L of \(straight.joined(separator: ", ")): by a straight line in ln L, too little beyond the runs"
    ]
  }

  /// The answers of the approaches that were asked for, the first of the three first.
  var answers: [ApproachAnswer] {
    Approach.allCases.compactMap { approach in
      switch approach {
      case .trainingCurves: answer(approach, curves.map { ApproachAnswer($0.allocation, budgets) })
      case .isoFLOPProfiles:
        answer(approach, profiles.map { ApproachAnswer($0.allocation, budgets) })
      case .parametricFit:
        answer(approach, parametric.map { ApproachAnswer($0, budgets, flopsPerTokenParameter) })
      }
    }
  }

  private func answer(_ approach: Approach, _ found: Finding<ApproachAnswer>) -> ApproachAnswer? {
    switch found {
    case .found(let answer): answer
    case .refused(let reason): ApproachAnswer(approach, refused: reason)
    case .notAsked: nil
    }
  }
}
