import Synchronization

/// Says whether the running command was asked to stop, and by which signal.
///
/// A signal handler raises the flag; long loops call ``check()`` at least every 50 ms of work and
/// let the thrown ``Interruption`` unwind them, so that temporary files are removed and state that
/// can be resumed is written.
///
///     for block in blocks {
///       try interruption.check()
///       process(block)
///     }
///
/// It is a class because handler, command and worker threads all watch the same one.
public final class InterruptionFlag: Sendable {
  /// The number of the signal that arrived first, 0 while there was none.
  private let number = Atomic<Int>(0)

  /// Creates a flag that is not raised.
  public init() {}

  /// Raises the flag; the signal that comes first is the one remembered.
  ///
  /// Safe to call from a signal handler and from any thread.
  ///
  /// - Parameter signal: The signal's number.
  /// - Precondition: `signal` is positive.
  public func raise(signal: Int32) {
    precondition(signal > 0, "signal numbers start at 1")
    _ = number.compareExchange(
      expected: 0,
      desired: Int(signal),
      ordering: .relaxed
    )
  }

  /// Whether a signal has arrived.
  public var isRaised: Bool { number.load(ordering: .relaxed) != 0 }

  /// The signal that arrived first, `nil` while there was none.
  public var signal: Int32? {
    let raised = number.load(ordering: .relaxed)
    return raised == 0 ? nil : Int32(truncatingIfNeeded: raised)
  }

  /// Throws if the flag is raised; otherwise does nothing, at the cost of one load.
  public func check() throws(Interruption) {
    if let signal { throw Interruption(signal: signal) }
  }
}
