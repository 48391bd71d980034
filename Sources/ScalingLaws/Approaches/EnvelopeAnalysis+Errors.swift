import Execution
import LossNumerics

extension EnvelopeAnalysis {
  /// The method that errors come from, where the options leave it open.
  func resolvedMethod(_ envelope: Envelope) -> ErrorMethod {
    guard options.errorMethod == .automatic else { return options.errorMethod }
    let hasOneCurveEach = envelope.sizes.count == envelope.sizeIndex.count
    return hasOneCurveEach ? .jackknife : .bootstrap
  }

  /// What resamples of the curves, or the curves less one, say of the errors.
  func uncertainty(
    _ method: ErrorMethod,
    _ envelope: Envelope,
    _ curves: [TrainingCurve],
    on pool: WorkerPool,
    _ checkpoint: @Sendable () throws -> Void
  ) throws -> AllocationUncertainty {
    guard method == .jackknife else {
      let drawn = try Resamples.collect(
        options.resampleCount,
        seed: options.seed,
        on: pool,
        checkpoint: checkpoint
      ) { generator in
        let isPresent = Resamples.counts(curves.count, &generator).map { $0 > 0 }
        return self.coefficients(envelope, envelope.places(isPresent))
      }
      let draws = drawn.compactMap(\.self)
      return .draws(draws, lost: drawn.count - draws.count)
    }
    var others: [AllocationCoefficients] = []
    for left in curves.indices {
      try checkpoint()
      guard let law = coefficients(envelope, envelope.places(curves.indices.map { $0 != left }))
      else {
        return .unknown(
          "without the curve `\(curves[left].name)` fewer than three sizes are best anywhere"
        )
      }
      others.append(law)
    }
    return .jackknife(others)
  }
}
