import IsoLoss

/// The picture of how coefficients vary together.
enum PairsPicture {
  /// How many draws stand for a covariance.
  private static let drawCount = 1000

  /// Draws the resamples of a result, or, of one without, draws from its covariance.
  static func figure(_ result: FitResult, seed: UInt64) -> Finding<PairsFigure> {
    let coefficients = result.law.form.coefficients
    // What is held fast does not vary.
    let moving = coefficients.indices.filter { index in
      result.constraints[coefficients[index].name].map { $0.lowerBound < $0.upperBound } ?? true
    }
    let scaled: [[Double]]
    let source: String
    if let draws = result.draws {
      scaled = draws.coefficients
      source = "\(scaled.count) bootstrap resamples"
    } else if let covariance = result.scaledCovariance {
      scaled = NormalDraws(
        mean: result.fit.parameters,
        covariance: covariance
      ).draws(drawCount, seed: seed)
      source =
        "\(drawCount) draws from the normal distribution of the fit's covariance, seed \(seed)"
    } else {
      return .refused("the errors of the coefficients are not known")
    }
    guard !scaled.isEmpty else { return .refused("no resample has a minimum") }
    let table = result.table.name.split(separator: "/").last.map(String.init) ?? ""
    var figure = PairsFigure(
      title: ChartText("Coefficients of \(result.law.name) on \(table)"),
      subtitle: ChartText(source),
      names: moving.map { ChartText(markup: IsoLossPicture.symbol(coefficients[$0].name)) },
      draws: scaled.map { draw in moving.map { coefficients[$0].scale.natural(draw[$0]) } },
      estimates: moving.map { result.law.coefficients[$0] }
    )
    figure.drawLimit = 400
    return .found(figure)
  }
}
