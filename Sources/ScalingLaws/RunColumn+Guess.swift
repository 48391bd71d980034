import FileFormats

/// A heading that looks like a quantity nobody found.
public struct ColumnGuess: Sendable, Hashable {
  /// The quantity.
  public var column: RunColumn

  /// The heading that may mean it.
  public var heading: String

  /// Creates a guess.
  public init(_ column: RunColumn, heading: String) {
    self.column = column
    self.heading = heading
  }

  /// The option that says so, such as `--column 'parameters=n_params'`.
  var option: String { "--column '\(column.rawValue)=\(heading)'" }
}

extension RunColumn {
  /// The heading most like this quantity, for an error to ask about: nothing is read on a guess.
  ///
  /// First the headings of tables met elsewhere, then words inside, then slips of the keyboard.
  func guess(in header: [String]) -> ColumnGuess? {
    let free = header.prefix(Self.longestHeader).filter { RunColumn(spelled: $0) == nil }
    let bare = free.map { heading in
      (heading: heading, letters: heading.lowercased().filter { $0.isLetter || $0.isNumber })
    }
    let alias = aliases.lazy.compactMap { alias in bare.first { $0.letters == alias } }.first
    if let found = alias ?? bare.first(where: { mentions($0.letters) }) {
      return ColumnGuess(self, heading: found.heading)
    }
    let known = spellings.filter { $0.count > 3 }.map { $0.lowercased() }
    let slip = bare.first { closestSlip($0.letters, among: known) }
    return slip.map { ColumnGuess(self, heading: $0.heading) }
  }

  /// Beyond so many columns guesses would be no help, only work.
  private static let longestHeader = 200

  /// Headings of others without case and punctuation, likeliest first.
  private var aliases: [String] {
    switch self {
    case .parameters:
      [
        "nparams", "numparams", "nparameters", "numparameters", "paramcount", "modelsize",
        "modelparams", "size",
      ]
    case .tokens:
      [
        "ntokens", "numtokens", "tokencount", "traintokens", "trainingtokens", "tokensseen",
        "datasetsize", "data",
      ]
    case .compute: ["budget", "cbudget", "computebudget", "trainflops", "trainingcompute"]
    case .loss:
      ["evalloss", "valloss", "validationloss", "testloss", "nll", "crossentropy", "trainloss"]
    case .name, .uniqueTokens, .epochs, .weight: []
    }
  }

  /// Whether a heading's letters hold the quantity's own word.
  private func mentions(_ letters: String) -> Bool {
    switch self {
    case .parameters:
      letters.contains("param") && !letters.contains("hparam") && !letters.contains("per")
    case .tokens:
      letters.contains("token") && !letters.contains("per") && !letters.contains("tokenizer")
        && !letters.contains("loss")
    case .compute: letters.contains("flop") || letters.contains("compute")
    case .loss: letters.contains("loss")
    case .name, .uniqueTokens, .epochs, .weight: false
    }
  }

  private func closestSlip(_ letters: String, among known: [String]) -> Bool {
    letters.count > 2 && known.contains { editDistance(letters, $0) <= max(1, $0.count / 4) }
  }
}
