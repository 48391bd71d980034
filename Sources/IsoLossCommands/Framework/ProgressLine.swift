import IsoLoss

/// One line on standard error that says how far the work is: done, rate, time left.
///
/// Only a terminal sees it, and only work that takes more than a second; it wipes itself away.
final class ProgressLine {
  private let context: CommandContext
  private let label: String
  private let total: Int?
  private let start: Double
  private var lastShown: Double
  private var isShown = false

  /// Begins to watch work of `total` bytes, where that is known.
  init(_ label: String, totalByteCount total: Int?, in context: CommandContext) {
    self.context = context
    self.label = label
    self.total = total
    start = context.secondsNow()
    // Nothing is said in the first second.
    lastShown = start + 0.9
  }

  /// Says how many bytes are done, at most ten times a second.
  func update(byteCount: Int) {
    guard context.terminal.isDiagnostics, !context.isQuiet else { return }
    let now = context.secondsNow()
    guard now - lastShown >= 0.1 else { return }
    lastShown = now
    isShown = true
    show(text(byteCount: byteCount, elapsed: now - start))
  }

  /// Wipes the line away.
  func finish() {
    guard isShown else { return }
    isShown = false
    show("")
  }

  private func show(_ text: String) {
    let fitted = text.prefix(max(0, context.terminal.width - 1))
    try? context.diagnostics.write("\r\(fitted)\u{1B}[K")
    try? context.diagnostics.flush()
  }

  private func text(byteCount: Int, elapsed: Double) -> String {
    let rate = Double(byteCount) / elapsed
    var parts = [label, NumberText.bytes(byteCount), "\(NumberText.bytes(Int(rate)))/s"]
    if let total, total > 0, byteCount > 0 {
      let share = min(1, Double(byteCount) / Double(total))
      parts.insert("\(Int(100 * share)) %", at: 1)
      parts.append("\(NumberText.duration(Double(max(0, total - byteCount)) / rate)) left")
    }
    return parts.joined(separator: "  ")
  }
}
