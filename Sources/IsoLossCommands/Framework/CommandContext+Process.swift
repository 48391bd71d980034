import Foundation
import IsoLoss

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
    context.environment = ProcessInfo.processInfo.environment
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
