import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where threads sleep until another tells them to look again.
///
/// A thread waits while a condition on some atomic holds; who changes that atomic then rings. No ring
/// is lost as long as both write and read the atomic with sequential consistency: either the sleeper
/// sees the change or the ringer sees the sleeper.
@safe
final class Doorbell: @unchecked Sendable {
  // SAFETY: both pointers are set once and freed when no one can reach the object any more; the
  // system's mutex and condition are made to be shared.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  /// How many threads sleep or are about to.
  private let sleepers = Atomic<Int>(0)

  init() {
    // The system wants both to stay where they are; a Swift property need not.
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition = .allocate(capacity: 1)
    unsafe condition.initialize(to: pthread_cond_t())
    let failures = unsafe pthread_mutex_init(mutex, nil) | pthread_cond_init(condition, nil)
    precondition(failures == 0, "the system has no memory for a lock")
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// How many threads sleep or are about to.
  var sleeperCount: Int { sleepers.load(ordering: .sequentiallyConsistent) }

  /// Sleeps while the condition holds.
  ///
  /// - Parameter isQuiet: Reads an atomic with sequential consistency.
  func wait(while isQuiet: () -> Bool) {
    sleepers.add(1, ordering: .sequentiallyConsistent)
    unsafe pthread_mutex_lock(mutex)
    while isQuiet() { unsafe pthread_cond_wait(condition, mutex) }
    unsafe pthread_mutex_unlock(mutex)
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
  }

  /// Wakes sleepers, after a change to what their condition reads.
  ///
  /// Costs one load where no one sleeps, a call into the system (some microseconds) where someone does.
  ///
  /// - Parameter count: How many are needed; the others may sleep on.
  func ring(waking count: Int = 1) {
    let sleeperCount = sleeperCount
    guard sleeperCount > 0, count > 0 else { return }
    // Whoever found the condition to hold before this lock is asleep after it.
    unsafe pthread_mutex_lock(mutex)
    unsafe pthread_mutex_unlock(mutex)
    if count >= sleeperCount {
      unsafe pthread_cond_broadcast(condition)
    } else {
      for _ in 0..<count { unsafe pthread_cond_signal(condition) }
    }
  }
}
