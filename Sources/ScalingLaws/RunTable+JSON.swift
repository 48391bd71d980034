public import FileFormats

extension RunTable {
  /// What a report says of the table its runs came from, in order.
  ///
  /// `lossUnit` is that of every loss and coefficient of the report, `tableLossUnit` what the table's
  /// user declared, and `lines` are first and last of each stretch of rows used.
  public var jsonMembers: [(String, JSONValue)] {
    [
      ("lossUnit", .string(lossUnit.rawValue)),
      ("tableLossUnit", .string(declaredLossUnit?.rawValue ?? "undeclared")),
      ("parameterConvention", .string(parameterConvention.rawValue)),
      ("parameterColumn", JSONValue(columns[.parameters])),
      ("weightColumn", JSONValue(columns[.weight])),
      ("skippedRowCount", .integer(skippedLines.count)),
      ("duplicateRowCount", .integer(duplicates.count)),
      ("repeatedRunCount", .integer(repeatedRunCount)),
      ("lines", .array(lineRanges.map { [.integer($0.lowerBound), .integer($0.upperBound)] })),
    ]
  }
}
