import IsoLoss

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension CommandContext {
  /// The process's own world: its streams, terminal, environment and signals.
  ///
  /// Called once, by `main.swift`: it installs the signal handlers.
  public static func process() -> CommandContext {
    let interruption = InterruptionFlag()
    SignalHandling.install(raising: interruption)
    var context = CommandContext(
      standardInput: { StandardInputSource(interruption: interruption) },
      output: DescriptorSink(descriptor: 1, name: "standard output", interruption: interruption),
      diagnostics: DescriptorSink(
        descriptor: 2,
        name: "standard error",
        interruption: interruption
      ),
      secondsNow: secondsSinceNow(),
      interruption: interruption
    )
    context.environment = environmentOfProcess()
    context.terminal.isOutput = isatty(1) == 1
    context.terminal.isDiagnostics = isatty(2) == 1
    context.terminal.width = terminalWidth() ?? 80
    return context
  }
}

/// Ends the process with a command's exit code.
public func exitProcess(_ code: ExitCode) -> Never {
  exit(code.status)
}

/// The variables that commands look at, as far as they are set.
private func environmentOfProcess() -> [String: String] {
  var environment: [String: String] = [:]
  for name in [CommandContext.kernelsVariable, CommandContext.noColorVariable] {
    // SAFETY: nothing changes the environment while it is read, and its entries end by a zero.
    if let value = unsafe getenv(name) { environment[name] = unsafe String(cString: value) }
  }
  return environment
}

private func secondsSinceNow() -> () -> Double {
  let start = ContinuousClock.now
  return { (ContinuousClock.now - start) / .seconds(1) }
}

private func terminalWidth() -> Int? {
  var size = winsize()
  // SAFETY: TIOCGWINSZ writes one `winsize`, which is what it is given.
  let result = unsafe ioctl(2, UInt(TIOCGWINSZ), &size)
  return result == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
}
