import Synchronization

/// A count of events, for which threads wait.
///
/// It only grows, so that who waits for a number cannot miss it. Whatever a thread wrote before it advanced
/// the count can be read by who has waited for that. Source: D. P. Reed and R. K. Kanodia,
/// Synchronization with eventcounts and sequencers, Communications of the ACM 22 (1979).
package final class EventCount: Sendable {
  private let events = Atomic<Int>(0)
  private let doorbell = Doorbell()

  /// How long a thread spins before it sleeps.
  private let spinNanoseconds: Int

  /// Starts at 0.
  ///
  /// - Parameter threadCount: The threads that are at work while one of them waits.
  package init(threadCount: Int) {
    spinNanoseconds = nanosecondsOfSpinning(
      threadCount: threadCount,
      coreCount: WorkerPool.coreCount
    )
  }

  /// The events so far.
  package var value: Int { events.load(ordering: .acquiring) }

  /// Counts one more event.
  package func advance() {
    events.add(1, ordering: .sequentiallyConsistent)
    doorbell.ring(waking: .max)
  }

  /// Waits until there were so many events.
  package func wait(for count: Int) {
    let isReached = spin(for: spinNanoseconds) { events.load(ordering: .acquiring) < count }
    guard !isReached else { return }
    doorbell.wait { events.load(ordering: .sequentiallyConsistent) < count }
  }
}
