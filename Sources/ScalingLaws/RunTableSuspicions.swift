import FileFormats

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What in a table looks like another unit or another column than its reader believes.
///
/// Every bound lies between what eight published tables and their subsets hold and what the mistake
/// makes of them, so none of them is suspected. A suspicion is a warning, never a change of values.
struct RunTableSuspicions {
  private let table: RunTable
  private let vocabularySize: Double?

  /// The largest vocabulary in common use.
  private static let largestVocabulary = 256_000.0

  init(_ table: RunTable, vocabularySize: Double?) {
    self.table = table
    self.vocabularySize = vocabularySize
  }

  /// The suspicions, in the order of the columns.
  var warnings: [FitWarning] {
    let scaled = scaledWarnings
    // Mixed scales make any ratio of D to N.
    return scaled + (scaled.isEmpty ? swappedWarnings : []) + lossWarnings
  }

  private func heading(_ column: RunColumn) -> String {
    excerpt(table.columns[column] ?? column.rawValue)
  }
}

// MARK: - Parameters and tokens

extension RunTableSuspicions {
  /// No model of ten thousand parameters is worth a law, nor training on a million tokens.
  private var scaledWarnings: [FitWarning] {
    let bounds: [(RunColumn, (Run) -> Double, least: Double, unit: String)] = [
      (.parameters, { $0.parameters }, 1e4, "millions or billions"),
      (.tokens, { $0.tokens }, 1e6, "millions or billions"),
    ]
    return bounds.compactMap { column, value, least, unit in
      guard table.columns[column] != nil, let largest = table.runs.map(value).max(),
        largest < least
      else { return nil }
      return FitWarning(
        .numbersLookScaled,
        "no value of \(heading(column)) is above \(sixDigits(largest)): they look like \(unit) of"
          + " \(column.rawValue), and C = k N D and every plan would be off by that"
      )
    }
  }

  /// Half of the runs with fewer than a token for four parameters.
  ///
  /// Published tables have a median of 4 to 40 tokens per parameter, so exchanged ones have at most a
  /// quarter. The runs of one size or of one amount of data, and a handful of odd ones, may have any.
  private var swappedWarnings: [FitWarning] {
    guard table.runs.count >= 8, let parameters = table.columns[.parameters],
      let tokens = table.columns[.tokens],
      hasThreeValues(\.parameters), hasThreeValues(\.tokens),
      let ratio = median(table.runs.map(\.tokensPerParameter)), ratio < 0.25
    else { return [] }
    return [
      FitWarning(
        .columnsLookSwapped,
        "half of the runs have fewer than \(sixDigits(ratio)) tokens per parameter: \(heading(.parameters))"
          + " and \(heading(.tokens)) look exchanged; --column 'parameters=\(tokens)'"
          + " --column 'tokens=\(parameters)' would read them so"
      )
    ]
  }

  private func hasThreeValues(_ quantity: (Run) -> Double) -> Bool {
    var values: Set<Double> = []
    for run in table.runs {
      values.insert(quantity(run))
      if values.count == 3 { return true }
    }
    return false
  }
}

// MARK: - Losses

extension RunTableSuspicions {
  /// The first of these that holds, since each would explain the next.
  private var lossWarnings: [FitWarning] {
    let warning = uniformWarning ?? accuracyWarning ?? mixedWarning
    return warning.map { [$0] } ?? []
  }

  private var uniformWarning: FitWarning? {
    let vocabulary = vocabularySize ?? Self.largestVocabulary
    let bound = table.lossUnit.uniformLoss(vocabularySize: vocabulary)
    // Rounding may put a loss of an untrained model a little above.
    let above = table.runs.filter { $0.loss > bound * (1 + 1e-3) }
    guard let highest = above.map(\.loss).max() else { return nil }
    let limit =
      "\(sixDigits(bound)) \(table.lossUnit.displayName), a guess among"
      + (table.lossUnit == .bitsPerByte
        ? " 256 bytes" : " \(sixDigits(vocabulary)) tokens")
    if 2 * above.count > table.runs.count {
      return FitWarning(
        .lossLooksLikePerplexity,
        "more than half of the losses are above \(limit): \(heading(.loss)) looks like a perplexity,"
          + " whose logarithm is the loss"
      )
    }
    return FitWarning(
      .lossAboveUniform,
      "\(above.count) loss\(above.count == 1 ? " is" : "es are") above \(limit), the highest"
        + " \(sixDigits(highest)): \(lineList(above.map(\.line)))"
    )
  }

  /// Losses fall with compute; what lies between 0 and 1 and rises is an accuracy.
  private var accuracyWarning: FitWarning? {
    guard table.runs.count >= 4, table.runs.allSatisfy({ $0.loss <= 1 }) else { return nil }
    let correlation = rankCorrelation(table.runs.map(\.compute), table.runs.map(\.loss))
    guard correlation > 0.5 else { return nil }
    return FitWarning(
      .lossLooksLikeAccuracy,
      "\(heading(.loss)) lies between 0 and 1 and rises with compute (rank correlation"
        + " \(sixDigits((1000 * correlation).rounded() / 1000))): it looks like an accuracy"
    )
  }

  private var mixedWarning: FitWarning? {
    guard table.lossUnit == .natsPerToken, let lines = MixedUnits(table.runs)?.linesInBits else {
      return nil
    }
    return FitWarning(
      .lossUnitsLookMixed,
      "\(lines.count) losses are 1.44 times what the others suggest, as bits among nats would be:"
        + " \(lineList(lines))"
    )
  }
}

/// Spearman's correlation of two lists, with mean ranks for ties; 0 where one does not vary.
func rankCorrelation(_ first: [Double], _ second: [Double]) -> Double {
  let (a, b) = (centeredRanks(first), centeredRanks(second))
  var (product, squaresA, squaresB) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    product += x * y
    squaresA += x * x
    squaresB += y * y
  }
  return squaresA > 0 && squaresB > 0 ? product / (squaresA * squaresB).squareRoot() : 0
}

private func centeredRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = values.map { _ in 0.0 }
  var start = 0
  while start < order.count {
    var end = start
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    let rank = Double(start + end - values.count) / 2
    for place in start..<end { ranks[order[place]] = rank }
    start = end
  }
  return ranks
}
