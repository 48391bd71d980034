import IsoLoss

/// The options that say what finds the minimum, and what is looked for around it.
struct SolverWords: Sendable {
  /// The options' table.
  static let options: [Option] = [
    .choice(
      "solver",
      LawFit.Solver.allCases.map(\.rawValue),
      help: "what finds the minimum (default: automatic, Newton's method)"
    ),
    .flag(
      "profile",
      help: "also intervals from the profile likelihood of each estimate, and of N* at the budgets"
    ),
    .flag("scan-basins", help: "search a grid of both exponents for minima that starts may miss"),
  ]

  private let solver: LawFit.Solver
  private let findsProfiles: Bool
  private let scansBasins: Bool

  /// Takes the meaning from parsed words.
  init(_ words: ParsedWords) {
    solver = words.text("solver").flatMap(LawFit.Solver.init(rawValue:)) ?? .automatic
    findsProfiles = words.has("profile")
    scansBasins = words.has("scan-basins")
  }

  /// Puts the choices into a fit.
  func apply(to fit: inout LawFit) {
    fit.solver = solver
    fit.findsProfiles = findsProfiles
    fit.scansBasins = scansBasins
  }
}
