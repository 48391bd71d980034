/// One compute of the envelope of training curves.
public struct EnvelopePoint: Sendable, Hashable {
  /// The compute, *C*, in FLOPs.
  public var compute: Double

  /// The size of the lowest curve.
  public var parameters: Double

  /// The tokens it has read by then, C/(k N).
  public var tokens: Double

  /// Its loss.
  public var loss: Double

  /// The curve, as position in ``EnvelopeResult/curves``.
  public var curve: Int

  /// Whether the next smaller and the next larger size were compared, so that the point counts.
  public var isBracketed: Bool
}

/// The compute over which one size is the best.
public struct EnvelopeStretch: Sendable, Hashable {
  /// The size.
  public var parameters: Double

  /// From where to where it is the lowest, in FLOPs; others may be in between.
  public var compute: ClosedRange<Double>

  /// How many places of the grid it is the lowest at.
  public var pointCount: Int
}

/// What an ``EnvelopeAnalysis`` found.
public struct EnvelopeResult: Sendable, Hashable {
  /// What reports call the curves.
  public var name: String

  /// How the analysis was done.
  public var options: EnvelopeAnalysis.Options

  /// The curves compared, smallest first.
  public var curves: [TrainingCurve]

  /// How many curves had a single point and were left out.
  public var skippedCount: Int

  /// The envelope, those places among it that do not count.
  public var points: [EnvelopePoint]

  /// Where the errors come from, never ``EnvelopeAnalysis/ErrorMethod/automatic``.
  public var errorMethod: EnvelopeAnalysis.ErrorMethod

  /// The law along it.
  public var allocation: AllocationLaw
}

extension EnvelopeResult {
  /// The sizes that are best somewhere between a smaller and a larger one.
  public var stretches: [EnvelopeStretch] {
    var stretches: [EnvelopeStretch] = []
    for point in points where point.isBracketed {
      if let index = stretches.firstIndex(where: { $0.parameters == point.parameters }) {
        stretches[index].compute = stretches[index].compute.lowerBound...point.compute
        stretches[index].pointCount += 1
      } else {
        stretches.append(
          EnvelopeStretch(
            parameters: point.parameters,
            compute: point.compute...point.compute,
            pointCount: 1
          )
        )
      }
    }
    return stretches.sorted { $0.parameters < $1.parameters }
  }

  /// How many places of the envelope count.
  public var bracketedCount: Int { points.count { $0.isBracketed } }

  /// Whether each size has one curve.
  public var hasOneCurveEach: Bool { Set(curves.map(\.parameters)).count == curves.count }

  /// Why the errors come from where they do, in words.
  public var errorReason: String {
    guard options.errorMethod == .automatic else { return "as asked for" }
    return hasOneCurveEach
      ? "each size has one curve, and a resample of the curves would lack a third of the sizes"
      : "some size has several curves"
  }

  /// How many resamples were drawn.
  public var resampleCount: Int { errorMethod == .bootstrap ? options.resampleCount : 0 }

  /// How many resamples gave no law, since fewer than three sizes took part.
  public var lostResampleCount: Int {
    if case .draws(_, let lost) = allocation.uncertainty { lost } else { 0 }
  }

  /// What a reader of the result should know.
  public var warnings: [FitWarning] {
    var warnings: [FitWarning] = []
    let count = stretches.count
    if count < 5 {
      warnings.append(
        FitWarning(
          .fewModels,
          "only \(count) sizes are best anywhere between a smaller and a larger one"
        )
      )
    }
    if lostResampleCount > 0 {
      warnings.append(
        FitWarning(
          .resamplesLost,
          "\(lostResampleCount) of \(options.resampleCount) resamples of the curves gave no law; errors"
            + " are those of the others"
        )
      )
    }
    return warnings
  }
}
