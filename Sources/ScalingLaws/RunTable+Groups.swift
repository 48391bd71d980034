extension RunTable {
  /// The lines the runs stand on, in order: with the table's hash, which data a result rests on.
  public var lines: [Int] { runs.map(\.line) }

  /// ``lines`` as ranges of consecutive ones, for files that carry them.
  public var lineRanges: [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for line in lines {
      if let last = ranges.last, line == last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...line
      } else {
        ranges.append(line...line)
      }
    }
    return ranges
  }
}

// MARK: - Repeated rows and replicates

extension RunTable {
  /// Where a run was made: two of one place should differ in nothing but the noise.
  private struct Place: Hashable {
    var parameters: Double
    var tokens: Double
    var uniqueTokens: Double

    init(_ run: Run) {
      parameters = run.parameters
      tokens = run.tokens
      uniqueTokens = run.uniqueTokens ?? run.tokens
    }
  }

  /// A place with its loss.
  private struct Outcome: Hashable {
    var place: Place
    var loss: Double
  }

  /// The runs that repeat an earlier one in N, D, U and loss, each with the one it repeats.
  ///
  /// Indices into ``runs``. Two trainings hardly give a loss alike to all digits: it is one run
  /// counted twice, and errors come out too small.
  public var duplicates: [(index: Int, original: Int)] {
    var first: [Outcome: Int] = [:]
    var found: [(index: Int, original: Int)] = []
    for (index, run) in runs.enumerated() {
      let outcome = Outcome(place: Place(run), loss: run.loss)
      if let original = first[outcome] {
        found.append((index, original))
      } else {
        first[outcome] = index
      }
    }
    return found
  }

  /// Groups of runs with the same N, D and U but different losses, as indices into ``runs``.
  ///
  /// Their spread is the noise itself (a pure-error estimate). Of ``duplicates`` only the first
  /// counts. Rows that differ in another column, such as a data set, are taken for replicates too:
  /// select one with ``RunTableOptions/selections`` first.
  public var replicates: [[Int]] {
    let repeated = Set(duplicates.map(\.index))
    var groups: [Place: Int] = [:]
    var members: [[Int]] = []
    for (index, run) in runs.enumerated() where !repeated.contains(index) {
      let place = Place(run)
      if let group = groups[place] {
        members[group].append(index)
      } else {
        groups[place] = members.count
        members.append([index])
      }
    }
    return members.filter { $0.count > 1 }
  }

  /// A warning that names the first repeated rows.
  var duplicateWarnings: [FitWarning] {
    let found = duplicates
    guard !found.isEmpty else { return [] }
    let pairs = found.prefix(5).map {
      "line \(runs[$0.index].line) repeats line \(runs[$0.original].line)"
    }
    let rest = found.count > 5 ? " and \(found.count - 5) more" : ""
    return [
      FitWarning(
        .duplicateRows,
        "\(found.count) row\(found.count == 1 ? " is" : "s are") in the table before with the same"
          + " N, D and loss (\(pairs.joined(separator: ", "))\(rest)): each counts again in a fit"
      )
    ]
  }
}

// MARK: - Groups

extension RunTable {
  /// The group of each run by a column: 0 for the first value met, 1 for the next.
  ///
  /// Runs of one group are resampled together in a bootstrap. Parameters, tokens, compute and losses
  /// group by number, `1e9` with `1000000000`; other columns by text.
  ///
  /// - Parameter column: A heading, or a spelling of a quantity such as `N`.
  /// - Returns: A number for each run.
  /// - Throws: ``RunTableError`` for a column that does not exist, and a run without a value in it.
  public func groupIndices(by column: String) throws(RunTableError) -> [Int] {
    if let quantity = quantity(column) { return Self.numbered(runs.map(quantity)) }
    let headings = header.isEmpty ? Set(runs.flatMap(\.columns.keys)).sorted() : header
    let position = try located(name) { () throws(RunTableError.Reason) in
      try RunTableLayout.position(of: column, in: headings)
    }
    let heading = headings[position]
    let isName = columns[.name] == heading
    var keys: [String] = []
    keys.reserveCapacity(runs.count)
    for run in runs {
      let key = trimmed((isName ? run.name : run.columns[heading] ?? "")?[...] ?? "")
      guard !key.isEmpty else {
        throw RunTableError(name, line: run.line, .missingGroup(column: heading))
      }
      keys.append(key)
    }
    return Self.numbered(keys)
  }

  /// The group of each run by its number of parameters.
  public var groupIndicesByModelSize: [Int] { Self.numbered(runs.map(\.parameters)) }

  private func quantity(_ column: String) -> ((Run) -> Double)? {
    let named = columns.first { $0.value == column }?.key
    let isHeading = header.contains(column)
    switch named ?? (isHeading ? nil : RunColumn(spelled: column)) {
    case .parameters: return { $0.parameters }
    case .tokens: return { $0.tokens }
    case .compute: return { $0.compute }
    case .loss: return { $0.loss }
    default: return nil
    }
  }

  private static func numbered<Key: Hashable>(_ keys: [Key]) -> [Int] {
    var numbers: [Key: Int] = [:]
    return keys.map { key in
      if let number = numbers[key] { return number }
      numbers[key] = numbers.count
      return numbers.count - 1
    }
  }
}

// MARK: - Epochs

extension RunTable {
  /// How many runs read their data more than once.
  public var repeatedRunCount: Int { runs.count(where: \.isRepeated) }

  /// The first run that read its data more than once, which a plain law does not describe.
  public func firstRepeated() -> Run? { runs.first(where: \.isRepeated) }

  /// Refuses runs that read their data more than once, for laws that know N and D alone.
  ///
  /// - Throws: ``RunTableError`` at the first such run, with what to do instead.
  public func requireUnrepeated() throws(RunTableError) {
    guard let run = firstRepeated() else { return }
    throw RunTableError(
      name,
      line: run.line > 0 ? run.line : nil,
      .repeatedTokens(
        epochs: run.epochs,
        count: repeatedRunCount,
        of: runs.count,
        column: columns[.epochs]
      )
    )
  }
}

extension Run {
  /// Whether the run read its data more than once, roundings of a quotient aside.
  fileprivate var isRepeated: Bool { epochs > 1 + 1e-9 }
}
