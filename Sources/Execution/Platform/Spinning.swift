#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Waits without sleeping while a condition holds.
///
/// Each round looks at the clock, which takes some 25 ns and hardly any of the core: no need for a
/// processor's own instruction to pause, which Swift cannot name everywhere.
///
/// - Parameters:
///   - nanoseconds: How long at most.
///   - isQuiet: What to wait for the end of.
/// - Returns: Whether the condition ended in time.
func spin(for nanoseconds: Int, while isQuiet: () -> Bool) -> Bool {
  guard isQuiet() else { return true }
  guard nanoseconds > 0 else { return false }
  let end = monotonicNanoseconds() + nanoseconds
  while monotonicNanoseconds() < end {
    guard isQuiet() else { return true }
  }
  return !isQuiet()
}

/// How long a thread spins before it sleeps.
///
/// Not at all where threads are more than cores, since that would take a core from someone who works.
func nanosecondsOfSpinning(threadCount: Int, coreCount: Int) -> Int {
  threadCount <= coreCount ? 100_000 : 0
}

/// Nanoseconds since some fixed moment.
private func monotonicNanoseconds() -> Int {
  var time = timespec()
  _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
}
