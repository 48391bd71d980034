import IsoLoss

/// The picture of how much worse a fit becomes as one coefficient is held away from its estimate.
enum ProfilePicture {
  /// Draws the profiles of a result.
  static func figure(_ result: FitResult) -> Finding<ProfileFigure> {
    let parameters = parameters(of: result)
    guard !parameters.isEmpty else {
      return .refused(
        result.profiles?.curves.compactMap(\.interval.reason).first
          ?? "it shows the profile likelihood: ask for `--profile`"
      )
    }
    let table = result.table.name.split(separator: "/").last.map(String.init) ?? ""
    return .found(
      ProfileFigure(
        title: ChartText("Profiles of \(result.law.name) on \(table)"),
        subtitle: IsoLossPicture.coefficients(result),
        parameters: parameters,
        objectiveLabel: "least sum of squares"
      )
    )
  }

  /// The profiles a result carries, where they have values.
  private static func parameters(of result: FitResult) -> [ProfileFigure.Parameter] {
    (result.profiles?.curves ?? []).filter { !$0.values.isEmpty }.map { curve in
      let low = curve.values.first ?? 0
      let isWide = low > 0 && (curve.values.last ?? 0) / low > 20
      return ProfileFigure.Parameter(
        name: ChartText(markup: IsoLossPicture.symbol(curve.name)),
        values: curve.values,
        objectives: curve.objectives,
        estimate: result[curve.name]?.value,
        threshold: curve.threshold,
        scale: isWide ? .logarithmic : .linear
      )
    }
  }
}
