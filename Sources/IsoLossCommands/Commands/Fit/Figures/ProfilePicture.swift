import IsoLoss

/// The picture of how much worse a fit becomes as one coefficient is held away from its estimate.
enum ProfilePicture {
  /// Draws the profiles of a result.
  static func figure(_ result: FitResult) -> Finding<ProfileFigure> {
    let parameters = parameters(of: result)
    guard !parameters.isEmpty else { return .refused("the fit computed no profiles") }
    let table = result.table.name.split(separator: "/").last.map(String.init) ?? ""
    return .found(
      ProfileFigure(
        title: ChartText("Profiles of \(result.law.name) on \(table)"),
        subtitle: IsoLossPicture.coefficients(result),
        parameters: parameters
      )
    )
  }

  /// The profiles a result carries: none until fits compute them.
  private static func parameters(of result: FitResult) -> [ProfileFigure.Parameter] { [] }
}
