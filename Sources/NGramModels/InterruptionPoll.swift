import Execution

/// Lets long loops end when the command was asked to stop.
struct InterruptionPoll {
  /// What a signal raises; without it nothing ends a loop.
  var flag: InterruptionFlag?

  /// Looks at the flag every 65,536th step: at least every few milliseconds.
  ///
  /// - Parameter step: The loop's index.
  /// - Throws: `Interruption` once the flag is raised.
  @inline(__always)
  func check(_ step: Int) throws {
    if step & 0xFFFF == 0, let flag { try flag.check() }
  }
}
