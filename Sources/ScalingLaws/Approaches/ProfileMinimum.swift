#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The curve drawn through the losses of one budget to find the size with the least.
public enum ProfileInterpolation: String, Sendable, Hashable, CaseIterable {
  /// A parabola of the loss in ln N by least squares, as Hoffmann et al. 2022.
  case parabola

  /// A curve through every point, ln L over ln N by Akima's method, as Porian et al. 2024.
  case akima
}

/// The least loss of one budget.
public struct ProfileMinimum: Sendable, Hashable {
  /// ln N*.
  public var logParameters: Double

  /// L*.
  public var loss: Double

  /// Half of the second derivative of the loss by ln N there: how costly a wrong size is.
  public var curvature: Double

  /// Whether N* lies among the sizes of the runs.
  public var isInterior: Bool

  /// N*.
  public var parameters: Double { exp(logParameters) }
}

/// Why a budget has no best size.
public enum ProfileRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// Fewer than three different sizes.
  case tooFewSizes(found: Int)

  /// The parabola opens downward or is a line.
  case notConvex(curvature: Double)

  /// The parabola falls to zero or below.
  case notPositive(loss: Double)

  /// The least loss of the parabola is not among the runs.
  case outside(parameters: Double, smallest: Double, largest: Double)

  /// The least loss is that of the smallest or the largest size.
  case atEnd(parameters: Double, isSmallest: Bool)

  /// The budgets are a chain of small steps rather than one.
  case chain(smallest: Double, largest: Double)

  /// The reason in words.
  public var description: String {
    switch self {
    case .tooFewSizes(let found):
      "\(found) different size\(found == 1 ? "" : "s"), expected 3 or more"
    case .notConvex(let curvature):
      "the parabola has no least loss (curvature \(sixDigits(curvature)))"
    case .notPositive(let loss):
      "the least loss of the parabola, \(sixDigits(loss)), is not positive"
    case .outside(let parameters, let smallest, let largest):
      "the least loss of the parabola, at \(sixDigits(parameters)) parameters, lies outside the runs'"
        + " \(sixDigits(smallest)) to \(sixDigits(largest))"
    case .atEnd(let parameters, let isSmallest):
      "the \(isSmallest ? "smallest" : "largest") size, \(sixDigits(parameters)) parameters, has the"
        + " least loss, so the best may be \(isSmallest ? "smaller" : "larger")"
    case .chain(let smallest, let largest):
      "its runs range from \(sixDigits(smallest)) to \(sixDigits(largest)) FLOPs in steps within the"
        + " tolerance, which is no one budget"
    }
  }
}

/// A run as a point of a profile.
struct ProfilePoint {
  var logParameters: Double
  var loss: Double
  var weight: Double
}

extension ProfileInterpolation {
  /// Sizes nearer than this in ln N are one size.
  private static let sameSize = 1e-6

  /// Finds the least loss.
  ///
  /// - Parameters:
  ///   - points: The runs, by rising ln N.
  ///   - acceptsOutside: Whether a parabola may turn outside of the runs.
  /// - Returns: The size with the least loss, and what it loses.
  /// - Throws: Why there is none.
  func minimum(
    of points: [ProfilePoint],
    acceptsOutside: Bool
  ) throws(ProfileRefusal) -> ProfileMinimum {
    let sizes = Self.merged(points)
    guard sizes.count > 2 else { throw .tooFewSizes(found: sizes.count) }
    switch self {
    case .parabola: return try Self.vertex(points, acceptsOutside: acceptsOutside)
    case .akima: return try Self.valley(sizes)
    }
  }

  private static func vertex(
    _ points: [ProfilePoint],
    acceptsOutside: Bool
  ) throws(ProfileRefusal) -> ProfileMinimum {
    let (smallest, largest) = (points[0].logParameters, points[points.count - 1].logParameters)
    let parabola = Parabola(points)
    guard parabola.curvature > 0, exp(parabola.vertex).isNormal else {
      throw .notConvex(curvature: parabola.curvature)
    }
    guard parabola.vertexLoss > 0 else { throw .notPositive(loss: parabola.vertexLoss) }
    let isInterior = parabola.vertex >= smallest && parabola.vertex <= largest
    guard isInterior || acceptsOutside else {
      throw .outside(
        parameters: exp(parabola.vertex),
        smallest: exp(smallest),
        largest: exp(largest)
      )
    }
    return ProfileMinimum(
      logParameters: parabola.vertex,
      loss: parabola.vertexLoss,
      curvature: parabola.curvature,
      isInterior: isInterior
    )
  }

  private static func valley(_ sizes: [ProfilePoint]) throws(ProfileRefusal) -> ProfileMinimum {
    let curve = AkimaCurve(sizes.map { ($0.logParameters, log($0.loss)) })
    let least = curve.minimum
    guard least.isInterior else {
      throw .atEnd(parameters: exp(least.x), isSmallest: least.x == curve.x.first)
    }
    // At a minimum y′ = 0, so that the second derivative of exp(y) is exp(y) y″.
    let loss = exp(least.y)
    return ProfileMinimum(
      logParameters: least.x,
      loss: loss,
      curvature: loss * least.secondDerivative / 2,
      isInterior: true
    )
  }

  /// One point a size, with the mean loss of its runs.
  private static func merged(_ points: [ProfilePoint]) -> [ProfilePoint] {
    var merged: [ProfilePoint] = []
    for point in points {
      guard var last = merged.last, point.logParameters - last.logParameters <= sameSize else {
        merged.append(point)
        continue
      }
      last.weight += point.weight
      last.loss += (point.loss - last.loss) * (point.weight / last.weight)
      merged[merged.count - 1] = last
    }
    return merged
  }
}
