import CurveFitting
import Execution

extension PreparedFit {
  /// Fits every resample, each from the minimum of all runs.
  ///
  /// Where that does not converge the law's own starts are tried and the lowest minimum is taken, so
  /// that no resample is lost to a bad start; those that have no minimum at all are counted.
  func draws(
    _ bootstrap: Bootstrap,
    around best: LocalMinimum,
    on pool: WorkerPool,
    checkpoint: @Sendable () throws -> Void
  ) throws -> BootstrapDraws {
    let results = IndexedResults<[Double]?, any Error>(count: bootstrap.resampleCount)
    let units = ResampleUnits(bootstrap, runCount: problem.residualCount)
    let residualSize = problem.meanResidual(at: best.parameters)
    pool.forEachBlock(bootstrap.resampleCount) { index, _ in
      results.run(index) { () throws(any Error) in
        try checkpoint()
        return refitted(
          problem.resampled(units.counts(ofResample: index)),
          around: best,
          residualSize: residualSize
        )
      }
    }
    let found = try results.values()
    let coefficients = found.compactMap(\.self)
    return BootstrapDraws(
      bootstrap: bootstrap,
      coefficients: coefficients,
      unconvergedCount: found.count - coefficients.count
    )
  }

  /// The scaled coefficients of a resample in the runs' own units; `nil` if it has no minimum.
  private func refitted(
    _ resampled: LawProblem,
    around best: LocalMinimum,
    residualSize: Double
  ) -> [Double]? {
    let nearest = minimum(of: resampled, from: best.parameters, residualSize: residualSize)
    if nearest.isConverged { return decentered(nearest.parameters) }
    let others = starts.lazy.map { minimum(of: resampled, from: $0) }.filter(\.isConverged)
    let lowest = others.min { $0.objective < $1.objective }
    return lowest.map { decentered($0.parameters) }
  }
}
