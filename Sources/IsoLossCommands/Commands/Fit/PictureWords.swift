import FileFormats
import IsoLoss

/// The options that say which pictures of a fit are made, and where they go.
struct PictureWords: Sendable {
  /// The options' table.
  static let options: [Option] = [
    .file(
      "svg",
      "OUT",
      help:
        "draw data, isoloss contours and the compute-optimal path, or what the approach has instead"
    ),
    .value(
      "figure",
      "KIND=OUT",
      isRepeatable: true,
      help:
        "write another picture as SVG, as in `residuals=r.svg`: \(kinds.joined(separator: ", "));"
        + " repeatable"
    ),
    .file("html", "OUT", help: "one page of tables and every picture that applies"),
    Option.choice(
      "plot",
      kinds,
      named: "KIND",
      help: "also draw a picture with characters, that of `--svg` unless named"
    ).withOptionalValue,
  ]

  private static let kinds = FigureKind.allCases.map(\.rawValue)

  /// A picture and its file; the principal one where no kind is named.
  struct Output: Sendable {
    var kind: FigureKind?
    var path: String
  }

  /// The pictures to write.
  let outputs: [Output]

  /// Where the page goes.
  let pagePath: String?

  /// Whether a picture is drawn with characters.
  let plots: Bool

  /// Which; the principal one where none is named.
  let plotKind: FigureKind?

  /// Takes the meaning from parsed words.
  init(_ words: ParsedWords) throws(UsageError) {
    var outputs = words.text("svg").map { [Output(kind: nil, path: $0)] } ?? []
    for text in words.texts("figure") { outputs.append(try Self.output(text)) }
    self.outputs = outputs
    pagePath = words.text("html")
    plots = words.isGiven("plot")
    plotKind = words.text("plot").flatMap(FigureKind.init)
    try words.refuseTogether(["plot", "json"])
  }

  private static func output(_ text: String) throws(UsageError) -> Output {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard let word = parts.first, parts.count == 2 else {
      throw .other(
        "`--figure`: expected a kind and a file such as `residuals=r.svg`, found `\(text)`"
      )
    }
    guard let kind = FigureKind(rawValue: word) else {
      throw .notAChoice(
        word,
        option: "--figure",
        choices: kinds,
        suggestion: closestSpelling(to: word, among: kinds)
      )
    }
    return Output(kind: kind, path: parts[1])
  }

  /// The files to write.
  var paths: [String] { outputs.map(\.path) + [pagePath].compactMap(\.self) }
}

extension PictureWords {
  /// Makes every picture that is written to a file, with its path.
  ///
  /// - Throws: ``CommandError`` where a picture that was asked for cannot be.
  func files(_ pictures: FitPictures, page: () -> String) throws -> [(path: String, text: String)] {
    var files = try outputs.map { output in
      (path: output.path, text: try drawing(output.kind, pictures).svg)
    }
    if let pagePath { files.append((pagePath, page())) }
    return files
  }

  /// The picture drawn with characters; empty where none was asked for.
  func plotText(_ pictures: FitPictures, in context: CommandContext) throws -> String {
    guard plots else { return "" }
    return "\n" + (try drawing(plotKind, pictures).terminalText(context.terminalPlot))
  }

  private func drawing(_ kind: FigureKind?, _ pictures: FitPictures) throws -> Drawing {
    let kind = kind ?? pictures.principal
    let drawing = pictures.drawing(kind)
    guard let found = drawing.value else {
      throw CommandError("no picture `\(kind.rawValue)`: \(drawing.reason ?? "")")
    }
    return found
  }
}
