public import Execution
import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Which of many training curves is lowest at each compute, and a line through them: approach 1.
///
/// After Hoffmann et al. 2022 (arXiv:2203.15556).
///
///     let curves = try TrainingCurve.curves(of: table)
///     let result = try EnvelopeAnalysis(of: curves, name: table.name).run()
///     print(result.allocation.a.value)
///
/// The curves are compared at 1,500 values of compute C = k N D, evenly spaced in ln C as in the paper.
/// The size of the lowest is N*(C), as far as a smaller and a larger one were there to lose; ln N* and
/// ln L* over ln(C/k) then give lines by least squares.
///
/// Neighboring places share their curves, so they say nothing of the error; curves are drawn, or left
/// out, as wholes (``ErrorMethod``).
///
/// Noise flattens the line, since the luckiest of many near sizes wins: half a percent of noise in each
/// point takes 0.002 off an exponent of 0.513 with 12 sizes over a factor of 500 and 0.017 with 20,
/// where a running median of nine halves it.
public struct EnvelopeAnalysis: Sendable, Hashable {
  /// What the line of ln N* goes through.
  public enum Regression: String, Sendable, Hashable, CaseIterable {
    /// The middle of the stretch of compute over which a size is best, weighted by its length.
    case stretches

    /// Every place of the grid, as published.
    ///
    /// N* is a staircase, and a line through m equal full steps is too flat by the share 1/m²: four
    /// percent of five sizes, one of ten. (The variance of ln C is m² w²/12 for steps of width w, of
    /// which the w²/12 within steps go with no change of N*.)
    case grid
  }

  /// Where errors come from.
  public enum ErrorMethod: String, Sendable, Hashable, CaseIterable {
    /// The jackknife where each size has one curve, else the bootstrap.
    case automatic

    /// Resamples of the curves, with replacement.
    ///
    /// Where each size has one curve, a resample lacks a third of the sizes, and the gaps make
    /// intervals too wide: several times at a dozen sizes.
    case bootstrap

    /// The law without each curve in turn: variance (n − 1)/n Σ (θᵢ − θ̄)², intervals by Student's t of
    /// n − 1 degrees of freedom (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
    /// chapter 11).
    ///
    /// Too wide as well, but less so: the curve left out leaves one gap, into which the stretches of its
    /// neighbors grow whatever the noise. At 12 sizes and 0.3 % of noise in ln L errors are 1.9 times
    /// the true ones, at 0.1 % 4.2 times.
    case jackknife
  }

  /// How the analysis is done.
  public struct Options: Sendable, Hashable {
    /// How many values of compute the curves are compared at.
    public var gridCount: Int

    /// What is done about the curves' noise.
    public var smoothing: CurveSmoothing

    /// What the line of ln N* goes through.
    public var regression: Regression

    /// k in C = k · N · D.
    public var flopsPerTokenParameter: Double

    /// The probability of coverage of intervals.
    public var level: Double

    /// Where errors come from.
    public var errorMethod: ErrorMethod

    /// How many resamples the bootstrap draws; 0 for none.
    public var resampleCount: Int

    /// The seed of the resamples.
    public var seed: UInt64

    /// Creates options.
    ///
    /// - Precondition: The grid has two values or more, `flopsPerTokenParameter` is positive, `level`
    ///   lies between 0 and 1, `resampleCount` is not negative.
    public init(
      gridCount: Int = 1500,
      smoothing: CurveSmoothing = .none,
      regression: Regression = .stretches,
      flopsPerTokenParameter: Double = 6,
      level: Double = 0.95,
      errorMethod: ErrorMethod = .automatic,
      resampleCount: Int = 1000,
      seed: UInt64 = 0
    ) {
      precondition(gridCount > 1, "a grid of \(gridCount) values has no ends")
      precondition(flopsPerTokenParameter > 0, "a token costs a positive number of FLOPs")
      precondition(level > 0 && level < 1, "a level lies between 0 and 1")
      precondition(resampleCount >= 0, "\(resampleCount) resamples are none")
      self.gridCount = gridCount
      self.smoothing = smoothing
      self.regression = regression
      self.flopsPerTokenParameter = flopsPerTokenParameter
      self.level = level
      self.errorMethod = errorMethod
      self.resampleCount = resampleCount
      self.seed = seed
    }
  }

  /// What errors and reports call the curves.
  public var name: String

  /// The curves.
  public var curves: [TrainingCurve]

  /// How the analysis is done.
  public var options: Options

  /// Creates an analysis of training curves; those of a single point do not count.
  public init(of curves: [TrainingCurve], name: String, _ options: Options = Options()) {
    self.curves = curves
    self.name = name
    self.options = options
  }

  /// Finds the envelope and the law along it.
  ///
  /// - Parameter pool: The threads that share the resamples; they change no bit of the result.
  /// - Returns: The envelope and the law, with errors.
  /// - Throws: ``EnvelopeError`` where fewer than three sizes take part.
  public func run(
    on pool: WorkerPool = WorkerPool(threadCount: 1)
  ) throws(EnvelopeError) -> EnvelopeResult {
    do {
      return try run(on: pool) {}
    } catch let error as EnvelopeError {
      throw error
    } catch {
      preconditionFailure("an analysis without a checkpoint failed with \(error)")
    }
  }

  /// Finds the same, asking before each resample whether to go on.
  ///
  /// - Parameters:
  ///   - pool: The threads that share the resamples; they change no bit of the result.
  ///   - checkpoint: Throws to stop, for example when the user interrupts; asked by every thread.
  /// - Returns: The envelope and the law, with errors.
  /// - Throws: ``EnvelopeError`` where fewer than three sizes take part, and what `checkpoint` throws.
  public func run(
    on pool: WorkerPool = WorkerPool(threadCount: 1),
    checkpoint: @Sendable () throws -> Void
  ) throws -> EnvelopeResult {
    guard !curves.isEmpty else { throw EnvelopeError.noRuns(name) }
    let used =
      curves.filter { $0.points.count > 1 }.sorted {
        ($0.parameters, $0.name, $0.points.count) < ($1.parameters, $1.name, $1.points.count)
      }
    guard !used.isEmpty else { throw EnvelopeError.noCurves(rows: curves.count) }
    let envelope = envelope(used)
    let places = envelope.places(Array(repeating: true, count: used.count))
    guard let coefficients = coefficients(envelope, places) else {
      let best = Set(places.filter(\.isBracketed).map { envelope.sizeIndex[$0.curve] })
      throw EnvelopeError.tooFewSizes(onEnvelope: best.count, of: envelope.sizes.count)
    }
    let method = resolvedMethod(envelope)
    return EnvelopeResult(
      name: name,
      options: options,
      curves: used,
      skippedCount: curves.count - used.count,
      points: places.map { point($0, envelope, used) },
      errorMethod: method,
      allocation: AllocationLaw(
        approach: .trainingCurves,
        flopsPerTokenParameter: options.flopsPerTokenParameter,
        coefficients: coefficients,
        uncertainty: try uncertainty(method, envelope, used, on: pool, checkpoint),
        level: options.level
      )
    )
  }
}

// MARK: - Steps

extension EnvelopeAnalysis {
  private func envelope(_ curves: [TrainingCurve]) -> Envelope {
    let k = options.flopsPerTokenParameter
    let smooth = curves.map { $0.smoothed(options.smoothing) }
    let ends = smooth.flatMap { curve in
      let points = curve.logPoints(flopsPerTokenParameter: k)
      return [points[0].x, points[points.count - 1].x]
    }
    let (low, high) = (ends.min() ?? 0, ends.max() ?? 0)
    let last = options.gridCount - 1
    let grid = (0...last).map { index in
      index == last ? high : low + (high - low) * Double(index) / Double(last)
    }
    let sizes = Set(curves.map(\.parameters)).sorted()
    return Envelope(
      grid: grid,
      sizes: sizes,
      sizeIndex: curves.map { curve in sizes.firstIndex(of: curve.parameters) ?? 0 },
      logLosses: smooth.map {
        $0.logLosses(at: grid, flopsPerTokenParameter: k)
      },
      firstPoints: smooth.map {
        let first = $0.logPoints(flopsPerTokenParameter: k)[0]
        return (logCompute: first.x, logLoss: first.y)
      }
    )
  }

  /// The lines along an envelope; `nil` of fewer than three sizes.
  func coefficients(
    _ envelope: Envelope,
    _ places: [Envelope.Place]
  ) -> AllocationCoefficients? {
    let kept = places.filter(\.isBracketed)
    let origin = log(options.flopsPerTokenParameter)
    var counts = [Double](repeating: 0, count: envelope.sizes.count)
    var sums = counts
    for place in kept {
      counts[envelope.sizeIndex[place.curve]] += 1
      sums[envelope.sizeIndex[place.curve]] += envelope.grid[place.position] - origin
    }
    let best = counts.indices.filter { counts[$0] > 0 }
    guard best.count > 2 else { return nil }
    let line: LogLine?
    switch options.regression {
    case .stretches:
      line = LogLine(
        best.map { (sums[$0] / counts[$0], log(envelope.sizes[$0])) },
        weights: best.map { counts[$0] }
      )
    case .grid:
      line = LogLine(
        kept.map { place in
          let size = envelope.sizes[envelope.sizeIndex[place.curve]]
          return (envelope.grid[place.position] - origin, log(size))
        }
      )
    }
    let loss = LogLine(kept.map { (envelope.grid[$0.position] - origin, $0.logLoss) })
    guard let line, let loss else { return nil }
    return AllocationCoefficients(
      logFactor: line.intercept,
      parameterExponent: line.slope,
      logLoss: loss
    )
  }

  private func point(
    _ place: Envelope.Place,
    _ envelope: Envelope,
    _ curves: [TrainingCurve]
  ) -> EnvelopePoint {
    let compute = exp(envelope.grid[place.position])
    let size = curves[place.curve].parameters
    return EnvelopePoint(
      compute: compute,
      parameters: size,
      tokens: compute / options.flopsPerTokenParameter / size,
      loss: exp(place.logLoss),
      curve: place.curve,
      isBracketed: place.isBracketed
    )
  }
}
