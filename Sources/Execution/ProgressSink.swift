/// Where long work reports how far it has come.
///
/// Work reports as often as it likes; whoever shows the progress decides how often to draw it.
///
///     progress.report(completed: done, total: source.byteCountIfKnown, unit: "bytes")
public struct ProgressSink: Sendable {
  /// One report of progress.
  public struct Report: Sendable, Hashable {
    /// How much is done, in units.
    public var completed: Int

    /// How much there is to do, in units; `nil` while unknown, as for a pipe.
    public var total: Int?

    /// What is counted, a plural noun such as `bytes`.
    public var unit: String

    /// Creates a report.
    public init(completed: Int, total: Int?, unit: String) {
      self.completed = completed
      self.total = total
      self.unit = unit
    }
  }

  private let receive: @Sendable (Report) -> Void

  /// Creates a sink that hands every report to a closure, on the thread that reports.
  public init(_ receive: @escaping @Sendable (Report) -> Void) {
    self.receive = receive
  }

  /// A sink that drops every report.
  public static let silent = Self { _ in }

  /// Reports that `completed` of `total` units are done.
  public func report(completed: Int, total: Int?, unit: String) {
    receive(Report(completed: completed, total: total, unit: unit))
  }
}
