import IsoLoss

/// What a fit's JSON says against its law.
enum FitCaveatsJSON {
  /// The warnings of a fit, and its not having converged; what is malformed is passed over.
  static func caveats(_ fit: JSONValue) -> [CoefficientSet.Caveat] {
    var caveats = (fit["warnings"]?.array ?? []).compactMap { warning -> CoefficientSet.Caveat? in
      guard let id = warning["id"]?.string, let message = warning["message"]?.string else {
        return nil
      }
      return CoefficientSet.Caveat(id: id, message: message)
    }
    let notConverged = FitWarning.Kind.notConverged.rawValue
    if fit["isConverged"] == false, !caveats.contains(where: { $0.id == notConverged }) {
      caveats.append(
        CoefficientSet.Caveat(
          id: notConverged,
          message: "the fit behind the law stopped before a minimum: its numbers are no optimum"
        )
      )
    }
    return caveats
  }
}
