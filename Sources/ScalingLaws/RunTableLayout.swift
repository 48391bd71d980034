import FileFormats

/// Where each quantity of a run stands in the rows of a table.
struct RunTableLayout {
  /// The headings.
  var header: [String]

  /// The position of each column found.
  var positions: [RunColumn: Int] = [:]

  /// The positions of the columns that are kept as they are written.
  private(set) var extraPositions: [Int] = []

  /// What the parameters count.
  private(set) var convention: ParameterConvention

  /// The heading for each convention, where the table has both.
  private(set) var conventionHeadings: [ParameterConvention: String] = [:]

  /// Finds the columns: those the user named, then the known spellings.
  init(header: [String], options: RunTableOptions) throws(RunTableError.Reason) {
    self.header = header
    convention = options.parameterConvention
    guard !header.allSatisfy({ CSVNumber.parse($0) != nil }) else { throw .noHeader(header) }
    let named = try Self.named(options.columns, in: header)
    for column in RunColumn.allCases {
      if let position = named[column] {
        positions[column] = position
      } else if column == .compute, positions[.parameters] != nil, positions[.tokens] != nil {
        // A label at most, so a choice of labels is no reason to refuse the table.
        positions[column] = try? column.position(in: header)
      } else {
        positions[column] = try column.position(in: header)
      }
    }
    // A heading that the user gave another meaning has not its own as well.
    for (column, position) in positions where named[column] == nil {
      if named.values.contains(position) { positions[column] = nil }
    }
    try chooseParameters(isNamed: named[.parameters] != nil, taken: Set(named.values))
    try check()
    let read = Set(
      [.parameters, .tokens, .compute, .loss, .name].compactMap { positions[$0 as RunColumn] }
    )
    extraPositions = header.indices.filter { !read.contains($0) }
  }

  /// Settles which parameters are meant where the table counts them in two ways.
  private mutating func chooseParameters(
    isNamed: Bool,
    taken: Set<Int>
  ) throws(RunTableError.Reason) {
    let others = header.indices.filter {
      ParameterConvention.isNonEmbedding(header[$0]) && !taken.contains($0)
    }
    if let total = positions[.parameters], let other = others.first, others.count == 1 {
      conventionHeadings = [.total: header[total], .nonEmbedding: header[other]]
    }
    if convention == .nonEmbedding, !isNamed, let other = others.first {
      guard others.count == 1 else {
        throw .ambiguousColumn(.parameters, candidates: others.map { header[$0] })
      }
      positions[.parameters] = other
    }
    // A column the user chose by such a heading has declared itself.
    if convention == .undeclared, let chosen = positions[.parameters],
      ParameterConvention.isNonEmbedding(header[chosen])
    {
      convention = .nonEmbedding
    }
  }

  private func check() throws(RunTableError.Reason) {
    let sizes: [RunColumn] = [.parameters, .tokens, .compute]
    let missing = sizes.filter { positions[$0] == nil }
    let guesses = missing.count < 2 ? [] : missing.compactMap { $0.guess(in: header) }
    guard positions[.loss] != nil else {
      let candidate = RunColumn.loss.guess(in: header)?.heading
      throw .noLoss(found: header, candidate: candidate, guesses: guesses)
    }
    guard missing.count > 1 else { return }
    if positions[.parameters] == nil,
      let heading = header.first(where: ParameterConvention.isNonEmbedding)
    {
      throw .onlyNonEmbedding(heading)
    }
    throw .tooFewColumns(found: header, guesses: guesses)
  }

  /// The positions of the columns the user named, no two alike.
  private static func named(
    _ columns: [RunColumn: String],
    in header: [String]
  ) throws(RunTableError.Reason) -> [RunColumn: Int] {
    var positions: [RunColumn: Int] = [:]
    for column in RunColumn.allCases {
      guard let heading = columns[column] else { continue }
      let position = try position(of: heading, in: header)
      if let other = RunColumn.allCases.first(where: { positions[$0] == position }) {
        throw .sharedColumn(header[position], other, column)
      }
      positions[column] = position
    }
    return positions
  }

  /// The position of a heading: exactly, or the only one that is it but for case.
  static func position(
    of heading: String,
    in header: [String]
  ) throws(RunTableError.Reason) -> Int {
    if let exact = header.firstIndex(of: heading) { return exact }
    let others = header.indices.filter { header[$0].lowercased() == heading.lowercased() }
    guard others.count == 1 else { throw .unknownColumn(heading, found: header) }
    return others[0]
  }
}

/// The middle value, or `nil` of none.
func median(_ values: [Double]) -> Double? {
  quantile(values.sorted(), 0.5)
}

/// The value below which lies a share of sorted ones, interpolated between neighbors; `nil` of none.
func quantile(_ sorted: [Double], _ share: Double) -> Double? {
  guard let last = sorted.last else { return nil }
  let place = share * Double(sorted.count - 1)
  let below = Int(place)
  guard below + 1 < sorted.count else { return last }
  return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
}
