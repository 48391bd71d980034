import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The numbers of the signals this package knows, as the system defines them.
package enum SignalNumber {
  /// SIGINT, what Ctrl-C sends.
  package static let interrupt = SIGINT

  /// SIGTERM, what a scheduler sends before it kills.
  package static let terminate = SIGTERM
}

/// The flag the handler raises, retained for the life of the process.
///
/// The handler may run at any instruction, so all it may touch is this one atomic.
private let slot = unsafe Atomic<Unmanaged<InterruptionFlag>?>(nil)

/// Connects the process's signals with an ``InterruptionFlag``.
public enum SignalHandling {
  /// Lets SIGINT and SIGTERM raise `flag` instead of killing the process, and ignores SIGPIPE and SIGXFSZ.
  ///
  /// Call it once, first thing in `main`. A second SIGINT kills at once, since the first restores
  /// the default. A SIGINT that the parent had set to be ignored (`nohup`, a background job) stays
  /// ignored. Blocking calls are not restarted, they return `EINTR`. With SIGPIPE ignored, writing
  /// to a closed pipe is an error that can be handled, and so is writing beyond the largest file that is
  /// allowed (`ulimit -f`) without SIGXFSZ.
  ///
  /// - Parameter flag: The flag to raise; it is kept for the life of the process.
  public static func install(raising flag: InterruptionFlag) {
    unsafe slot.store(Unmanaged.passRetained(flag), ordering: .sequentiallyConsistent)
    if !isIgnored(SIGINT) {
      handle(SIGINT, flags: Int32(truncatingIfNeeded: SA_RESETHAND))
    }
    handle(SIGTERM, flags: 0)
    unblock([SIGINT, SIGTERM])
    _ = signal(SIGPIPE, SIG_IGN)
    _ = signal(SIGXFSZ, SIG_IGN)
  }
}

/// Whether the process was started with `number` ignored.
private func isIgnored(_ number: Int32) -> Bool {
  var current = sigaction()
  guard unsafe sigaction(number, nil, &current) == 0 else { return false }
  return unsafe handlerAddress(of: current) == unsafeBitCast(SIG_IGN, to: Int.self)
}

/// Lets signals through that a careless parent blocked: the mask is inherited, and a process that
/// cannot be asked to stop has to be killed.
private func unblock(_ numbers: [Int32]) {
  var signals = sigset_t()
  unsafe sigemptyset(&signals)
  for number in numbers { unsafe sigaddset(&signals, number) }
  _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
}

/// Makes `number` raise the flag in ``slot``.
///
/// `SA_RESTART` is left out on purpose: a blocked read has to return for anyone to see the flag.
private func handle(_ number: Int32, flags: Int32) {
  var action = sigaction()
  unsafe sigemptyset(&action.sa_mask)
  action.sa_flags = flags
  setHandler(of: &action) { number in
    // SAFETY: the slot holds a retained flag, so it is alive; raising it is one atomic exchange.
    unsafe slot.load(ordering: .relaxed)?._withUnsafeGuaranteedRef { $0.raise(signal: number) }
  }
  _ = unsafe sigaction(number, &action, nil)
}

// The three C libraries name the union inside `struct sigaction` differently.
#if canImport(Glibc)
private func setHandler(of action: inout sigaction, _ handler: @convention(c) (Int32) -> Void) {
  action.__sigaction_handler = .init(sa_handler: handler)
}

private func handlerAddress(of action: sigaction) -> Int {
  unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
}
#elseif canImport(Musl)
private func setHandler(of action: inout sigaction, _ handler: @convention(c) (Int32) -> Void) {
  action.__sa_handler = .init(sa_handler: handler)
}

private func handlerAddress(of action: sigaction) -> Int {
  unsafe unsafeBitCast(action.__sa_handler.sa_handler, to: Int.self)
}
#elseif canImport(Darwin)
private func setHandler(of action: inout sigaction, _ handler: @convention(c) (Int32) -> Void) {
  action.__sigaction_u = .init(__sa_handler: handler)
}

private func handlerAddress(of action: sigaction) -> Int {
  unsafe unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
}
#endif
