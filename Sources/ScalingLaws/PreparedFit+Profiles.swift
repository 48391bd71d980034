import CurveFitting
import Execution
import LossNumerics

extension PreparedFit {
  /// The profile likelihood of each coefficient, of the split of compute, and of N* at budgets.
  ///
  /// - Parameters:
  ///   - result: The fit, without its profiles.
  ///   - best: Its minimum in units of the middle.
  ///   - pool: The threads that share the quantities; the result does not depend on them.
  ///   - checkpoint: Throws to stop.
  /// - Returns: A curve a quantity, in natural values and the runs' own units.
  /// - Throws: What `checkpoint` throws.
  func profiles(
    of result: FitResult,
    at best: LocalMinimum,
    on pool: WorkerPool,
    checkpoint: @Sendable () throws -> Void
  ) throws -> ProfileLikelihood {
    let optima = fit.profiledBudgets.compactMap {
      result.optimum(compute: $0, flopsPerTokenParameter: fit.flopsPerTokenParameter)
    }
    guard let space = try profileSpace(best) else {
      let reason = "the law leaves no residuals"
      let curves = problem.form.coefficients.map { absent($0.name, reason) }
      return likelihood(curves, optima, optima.map { _ in absent("N", reason) })
    }
    let quantities = space.prepared.profiledQuantities
    let walks =
      quantities.map { Walk($0, result[$0.name]) }
      + optima.map { Walk(space.prepared.quantity(atBudget: $0.compute), $0.parameters) }
    let found = IndexedResults<ProfileCurve, any Error>(count: walks.count)
    pool.forEachBlock(walks.count) { index, _ in
      found.run(index) { () throws(any Error) in
        try space.prepared.curve(walks[index], space, result, checkpoint)
      }
    }
    let curves = try found.values()
    return likelihood(
      Array(curves.prefix(quantities.count)),
      optima,
      Array(curves.dropFirst(quantities.count))
    )
  }

  private func likelihood(
    _ curves: [ProfileCurve],
    _ optima: [OptimumEstimate],
    _ parameters: [ProfileCurve]
  ) -> ProfileLikelihood {
    let optima = zip(optima, parameters).map { optimum, curve in
      OptimumProfile(
        compute: optimum.compute,
        flopsPerTokenParameter: fit.flopsPerTokenParameter,
        parameters: curve
      )
    }
    return ProfileLikelihood(curves: curves, optima: optima)
  }

  /// A quantity to be followed from its estimate, or why it cannot be.
  private struct Walk: Sendable {
    var quantity: Result<ProfiledQuantity, Absence>
    var estimate: Estimate?

    init(_ quantity: ProfiledQuantity, _ estimate: Estimate?) {
      self.quantity = .success(quantity)
      self.estimate = estimate
    }

    init(_ quantity: Result<ProfiledQuantity, Absence>, _ estimate: Estimate) {
      self.quantity = quantity
      self.estimate = estimate
    }
  }

  /// Where profiles are walked: a problem whose units move coefficients by affine maps only.
  private struct Space: Sendable {
    var prepared: PreparedFit
    var function: any CurvedFunction
    var minimum: LocalMinimum

    /// Half of the sum of squares per degree of freedom, as the function has halves.
    var variance: Double
  }

  /// A law that moves otherwise is profiled in the runs' own units; `nil` without residuals.
  private func profileSpace(_ best: LocalMinimum) throws -> Space? {
    var prepared = self
    var minimum = best
    if !(problem.form is any PowerSumForm) {
      var own = fit
      own.starts = [decentered(best.parameters)]
      prepared = try PreparedFit(own)
      minimum.parameters = decentered(best.parameters)
    }
    let function = prepared.problem.function(.squares)
    var point = Curvature(parameters: minimum.parameters)
    function.evaluate(&point)
    minimum.objective = point.value
    let freedom = problem.residualCount - fit.freeCount
    guard freedom > 0, point.value > point.roundoff else { return nil }
    return Space(
      prepared: prepared,
      function: function,
      minimum: minimum,
      variance: point.value / Double(freedom)
    )
  }

  private func curve(
    _ walk: Walk,
    _ space: Space,
    _ result: FitResult,
    _ checkpoint: () throws -> Void
  ) throws -> ProfileCurve {
    let quantity: ProfiledQuantity
    switch walk.quantity {
    case .success(let found): quantity = found
    case .failure(let absence): return absent(absence.name, absence.reason)
    }
    guard let estimate = walk.estimate else {
      return absent(quantity.name, "the fit does not estimate it")
    }
    if isHeld(quantity) { return absent(quantity.name, "it is held at a value") }
    if !result.isConverged { return absent(quantity.name, "the fit did not converge") }
    let freedom = Double(problem.residualCount - fit.freeCount)
    let reach = StudentT(degreesOfFreedom: Int(freedom)).quantile((1 + fit.level) / 2)
    let value = quantity.scale.scaled(estimate.value)
    let best = ProfilePath.Point(
      value: value,
      parameters: space.minimum.parameters,
      objective: space.minimum.objective
    )
    var path = ProfilePath(
      quantity,
      space.function,
      fit.minimizer,
      best: best,
      variance: space.variance,
      reach: reach
    )
    let step = firstStep(estimate, quantity)
    let upper = try path.crossing(step: step, checkpoint: checkpoint)
    let lower = try path.crossing(step: -step, checkpoint: checkpoint)
    return gathered(path, (lower, upper), reach, space)
  }

  /// A quarter of the way to the end of the interval that the Jacobian gives, or a guess.
  private func firstStep(_ estimate: Estimate, _ quantity: ProfiledQuantity) -> Double {
    let fallback = quantity.scale == .linear ? 0.05 * abs(estimate.value) : 0.1
    guard let interval = estimate.interval else { return fallback }
    let high = quantity.scale.scaled(interval.upperBound)
    let step = (high - quantity.scale.scaled(estimate.value)) / 4
    let longest = quantity.scale == .linear ? 0.5 * abs(estimate.value) : 2
    return step > 0 && step.isFinite ? min(step, longest) : fallback
  }

  /// The points of both sides in order, in natural values and the runs' own units.
  private func gathered(
    _ path: ProfilePath,
    _ ends: (lower: Double?, upper: Double?),
    _ reach: Double,
    _ space: Space
  ) -> ProfileCurve {
    let quantity = path.quantity
    let unit = 2 * space.prepared.objectiveUnit
    let points = (path.points + [path.best]).sorted { $0.value < $1.value }
    let rise = reach * reach * space.variance
    return ProfileCurve(
      name: quantity.name,
      values: points.map { quantity.scale.natural($0.value) },
      objectives: points.map { unit * $0.objective },
      threshold: unit * (space.minimum.objective + rise),
      interval: ProfileInterval(
        lower: ends.lower.map(quantity.scale.natural),
        upper: ends.upper.map(quantity.scale.natural),
        level: fit.level
      ),
      evaluations: path.evaluations
    )
  }

  private func absent(_ name: String, _ reason: String) -> ProfileCurve {
    ProfileCurve(
      name: name,
      values: [],
      objectives: [],
      threshold: .nan,
      interval: ProfileInterval(level: fit.level, reason: reason),
      evaluations: 0
    )
  }
}

// MARK: - Quantities

extension PreparedFit {
  /// Each coefficient in the runs' own units, and for Chinchilla's law the split a with b.
  var profiledQuantities: [ProfiledQuantity] {
    let form = problem.form
    let zeros = [Double](repeating: 0, count: form.coefficients.count)
    // In own units there is nothing to move, even for a law that moves by other than affine maps.
    let isCentered = center.place != LogRun(parameters: 0, tokens: 0, compute: 0)
    let slopes = form.decenteringSlopes(zeros.map { _ in 1 }, from: center)
    let offsets = isCentered ? decentered(zeros) : zeros
    var quantities = form.coefficients.indices.map { index in
      ProfiledQuantity(
        name: form.coefficients[index].name,
        scale: form.coefficients[index].scale,
        limits: limits(index, offset: offsets[index]),
        dependent: index,
        link: .sum(offset: offsets[index], slopes: isCentered ? slopes[index] : zeros)
      )
    }
    if form is Chinchilla {
      for (name, sign) in [("a", 1.0), ("b", -1.0)] {
        quantities.append(
          ProfiledQuantity(
            name: name,
            scale: .logistic,
            limits: -20...20,
            dependent: 4,
            link: .ratio(other: 3, sign: sign)
          )
        )
      }
    }
    return quantities
  }

  /// What a quantity of one coefficient may visit; amplitudes with an exponent are kept by the
  /// walk.
  private func limits(_ index: Int, offset: Double) -> ClosedRange<Double> {
    let bounds = problem.bounds?[index] ?? problem.form.coefficients[index].scaledBounds
    guard problem.form.coefficients[index].scale == .linear else {
      let hasExponent = problem.form.terms.contains { $0.coefficients.contains(index) }
      if hasExponent, fit.constraints.isEmpty { return -700...700 }
      return (bounds.lowerBound + offset)...(bounds.upperBound + offset)
    }
    return bounds
  }

  /// Whether a constraint of one value leaves a quantity nothing to be.
  private func isHeld(_ quantity: ProfiledQuantity) -> Bool {
    guard let bounds = problem.bounds else { return false }
    func isPoint(_ index: Int) -> Bool { bounds[index].lowerBound == bounds[index].upperBound }
    switch quantity.link {
    case .sum: return isPoint(quantity.dependent)
    case .ratio(let other, _): return isPoint(other) || isPoint(quantity.dependent)
    // Whatever N* depends on may be held, as long as one amplitude is not.
    case .split: return false
    }
  }
}
