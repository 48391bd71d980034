/// A condition on one column of a run table, such as `dataset=c4` or `epochs<=1`.
public struct RunSelection: Sendable, Hashable {
  /// How a field is compared with the value.
  public enum Comparison: String, Sendable, Hashable, CaseIterable {
    /// Equal as numbers if both are numbers, else as text.
    case equal = "="

    /// Not equal.
    case notEqual = "!="

    /// Smaller, as numbers.
    case less = "<"

    /// Smaller or equal, as numbers.
    case lessOrEqual = "<="

    /// Greater, as numbers.
    case greater = ">"

    /// Greater or equal, as numbers.
    case greaterOrEqual = ">="
  }

  /// The column's heading.
  public var column: String

  /// How its fields are compared.
  public var comparison: Comparison

  /// What they are compared with.
  public var value: String

  /// Creates a condition.
  public init(column: String, _ comparison: Comparison, value: String) {
    self.column = column
    self.comparison = comparison
    self.value = value
  }

  /// Reads a condition as users write it: a heading, a comparison, a value.
  ///
  /// The first comparison sign counts; spaces around heading and value are dropped. `==` is `=`.
  ///
  /// - Throws: ``RunTableError/Reason/malformedSelection(_:)``, and
  ///   ``RunTableError/Reason/reversedSign(_:found:meant:)`` for `=<` and `=>`.
  public init(parsing text: String) throws(RunTableError.Reason) {
    guard let sign = text.firstIndex(where: { "=!<>".contains($0) }) else {
      throw .malformedSelection(text)
    }
    // The longer signs first, or `<=1` would compare with `=1`.
    let signs = Comparison.allCases.sorted { $0.rawValue.count > $1.rawValue.count }
    let rest = text[sign...]
    for (reversed, meant) in [("=<", "<="), ("=>", ">=")] where rest.hasPrefix(reversed) {
      throw .reversedSign(text, found: reversed, meant: meant)
    }
    guard let comparison = signs.first(where: { rest.hasPrefix($0.rawValue) }) else {
      throw .malformedSelection(text)
    }
    column = trimmed(text[..<sign])
    self.comparison = comparison
    let length = rest.hasPrefix("==") ? 2 : comparison.rawValue.count
    value = trimmed(rest.dropFirst(length))
    let isOrder = comparison != .equal && comparison != .notEqual
    guard !column.isEmpty, !isOrder || Self.number(value) != nil else {
      throw .malformedSelection(text)
    }
  }
}

extension RunSelection: CustomStringConvertible {
  /// The condition as users write it.
  public var description: String { column + comparison.rawValue + value }
}

extension RunSelection {
  /// Whether a field meets the condition.
  ///
  /// A missing value (an empty field, `nan`, `inf`, `n/a` and the like) meets no comparison by order:
  /// `loss>0` leaves runs out that diverged. Fields are compared as the table writes them, before any
  /// conversion of units.
  ///
  /// - Parameter field: A field of the column.
  /// - Returns: Whether its row is selected.
  /// - Throws: ``RunTableError/Reason/notNumber(column:selection:found:)``.
  func accepts(_ field: String) throws(RunTableError.Reason) -> Bool {
    let number = Self.number(field)
    if comparison == .equal || comparison == .notEqual {
      let isEqual: Bool
      if let number, let other = Self.number(value) {
        isEqual = number == other
      } else {
        isEqual = trimmed(field[...]) == value
      }
      return isEqual == (comparison == .equal)
    }
    if isMissingValue(field) { return false }
    guard let number, let other = Self.number(value) else {
      throw .notNumber(column: column, selection: description, found: trimmed(field[...]))
    }
    return switch comparison {
    case .less: number < other
    case .lessOrEqual: number <= other
    case .greater: number > other
    default: number >= other
    }
  }

  /// A number as cells hold it: `70M` equals 70000000.
  private static func number(_ text: String) -> Double? {
    RunNumber(reading: text, isCount: true).value
  }
}

/// Whether a field holds nothing, or one of the marks that tables put where a number is missing.
func isMissingValue(_ field: String) -> Bool {
  let word = trimmed(field[...]).lowercased()
  let bare = word.hasPrefix("-") || word.hasPrefix("+") ? String(word.dropFirst()) : word
  return ["", "nan", "inf", "infinity", "na", "n/a", "#n/a", "null", "none"].contains(bare)
}

/// A text without the spaces and tabs around it.
func trimmed(_ text: Substring) -> String {
  let isBlank = { (character: Character) in character == " " || character == "\t" }
  var rest = text.drop(while: isBlank)
  while let last = rest.last, isBlank(last) { rest.removeLast() }
  return String(rest)
}
