import IsoLoss

/// The options that say how a fit's uncertainty is found.
struct UncertaintyWords: Sendable {
  /// The options' table.
  static let options: [Option] = [
    .value("level", "SHARE", help: "the level of the intervals (default: 0.95)"),
    .flag("hc3", help: "errors that allow the noise to differ from run to run (HC3)"),
    .value(
      "bootstrap",
      "COUNT",
      help: "errors from so many resamples of the runs, each fitted again; 0 for none"
        + " (default: 1000 for robust objectives, none for least squares)"
    ),
    .value("groups", "COLUMN", help: "draw runs of one value in this column together, such as N"),
    .value("strata", "COLUMN", help: "draw within each value of this column"),
    .value("seed", "NUMBER", help: "the seed of the resamples (default: 0)"),
  ]

  /// The level of intervals.
  let level: Double
  private let errorModel: LawFit.ErrorModel

  /// How many resamples were asked for, if anything was said of them.
  let resampleCount: Int?
  private let groups: String?
  private let strata: String?

  /// The seed of whatever is drawn.
  let seed: UInt64

  /// Takes the meaning from parsed words.
  init(_ words: ParsedWords) throws(UsageError) {
    level = try Self.level(words)
    errorModel = words.has("hc3") ? .heteroscedastic : .homoscedastic
    resampleCount = try Self.wholeNumber(words, "bootstrap", atMost: 1_000_000)
    seed = UInt64(try Self.wholeNumber(words, "seed", atMost: .max) ?? 0)
    groups = words.text("groups")
    strata = words.text("strata")
    if errorModel == .heteroscedastic, resampleCount ?? 0 > 0 {
      throw .other("`--hc3` and `--bootstrap` are two ways to the same errors: choose one")
    }
  }

  /// Puts the choices into a fit.
  ///
  /// - Throws: ``RunTableError`` where a column of groups or strata is not there.
  func apply(to fit: inout LawFit) throws {
    fit.level = level
    fit.errorModel = errorModel
    let asked = resampleCount ?? (groups == nil && strata == nil ? nil : 1000)
    let count = asked ?? (fit.objective.isLeastSquares ? 0 : 1000)
    guard count > 0 else { return }
    let table = fit.table
    fit.bootstrap = Bootstrap(
      resampleCount: count,
      seed: seed,
      groups: try groups.map { try table.groupIndices(by: $0) },
      strata: try strata.map { try table.groupIndices(by: $0) }
    )
  }

  /// The level of intervals, 0.95 unless given.
  static func level(_ words: ParsedWords) throws(UsageError) -> Double {
    let level = try words.quantity("level", default: 0.95, Quantity.fraction)
    guard level < 1 else { throw .other("`--level`: expected a share below 1") }
    return level
  }

  /// A number that counts something; `nil` where the option was not given.
  static func wholeNumber(
    _ words: ParsedWords,
    _ option: String,
    atMost limit: Int
  ) throws(UsageError) -> Int? {
    guard let text = words.text(option) else { return nil }
    guard let number = Int(text), number >= 0, number <= limit else {
      throw .other("`--\(option)`: expected a whole number, found `\(text)`")
    }
    return number
  }
}
