import Foundation

/// A table of runs of our own making that every approach has an answer to.
///
/// Sizes and tokens are powers of two apart, so that many runs share each compute; the runs of one size are
/// points of its training curve. The loss is 1.75 + 420/N^0.345 + 1600/D^0.36, the law of
/// `corpora/make_runs.py`, times 1 + `noise` · sin(7 · row), rows counted from 1.
enum DoublingTable {
  /// a = β/(α + β) of the law.
  static let exponent = 0.36 / (0.345 + 0.36)

  /// The table as CSV.
  ///
  /// - Parameters:
  ///   - noise: The largest relative deviation from the law.
  ///   - tokensPerStep: What one unit of the tokens column is.
  /// - Returns: 108 rows below a header.
  static func csv(noise: Double = 0, tokensPerStep: Double = 1) -> String {
    var lines = ["run,N,D,loss"]
    for size in 0..<9 {
      for step in 0..<12 {
        let n = 8e6 * pow(2, Double(size))
        let d = 125e6 * pow(2, Double(step))
        let law = 1.75 + 420 / pow(n, 0.345) + 1600 / pow(d, 0.36)
        let loss = law * (1 + noise * sin(7 * Double(lines.count)))
        lines.append("s\(size),\(n),\(d / tokensPerStep),\(loss)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
