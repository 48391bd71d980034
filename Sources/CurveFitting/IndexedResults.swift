import Synchronization

/// The results of work that threads share, each in its place whoever made it.
package final class IndexedResults<Value: Sendable, Failure: Error>: Sendable {
  private struct State {
    var values: [Value?]
    var failure: Failure?
  }

  private let state: Mutex<State>

  /// Makes room for results.
  package init(count: Int) {
    state = Mutex(State(values: Array(repeating: nil, count: count), failure: nil))
  }

  /// Makes the result of a place, unless another has failed already.
  package func run(_ index: Int, _ make: () throws(Failure) -> Value) {
    guard state.withLock({ $0.failure == nil }) else { return }
    do throws(Failure) {
      let value = try make()
      state.withLock { $0.values[index] = value }
    } catch {
      state.withLock { $0.failure = $0.failure ?? error }
    }
  }

  /// All results in the order of their places.
  ///
  /// - Throws: The first failure, if there was one.
  package func values() throws(Failure) -> [Value] {
    let state = state.withLock { $0 }
    if let failure = state.failure { throw failure }
    return state.values.compactMap(\.self)
  }
}
