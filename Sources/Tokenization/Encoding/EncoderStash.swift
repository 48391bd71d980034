import Synchronization

/// The encoders that nobody uses at the moment: those for one thread, and crews for several.
final class EncoderStash: Sendable {
  private let idle = Mutex(Idle())

  private struct Idle {
    var encoders: [BytePairEncoder] = []
    var crews: [EncoderCrew] = []
  }

  func take() -> BytePairEncoder? { idle.withLock { $0.encoders.popLast() } }

  func put(_ encoder: BytePairEncoder) { idle.withLock { $0.encoders.append(encoder) } }

  func takeCrew() -> EncoderCrew? { idle.withLock { $0.crews.popLast() } }

  func put(_ crew: EncoderCrew) { idle.withLock { $0.crews.append(crew) } }

  func removeAll() { idle.withLock { $0 = Idle() } }
}

/// The encoders of a pool's workers.
final class EncoderCrew: Sendable {
  private let encoders = Mutex<[Int: BytePairEncoder]>([:])

  /// The encoder of a worker, made by `make` if it has none: all workers make theirs at once.
  func encoder(of worker: Int, _ make: () -> BytePairEncoder) -> BytePairEncoder {
    if let encoder = encoders.withLock({ $0[worker] }) { return encoder }
    let encoder = make()
    encoders.withLock { $0[worker] = encoder }
    return encoder
  }
}
