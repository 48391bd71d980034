import IsoLoss

/// One line on standard error that says how far the work is: done, rate, time left.
///
/// Only a terminal sees it, and only work that takes more than a second; it wipes itself away.
final class ProgressLine {
  /// What is counted.
  enum Unit {
    case bytes

    /// Things of a name in the singular.
    case count(String)

    fileprivate func text(_ count: Int) -> String {
      switch self {
      case .bytes: NumberText.bytes(count)
      case .count(let noun): NumberText.counted(count, noun)
      }
    }
  }

  private let context: CommandContext
  private let label: String
  private let total: Int?
  private let unit: Unit
  private let start: Double
  private var lastShown: Double
  private var isShown = false

  /// Begins to watch work of `total` bytes, where that is known.
  convenience init(_ label: String, totalByteCount total: Int?, in context: CommandContext) {
    self.init(label, total: total, unit: .bytes, in: context)
  }

  /// Begins to watch work of `total` units, where that is known.
  init(_ label: String, total: Int?, unit: Unit, in context: CommandContext) {
    self.context = context
    self.label = label
    self.total = total
    self.unit = unit
    start = context.secondsNow()
    // Nothing is said in the first second.
    lastShown = start + 0.9
  }

  /// Says how many bytes are done, at most ten times a second.
  func update(byteCount: Int) { update(count: byteCount) }

  /// Says how many units are done, at most ten times a second, and what else there is to see.
  func update(count: Int, remark: @autoclosure () -> String = "") {
    guard context.terminal.isDiagnostics, !context.isQuiet else { return }
    let now = context.secondsNow()
    guard now - lastShown >= 0.1 else { return }
    lastShown = now
    isShown = true
    let remark = remark()
    let text = text(count: count, elapsed: now - start)
    show(remark.isEmpty ? text : "\(text)  \(remark)")
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

  private func text(count: Int, elapsed: Double) -> String {
    let rate = Double(count) / elapsed
    var parts = [label, unit.text(count), "\(unit.text(Int(rate)))/s"]
    if let total, total > 0, count > 0 {
      let share = min(1, Double(count) / Double(total))
      parts.insert("\(Int(100 * share)) %", at: 1)
      parts.append("\(NumberText.duration(Double(max(0, total - count)) / rate)) left")
    }
    return parts.joined(separator: "  ")
  }
}
