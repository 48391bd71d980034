#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread of this process.
struct WorkerThread: Sendable, Equatable, Identifiable {
  /// The system's handle: an integer on one system, a pointer on another, a word on all.
  let id: UInt

  /// The thread that asks.
  static var current: WorkerThread { WorkerThread(pthread_self()) }

  /// Starts a thread; `nil` where the system has no more to give.
  ///
  /// It blocks every signal but those of its own faults, so that handlers run on the threads that the
  /// program itself started: a blocked read of the main thread then returns and sees the interruption.
  ///
  /// - Parameter main: What the thread does; it ends with it.
  init?(_ main: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    guard unsafe pthread_attr_init(&attributes) == 0 else { return nil }
    defer { unsafe pthread_attr_destroy(&attributes) }
    // Memory is used as far as it is touched; defaults go from 128 KiB (Musl) to 8 MiB (Glibc).
    _ = unsafe pthread_attr_setstacksize(&attributes, 8 << 20)
    var (blocked, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT] {
      unsafe sigdelset(&blocked, fault)
    }
    _ = unsafe pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { _ = unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let box = unsafe Unmanaged.passRetained(ThreadMain(body: main))
    guard let thread = unsafe Self.create(&attributes, box.toOpaque()) else {
      unsafe box.release()
      return nil
    }
    self.init(thread)
  }
}

// Glibc's handle is an integer, that of the others a pointer.
#if canImport(Glibc)
extension WorkerThread {
  private init(_ handle: pthread_t) { id = handle }

  /// Waits for the thread's end; once only, and not from the thread itself.
  func join() { _ = pthread_join(id, nil) }

  /// Gives up waiting for the thread's end.
  func detach() { _ = pthread_detach(id) }

  private static func create(
    _ attributes: inout pthread_attr_t,
    _ argument: UnsafeMutableRawPointer
  ) -> pthread_t? {
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, &attributes, { unsafe run($0) }, argument)
    return status == 0 ? thread : nil
  }
}
#else
extension WorkerThread {
  private init(_ handle: pthread_t) { id = unsafe UInt(bitPattern: handle) }

  func join() {
    _ = unsafe pthread_join(unsafeBitCast(id, to: pthread_t.self), nil)
  }

  func detach() { _ = unsafe pthread_detach(unsafeBitCast(id, to: pthread_t.self)) }

  private static func create(
    _ attributes: inout pthread_attr_t,
    _ argument: UnsafeMutableRawPointer
  ) -> pthread_t? {
    var thread: pthread_t?
    let status = unsafe pthread_create(&thread, &attributes, { unsafe run($0) }, argument)
    return status == 0 ? unsafe thread : nil
  }
}
#endif

/// What a thread does, as an object that a pointer can carry to it.
private final class ThreadMain: Sendable {
  let body: @Sendable () -> Void

  init(body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}

/// The first function of a thread.
private func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // SAFETY: the argument is the box that `init` retained for this thread alone.
  if let argument = unsafe argument {
    unsafe Unmanaged<ThreadMain>.fromOpaque(argument).takeRetainedValue().body()
  }
  return nil
}
