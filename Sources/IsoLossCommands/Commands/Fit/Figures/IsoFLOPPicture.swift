import IsoLoss

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import ScalingLaws

/// The picture of compute budgets: the losses of each, the curve through them and its lowest point.
struct IsoFLOPPicture {
  let figure: IsoFLOPFigure

  /// Draws an analysis.
  init(result: IsoFLOPResult) {
    let table = result.table.name.split(separator: "/").last.map(String.init) ?? ""
    let law = result.allocation
    let (a, factor) = (law.a, NumberText.significant(law.G.value, digits: 4))
    let error = a.standardError.map { " ± \(NumberText.error($0))" } ?? ""
    let exponent = NumberText.significant(a.value, digits: 4) + error
    let k = NumberText.measured(law.flopsPerTokenParameter)
    let runCount = result.profiles.reduce(0) { $0 + $1.runs.count }
    figure = IsoFLOPFigure(
      title: ChartText(
        "\(result.profiles.count) compute budgets, \(runCount) runs of \(table)"
      ),
      subtitle: ChartText(markup: "N* = \(factor) (C/\(k))^{a},  a = \(exponent)"),
      profiles: result.profiles.map { Self.profile($0, result.options.interpolation) }
    )
  }

  private static func profile(
    _ profile: IsoFLOPProfile,
    _ interpolation: ProfileInterpolation
  ) -> IsoFLOPFigure.Profile {
    IsoFLOPFigure.Profile(
      compute: profile.budget,
      runs: profile.runs.map { LossPoint($0) },
      curve: interpolation == .akima ? akima(profile) : parabola(profile),
      vertex: profile.minimum?.parameters,
      rejection: profile.refusal?.description
    )
  }

  private static func parabola(_ profile: IsoFLOPProfile) -> (@Sendable (Double) -> Double)? {
    guard let parabola = profile.parabola else { return nil }
    return { parabola.loss(logParameters: log($0)) }
  }

  /// ln L over ln N through the mean loss of each size, as the analysis draws it.
  private static func akima(_ profile: IsoFLOPProfile) -> (@Sendable (Double) -> Double)? {
    let sizes = Dictionary(grouping: profile.runs, by: \.parameters)
    guard sizes.count > 2, profile.refusal == nil || profile.parabola != nil else { return nil }
    let points = sizes.keys.sorted().map { size -> (x: Double, y: Double) in
      let runs = sizes[size] ?? []
      let weight = runs.reduce(0) { $0 + $1.weight }
      let sum = runs.reduce(0) { $0 + $1.weight * $1.loss }
      return (x: log(size), y: log(sum / weight))
    }
    let curve = AkimaCurve(points)
    return { exp(curve.value(log($0))) }
  }
}
