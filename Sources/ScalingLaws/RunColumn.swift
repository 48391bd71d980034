/// What a column of a run table can mean.
public enum RunColumn: String, Sendable, Hashable, CaseIterable {
  /// The number of parameters, *N*.
  case parameters

  /// The number of training tokens, *D*.
  case tokens

  /// The training compute, *C*, in FLOPs.
  case compute

  /// The loss reached.
  case loss

  /// What a run is called.
  case name

  /// The number of different tokens among those read, *U*.
  case uniqueTokens

  /// How often those were read, *D* / *U*.
  case epochs

  /// How much a run counts; never found by name, since a silent choice would change the fit.
  case weight
}

extension RunColumn {
  /// The headings taken to mean this, as published tables write them.
  public var spellings: [String] {
    switch self {
    case .parameters: ["N", "params", "parameters"]
    case .tokens: ["D", "tokens"]
    case .compute: ["C", "flops", "compute"]
    case .loss: ["loss", "val_loss", "L"]
    case .name: ["name", "run"]
    case .uniqueTokens: ["U", "D_unique", "unique_tokens"]
    case .epochs: ["epochs", "num_epochs"]
    case .weight: []
    }
  }

  /// The column in words, such as `unique tokens`.
  public var displayName: String { self == .uniqueTokens ? "unique tokens" : rawValue }

  /// The column of one of its spellings, whatever the case, or `nil`.
  public init?(spelled word: String) {
    let word = trimmed(word[...]).lowercased()
    let match = Self.allCases.first { column in
      column.rawValue.lowercased() == word || column.spellings.contains { $0.lowercased() == word }
    }
    guard let column = match else { return nil }
    self = column
  }
}

extension RunColumn {
  /// The position of the column in a header.
  ///
  /// Headings are compared exactly first and without regard to case second. A table that names
  /// `loss` means it; otherwise several that could be meant are an error, since a silent choice
  /// between a training and a validation loss would be a wrong one half of the time.
  ///
  /// - Parameter header: The table's headings.
  /// - Returns: The position, or `nil` if no heading is like it.
  /// - Throws: The headings among which the user must choose.
  func position(in header: [String]) throws(RunTableError.Reason) -> Int? {
    if self == .loss, let position = lossPosition(header) { return position }
    if self == .loss {
      let candidates = header.filter { $0 == "L" || $0.lowercased().contains("loss") }
      guard candidates.count < 2 else {
        throw .ambiguousColumn(self, candidates: candidates)
      }
    }
    let exact = header.filter { spellings.contains($0) }
    let lowercased = spellings.map { $0.lowercased() }
    let candidates = exact.isEmpty ? header.filter { lowercased.contains($0.lowercased()) } : exact
    guard candidates.count < 2 || self == .name else {
      throw .ambiguousColumn(self, candidates: candidates)
    }
    return candidates.first.flatMap { header.firstIndex(of: $0) }
  }

  /// The heading `loss` itself, or the only one that is it but for case.
  private func lossPosition(_ header: [String]) -> Int? {
    if let exact = header.firstIndex(of: "loss") { return exact }
    let others = header.indices.filter { header[$0].lowercased() == "loss" }
    return others.count == 1 ? others[0] : nil
  }
}
