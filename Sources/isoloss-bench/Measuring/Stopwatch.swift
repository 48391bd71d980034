/// Wall-clock time of work, in seconds.
enum Stopwatch {
  /// How long one run takes.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// How many repetitions last at least `duration`, from trial runs that are shorter.
  ///
  /// The body gets the number of repetitions to do.
  static func repetitions(lasting duration: Double, _ body: (Int) throws -> Void) rethrows -> Int {
    var count = 1
    while true {
      let elapsed = try seconds { try body(count) }
      // A trial a tenth as long is exact enough to extrapolate from.
      if elapsed >= duration / 10 {
        return max(1, Int((Double(count) * duration / elapsed).rounded(.up)))
      }
      count *= 10
    }
  }
}
