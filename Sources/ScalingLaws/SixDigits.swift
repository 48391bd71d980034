import FileFormats

/// A number as reports for people show it: at most six significant digits.
package func sixDigits(_ value: Double) -> String { PrintedNumber.significant(value, digits: 6) }
