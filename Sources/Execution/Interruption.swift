/// The error that ends a command after a signal asked it to stop.
public struct Interruption: Error, Hashable, CustomStringConvertible {
  /// The number of the signal.
  public var signal: Int32

  /// Creates the error for a signal.
  public init(signal: Int32) {
    self.signal = signal
  }

  /// The exit code a shell expects: 128 plus the signal, so 130 for SIGINT and 143 for SIGTERM.
  public var exitCode: Int32 { 128 + signal }

  /// The error in words: `interrupted` for SIGINT, `terminated` for SIGTERM.
  public var description: String {
    switch signal {
    case SignalNumber.interrupt: "interrupted"
    case SignalNumber.terminate: "terminated"
    default: "stopped by signal \(signal)"
    }
  }
}
