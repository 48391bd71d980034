// What runs must show before a law is fitted to them.

extension LawFit {
  /// The number of coefficients that the fit may move.
  var freeCount: Int {
    form.coefficients.count { coefficient in
      guard let range = constraints[coefficient.name] else { return true }
      return range.lowerBound < range.upperBound
    }
  }

  /// Refuses runs that cannot determine the law.
  func check() throws(LawFitError) {
    try checkNumbers()
    try checkConstraints()
    guard table.runs.count > freeCount else {
      throw .tooFewRuns(law: form.name, coefficients: freeCount, runs: table.runs.count)
    }
    try checkVariety()
    try checkSolver()
    try checkFacets()
    try checkRepetition()
  }

  private func checkNumbers() throws(LawFitError) {
    for (index, run) in table.runs.enumerated() {
      let quantities = [
        (RunColumn.parameters, run.parameters), (.tokens, run.tokens), (.loss, run.loss),
      ]
      for (column, value) in quantities where !(value > 0 && value.isFinite) {
        throw .notPositive(column, value: value, index: index)
      }
    }
  }

  private func checkConstraints() throws(LawFitError) {
    for (name, range) in constraints.sorted(by: { $0.key < $1.key }) {
      guard form.coefficients.contains(where: { $0.name == name }) else {
        throw .unknownCoefficient(name, law: form.name, known: form.coefficients.map(\.name))
      }
      guard range.lowerBound > 0, range.upperBound.isFinite else {
        throw .impossibleConstraint(name, range)
      }
    }
  }

  /// Refuses runs that repeat each other: a law cannot tell what does not differ.
  private func checkVariety() throws(LawFitError) {
    if let loss = table.runs.first?.loss, table.runs.allSatisfy({ $0.loss == loss }) {
      throw .oneValue(.loss, value: loss)
    }
    let variables = RunVariable.allCases.filter(form.variables.contains)
    let distinct = variables.map { ($0, Set(table.runs.map($0.value))) }
    for case (let variable, let values) in distinct where values.count == 1 {
      throw .oneValue(variable.column, value: values.first ?? .nan)
    }
    let places = Set(table.runs.map { run in variables.map { $0.value(of: run) } }).count
    guard places > freeCount else {
      throw .tooFewPlaces(
        law: form.name,
        variables,
        coefficients: freeCount,
        runs: table.runs.count,
        places: places
      )
    }
    guard constraints.isEmpty else { return }
    for (variable, values) in distinct where values.count < form.leastDistinctValues {
      throw .tooFewValues(
        law: form.name,
        variable.column,
        found: values.count,
        needed: form.leastDistinctValues
      )
    }
  }

  /// Refuses repeated tokens in a law for which each token is new.
  private func checkRepetition() throws(LawFitError) {
    guard !form.describesRepetition else { return }
    do throws(RunTableError) {
      try table.requireUnrepeated()
    } catch {
      throw .unfitTable(error)
    }
  }
}

extension RunVariable {
  /// The quantity of a run.
  func value(of run: Run) -> Double {
    switch self {
    case .parameters: run.parameters
    case .tokens: run.tokens
    case .compute: run.compute
    }
  }

  /// The column of tables that holds it.
  var column: RunColumn {
    switch self {
    case .parameters: .parameters
    case .tokens: .tokens
    case .compute: .compute
    }
  }
}

// MARK: - What is asked for beside the fit

extension LawFit {
  /// Refuses profiles and scans that the objective or the law does not have.
  func checkFacets() throws(LawFitError) {
    if findsProfiles, !objective.isLeastSquares { throw .noLikelihood(objective: objective.name) }
    if scansBasins, let reason = BasinScan.reasonAgainst(self) {
      throw .noBasinScan(reason: reason)
    }
  }
}
