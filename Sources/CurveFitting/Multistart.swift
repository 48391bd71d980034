public import Execution

/// A minimum that a search from many starts found, and how often.
public struct Minimum: Sendable, Hashable {
  /// The best point that ended here.
  public var point: LocalMinimum

  /// How many starts ended here.
  public var startCount: Int

  /// Collects the facts.
  public init(point: LocalMinimum, startCount: Int) {
    self.point = point
    self.startCount = startCount
  }
}

/// What a search from many starts found.
public struct MultistartResult: Sendable, Hashable {
  /// The distinct minima, the lowest objective first.
  public var minima: [Minimum]

  /// How many starts were tried.
  public var startCount: Int

  /// How many starts ended on a plateau, where a parameter has no effect.
  public var flatCount: Int

  /// How many starts ended neither at a minimum nor on a plateau.
  public var unconvergedCount: Int

  /// The lowest of those that ended without a minimum at a finite objective, or `nil` if none did.
  public var unfinished: LocalMinimum?
}

extension MultistartResult {
  /// The lowest point of all, or `nil` if no start reached a minimum.
  public var best: LocalMinimum? { minima.first?.point }
}

/// Minimizes from many starts and tells the distinct minima apart.
public struct Multistart: Sendable, Hashable {
  /// The relative difference of two objectives that still count as the same.
  public var objectiveTolerance = 1e-8

  /// The difference of parameters, relative in their scales, that still counts as none.
  public var parameterTolerance = 1e-4

  /// Creates a search.
  public init() {}

  /// Minimizes from every start.
  ///
  /// - Parameters:
  ///   - starts: First parameters.
  ///   - pool: The threads that share the starts; they do not change what is found, to the bit.
  ///   - minimize: Minimizes from a start; throws to stop everything, for example when the user
  ///     interrupts.
  /// - Returns: The minima found, the lowest first.
  /// - Throws: What `minimize` throws.
  public func run<Failure: Error>(
    starts: [[Double]],
    on pool: WorkerPool = WorkerPool(threadCount: 1),
    minimize: @Sendable ([Double]) throws(Failure) -> LocalMinimum
  ) throws(Failure) -> MultistartResult {
    let search = IndexedResults<LocalMinimum, Failure>(count: starts.count)
    pool.forEachBlock(starts.count) { index, _ in
      search.run(index) { () throws(Failure) in try minimize(starts[index]) }
    }
    return gathered(try search.values())
  }

  /// Tells apart the minima that points reached, taken in the order of their starts.
  public func gathered(_ points: [LocalMinimum]) -> MultistartResult {
    var result = MultistartResult(
      minima: [],
      startCount: points.count,
      flatCount: 0,
      unconvergedCount: 0
    )
    for point in points {
      guard point.isConverged else {
        if point.termination == .flat {
          result.flatCount += 1
        } else {
          result.unconvergedCount += 1
        }
        result.unfinished = lower(result.unfinished, point)
        continue
      }
      if let index = result.minima.firstIndex(where: { isSame($0.point, point) }) {
        result.minima[index].startCount += 1
        if point.objective < result.minima[index].point.objective {
          result.minima[index].point = point
        }
      } else {
        result.minima.append(Minimum(point: point, startCount: 1))
      }
    }
    result.minima.sort { $0.point.objective < $1.point.objective }
    return result
  }

  /// The lower of two unfinished points; one that is not finite never counts.
  private func lower(_ first: LocalMinimum?, _ second: LocalMinimum) -> LocalMinimum? {
    guard second.termination != .nonFinite else { return first }
    guard let first else { return second }
    return first.objective <= second.objective ? first : second
  }

  /// Whether two points are one minimum: equal objectives and equal parameters.
  ///
  /// Objectives at rounding level (a fit without residuals) are equal whatever their ratio.
  package func isSame(_ first: LocalMinimum, _ second: LocalMinimum) -> Bool {
    let (one, two) = (first.objective, second.objective)
    var apart = 0.0
    var length = 0.0
    for (index, scale) in first.scales.enumerated() {
      let difference = scale * (first.parameters[index] - second.parameters[index])
      apart += difference * difference
      length += scale * first.parameters[index] * scale * first.parameters[index]
    }
    let noise = .ulpOfOne * .ulpOfOne * 1e4 * length
    return abs(one - two) <= objectiveTolerance * max(abs(one), abs(two)) + noise
      && apart.squareRoot() <= parameterTolerance * length.squareRoot()
  }
}
