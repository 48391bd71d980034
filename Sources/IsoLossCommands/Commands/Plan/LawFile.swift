import IsoLoss

/// A law as `isoloss fit --json` wrote it, or as someone wrote it by hand.
struct LawFile {
  /// The law with the extent of its runs and what its fit warned of.
  let source: LawSource

  /// k in C = k N D as the fit took it; `nil` where the file does not say.
  let flopsPerTokenParameter: Double?

  /// Reads a law.
  init(_ path: String, in context: CommandContext) throws {
    var file = try context.open(path)
    let json = try JSONValue(parsing: file.readAll(limit: 64 << 20), name: path)
    source = .law(
      try ScalingLaw(json: json, name: path),
      name: path,
      fittedRange: FittedRangeJSON.range(json),
      caveats: FitCaveatsJSON.caveats(json)
    )
    flopsPerTokenParameter = try json["flopsPerTokenParameter"].map { value in
      guard let number = value.double, number > 0, number.isFinite else {
        throw CommandError("\(path): expected a positive number for `flopsPerTokenParameter`")
      }
      return number
    }
  }
}
