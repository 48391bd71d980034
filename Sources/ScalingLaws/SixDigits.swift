import Foundation

/// A number as reports for people show it: at most six significant digits.
package func sixDigits(_ value: Double) -> String { String(format: "%.6g", value) }
