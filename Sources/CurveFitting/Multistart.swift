public import Execution

/// A minimum that a search from many starts found, and how often.
public struct Minimum: Sendable, Hashable {
  /// The best fit that ended here.
  public var fit: LeastSquaresFit

  /// How many starts ended here.
  public var startCount: Int
}

/// What a search from many starts found.
public struct MultistartResult: Sendable, Hashable {
  /// The distinct minima, the lowest sum of squares first.
  public var minima: [Minimum]

  /// How many starts were tried.
  public var startCount: Int

  /// How many starts ended without reaching a minimum.
  public var unconvergedCount: Int

  /// The lowest of those that stopped early at finite residuals, or `nil` if none did.
  public var unfinished: LeastSquaresFit?

  /// Written out, since a memberwise one would let `unfinished` be forgotten.
  init(
    minima: [Minimum],
    startCount: Int,
    unconvergedCount: Int,
    unfinished: LeastSquaresFit?
  ) {
    self.minima = minima
    self.startCount = startCount
    self.unconvergedCount = unconvergedCount
    self.unfinished = unfinished
  }
}

extension MultistartResult {
  /// The lowest fit of all, or `nil` if no start reached a minimum.
  public var best: LeastSquaresFit? { minima.first?.fit }
}

/// Runs a solver from many starts and tells the distinct minima apart.
public struct Multistart: Sendable, Hashable {
  /// The solver that runs from each start.
  public var solver: LevenbergMarquardt

  /// The relative difference of two sums of squares that still count as the same.
  public var objectiveTolerance = 1e-8

  /// The difference of parameters, relative in the scaling of the Jacobian, that still counts as none.
  public var parameterTolerance = 1e-4

  /// Creates a search.
  public init(solver: LevenbergMarquardt = LevenbergMarquardt()) {
    self.solver = solver
  }

  /// Minimizes from every start.
  ///
  /// - Parameters:
  ///   - problem: The residuals and their derivatives.
  ///   - starts: First parameters, each with one number a parameter.
  ///   - pool: The threads that share the starts; they do not change what is found, to the bit.
  /// - Returns: The minima found, the lowest first.
  public func minimize(
    _ problem: some ResidualProblem,
    starts: [[Double]],
    on pool: WorkerPool = WorkerPool(threadCount: 1)
  ) -> MultistartResult {
    minimize(problem, starts: starts, on: pool) { () throws(Never) in }
  }

  /// Minimizes from every start, asking before each step whether to go on.
  ///
  /// - Parameters:
  ///   - problem: The residuals and their derivatives.
  ///   - starts: First parameters, each with one number a parameter.
  ///   - pool: The threads that share the starts; they do not change what is found, to the bit.
  ///   - checkpoint: Throws to stop, for example when the user interrupts; asked by every thread.
  /// - Returns: The minima found, the lowest first.
  /// - Throws: What `checkpoint` throws.
  public func minimize<Failure: Error>(
    _ problem: some ResidualProblem,
    starts: [[Double]],
    on pool: WorkerPool = WorkerPool(threadCount: 1),
    checkpoint: @Sendable () throws(Failure) -> Void
  ) throws(Failure) -> MultistartResult {
    let search = StartSearch<Failure>(startCount: starts.count)
    pool.forEachBlock(starts.count) { index, _ in
      search.run(index) { () throws(Failure) in
        try solver.minimize(problem, from: starts[index], checkpoint: checkpoint)
      }
    }
    return gathered(try search.fits())
  }

  /// Tells the minima apart that fits reached, taken in the order of their starts.
  private func gathered(_ fits: [LeastSquaresFit]) -> MultistartResult {
    var minima: [Minimum] = []
    var unconvergedCount = 0
    var unfinished: LeastSquaresFit?
    for fit in fits {
      guard fit.isConverged else {
        unconvergedCount += 1
        unfinished = lower(unfinished, fit)
        continue
      }
      if let index = minima.firstIndex(where: { isSame($0.fit, fit) }) {
        minima[index].startCount += 1
        if fit.residualSumOfSquares < minima[index].fit.residualSumOfSquares {
          minima[index].fit = fit
        }
      } else {
        minima.append(Minimum(fit: fit, startCount: 1))
      }
    }
    minima.sort { $0.fit.residualSumOfSquares < $1.fit.residualSumOfSquares }
    return MultistartResult(
      minima: minima,
      startCount: fits.count,
      unconvergedCount: unconvergedCount,
      unfinished: unfinished
    )
  }

  /// The lower of two unfinished fits; one that is not finite never counts.
  private func lower(_ first: LeastSquaresFit?, _ second: LeastSquaresFit) -> LeastSquaresFit? {
    guard second.termination != .nonFinite else { return first }
    guard let first else { return second }
    return first.residualSumOfSquares <= second.residualSumOfSquares ? first : second
  }

  /// Whether two fits are one minimum: equal objectives and equal parameters.
  ///
  /// Sums of squares at rounding level (a fit without residuals) are equal whatever their ratio.
  private func isSame(_ first: LeastSquaresFit, _ second: LeastSquaresFit) -> Bool {
    let (one, two) = (first.residualSumOfSquares, second.residualSumOfSquares)
    let norms = first.parameters.indices.map { first.jacobian.norm(ofColumn: $0) }
    var apart = 0.0
    var length = 0.0
    for (index, norm) in norms.enumerated() {
      let difference = norm * (first.parameters[index] - second.parameters[index])
      apart += difference * difference
      length += norm * first.parameters[index] * norm * first.parameters[index]
    }
    let noise = .ulpOfOne * .ulpOfOne * 1e4 * length
    return abs(one - two) <= objectiveTolerance * max(one, two) + noise
      && apart.squareRoot() <= parameterTolerance * length.squareRoot()
  }
}
