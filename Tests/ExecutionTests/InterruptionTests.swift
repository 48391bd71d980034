import Execution
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Interruption")
struct InterruptionTests {
  @Test("a new flag is not raised and lets work go on")
  func newFlag() throws {
    let flag = InterruptionFlag()
    #expect(!flag.isRaised)
    #expect(flag.signal == nil)
    try flag.check()
  }

  @Test("a raised flag throws its signal, every time")
  func raisedFlag() {
    let flag = InterruptionFlag()
    flag.raise(signal: SIGTERM)
    #expect(flag.isRaised)
    for _ in 0..<2 {
      #expect(throws: Interruption(signal: SIGTERM)) { try flag.check() }
    }
  }

  @Test("the first signal is the one remembered")
  func firstSignalWins() {
    let flag = InterruptionFlag()
    flag.raise(signal: SIGTERM)
    flag.raise(signal: SIGINT)
    #expect(flag.signal == SIGTERM)
  }

  @Test("a signal number below 1 traps")
  func badSignalTraps() async {
    await #expect(processExitsWith: .failure) { InterruptionFlag().raise(signal: 0) }
  }

  /// Exit codes as POSIX shells report them: 128 plus the signal's number.
  @Test(
    "exit codes and words",
    arguments: [
      (Int32(2), Int32(130), "interrupted"), (15, 143, "terminated"),
      (1, 129, "stopped by signal 1"),
    ]
  )
  func exitCodes(signal: Int32, exitCode: Int32, words: String) {
    #expect(Interruption(signal: signal).exitCode == exitCode)
    #expect("\(Interruption(signal: signal))" == words)
  }
}

@Suite("Signal handling")
struct SignalHandlingTests {
  @Test("SIGINT and SIGTERM raise the flag", arguments: [SIGINT, SIGTERM])
  func raises(_ number: Int32) async {
    await #expect(processExitsWith: .exitCode(128 + number)) { [number = number as Int32] in
      signal(SIGINT, SIG_DFL)
      let flag = InterruptionFlag()
      SignalHandling.install(raising: flag)
      send(number)
      waitUntilRaised(flag)
      exit(flag.signal.map { Interruption(signal: $0).exitCode } ?? 0)
    }
  }

  @Test("a second SIGINT kills at once")
  func secondInterruptKills() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      signal(SIGINT, SIG_DFL)
      let flag = InterruptionFlag()
      SignalHandling.install(raising: flag)
      send(SIGINT)
      waitUntilRaised(flag)
      guard flag.isRaised else { exit(3) }
      send(SIGINT)
      sleep(10)
      exit(4)
    }
  }

  @Test("a second SIGTERM changes nothing: state is being saved")
  func secondTerminationWaits() async {
    await #expect(processExitsWith: .exitCode(143)) {
      let flag = InterruptionFlag()
      SignalHandling.install(raising: flag)
      send(SIGTERM)
      waitUntilRaised(flag)
      send(SIGTERM)
      usleep(100_000)
      exit(flag.signal.map { Interruption(signal: $0).exitCode } ?? 0)
    }
  }

  @Test("a SIGINT that the parent had ignored stays ignored")
  func ignoredStaysIgnored() async {
    await #expect(processExitsWith: .exitCode(0)) {
      signal(SIGINT, SIG_IGN)
      let flag = InterruptionFlag()
      SignalHandling.install(raising: flag)
      send(SIGINT)
      usleep(100_000)
      exit(flag.isRaised ? 1 : 0)
    }
  }

  @Test("SIGPIPE is ignored")
  func brokenPipeIsIgnored() async {
    await #expect(processExitsWith: .exitCode(0)) {
      SignalHandling.install(raising: InterruptionFlag())
      send(SIGPIPE)
      usleep(100_000)
      exit(0)
    }
  }
}

/// Sends a signal to the process: threads of Swift's own pool block them, so `raise` would not do.
private func send(_ number: Int32) {
  kill(getpid(), number)
}

/// Waits for a signal to arrive, ten seconds at most.
private func waitUntilRaised(_ flag: InterruptionFlag) {
  for _ in 0..<10_000 where !flag.isRaised { usleep(1000) }
}
