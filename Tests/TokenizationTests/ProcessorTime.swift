import Foundation

/// The least time that this thread's processor spends on `work` in three runs, in seconds.
///
/// What other tests and programs do at the same time does not count, as it would on a clock.
func processorTime(of work: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    // SAFETY: the system writes the one value it is given.
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
  return (0..<3).map { _ in
    let start = now()
    work()
    return now() - start
  }.min() ?? 0
}
