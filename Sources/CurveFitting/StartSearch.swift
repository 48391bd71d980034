import Synchronization

/// The fits from many starts, each in its place whoever made it.
final class StartSearch<Failure: Error>: Sendable {
  private struct State {
    var fits: [LeastSquaresFit?]
    var failure: Failure?
  }

  private let state: Mutex<State>

  init(startCount: Int) {
    state = Mutex(State(fits: Array(repeating: nil, count: startCount), failure: nil))
  }

  /// Makes the fit of one start, unless another has failed already.
  func run(_ index: Int, _ minimize: () throws(Failure) -> LeastSquaresFit) {
    guard state.withLock({ $0.failure == nil }) else { return }
    do throws(Failure) {
      let fit = try minimize()
      state.withLock { $0.fits[index] = fit }
    } catch {
      state.withLock { $0.failure = $0.failure ?? error }
    }
  }

  /// All fits in the order of their starts.
  ///
  /// - Throws: The first failure, if there was one.
  func fits() throws(Failure) -> [LeastSquaresFit] {
    let state = state.withLock { $0 }
    if let failure = state.failure { throw failure }
    return state.fits.compactMap(\.self)
  }
}
