public import CurveFitting
public import FileFormats
import LossNumerics

/// A search of a law's two exponents for basins that starts may have missed.
///
/// On a grid of exponents all other coefficients are fitted, which is easy: with its exponents held
/// a sum of powers has one minimum in practice, and each grid point starts from its neighbor's. The
/// grid is worked outward from the lowest minimum that starts have found.
/// Every point of the grid that is no higher than its eight neighbors is then minimized in full.
/// What a second minimum would have to be to stay hidden: narrower than a cell in both exponents,
/// or outside of the grid.
public struct BasinScan: Sendable, Hashable {
  /// The names of the two exponents.
  public var names: [String]

  /// The grid's values of each exponent, ascending, evenly spaced in their logarithm.
  public var exponents: [Double]

  /// The best objective at each pair of exponents, those of the first exponent row by row.
  ///
  /// Where that cannot come below a neighbor it is only an upper bound of the best.
  public var objectives: [Double]

  /// The grid points no higher than all their neighbors, by place in ``objectives``.
  public var localMinima: [Int]

  /// Where each of ``localMinima`` leads, in their order.
  public var minima: [LocalMinimum]

  /// The distinct minima among ``minima``, the lowest first.
  public var basins: [Minimum]

  /// How often the objective was computed: on the grid, and from its local minima.
  public var evaluations: Evaluations

  /// Counts of evaluations.
  public struct Evaluations: Sendable, Hashable {
    /// On the grid.
    public var grid: Int

    /// From the grid's local minima to the law's.
    public var descents: Int
  }
}

extension BasinScan {
  /// The number of values of each exponent.
  public var gridSize: Int { exponents.count }

  /// The number of distinct minima that the grid leads to.
  public var basinCount: Int { basins.count }

  /// The factor between neighboring exponents: a basin narrower than it may be missed.
  public var resolution: Double {
    exponents.count > 1 ? exponents[1] / exponents[0] : .infinity
  }

  /// The scan in words, with what it cannot exclude.
  public var sentence: String {
    let low = sixDigits(exponents.first ?? .nan)
    let high = sixDigits(exponents.last ?? .nan)
    let rounded = (1000 * resolution).rounded() / 1000
    return
      "\(names.joined(separator: ", ")) scanned from \(low) to \(high) in \(gridSize) steps each:"
      + " \(basinCount) \(basinCount == 1 ? "basin" : "basins")"
      + ", none other wider than a factor of \(sixDigits(rounded))"
  }

  /// The scan as `{gridSize, range, resolution, localMinima, basins, evaluations}`.
  public var json: JSONValue {
    let found = basins.map { basin in
      JSONValue.object([
        "objectiveValue": .number(basin.point.objective),
        "localMinima": .integer(basin.startCount),
      ])
    }
    return [
      "exponents": .array(names.map(JSONValue.string)),
      "gridSize": .integer(gridSize),
      "range": [.number(exponents.first ?? .nan), .number(exponents.last ?? .nan)],
      "resolution": .number(resolution),
      "localMinima": .integer(localMinima.count),
      "basins": .array(found),
      "evaluations": .integer(evaluations.grid + evaluations.descents),
    ]
  }

  /// Why a fit cannot be scanned, or `nil`.
  static func reasonAgainst(_ fit: LawFit) -> String? {
    guard let powers = fit.form as? any PowerSumForm, powers.isSeparable,
      powers.exponentPlaces.count == 2,
      powers.powerTerms.count <= PowerSumRows.mostTerms
    else { return "the law \(fit.form.name) is no sum of powers with two exponents" }
    guard fit.objective.penalty != nil else {
      return "\(fit.objective.name) is not smooth enough"
    }
    for place in powers.exponentPlaces {
      let name = fit.form.coefficients[place].name
      if fit.constraints[name] != nil { return "the exponent \(name) is constrained" }
    }
    return nil
  }
}

extension MultistartResult {
  /// Adds minima found otherwise than from starts, which are not counted.
  mutating func include(_ points: [LocalMinimum], by search: Multistart) {
    for point in points where point.isConverged {
      guard !minima.contains(where: { search.isSame($0.point, point) }) else { continue }
      minima.append(Minimum(point: point, startCount: 0))
    }
    minima.sort { $0.point.objective < $1.point.objective }
  }
}
