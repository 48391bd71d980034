public import IsoLoss

/// The world a command runs in: nothing below `main.swift` reads globals.
///
/// Commands, notebooks and snapshots therefore run in process and in parallel.
public struct CommandContext {
  /// When color is used.
  public enum Color: String, Sendable, Hashable {
    /// Where standard error is a terminal and `NO_COLOR` is not set.
    case auto

    /// Always.
    case always

    /// Never.
    case never
  }

  /// What is known of the terminal.
  public struct Terminal: Sendable, Hashable {
    /// Whether standard output is one.
    public var isOutput = false

    /// Whether standard error is one.
    public var isDiagnostics = false

    /// How many columns it has.
    public var width = 80

    /// Creates the description of no terminal.
    public init() {}
  }

  /// The folder that relative paths start from; `nil` for the process's own.
  public var workingDirectory: String?

  /// The environment's variable that turns colors off wherever a terminal is.
  static let noColorVariable = "NO_COLOR"

  /// The environment's variables; of the process's own those that commands look at.
  public var environment: [String: String] = [:]

  /// Opens standard input.
  public var standardInput: () -> any ByteSource

  /// Where results go.
  public var output: any TextSink

  /// Where progress, warnings and errors go.
  public var diagnostics: any TextSink

  /// What is known of the terminal.
  public var terminal = Terminal()

  /// Seconds from some fixed moment on, for progress and `--verbose`.
  public var secondsNow: () -> Double

  /// Raised when a signal asks to stop.
  public var interruption: InterruptionFlag

  /// The instruction set and the threads that kernels run on.
  ///
  /// One thread until ``useKernels(_:for:)`` has read what was asked for.
  public internal(set) var kernels = KernelContext(pool: WorkerPool(threadCount: 1))

  /// Whether `--quiet` was given.
  public internal(set) var isQuiet = false

  /// Whether `--verbose` was given.
  public internal(set) var isVerbose = false

  /// What `--color` says.
  public internal(set) var color = Color.auto

  /// Creates a context without a terminal and with an empty environment.
  public init(
    standardInput: @escaping () -> any ByteSource,
    output: any TextSink,
    diagnostics: any TextSink,
    secondsNow: @escaping () -> Double,
    interruption: InterruptionFlag = InterruptionFlag()
  ) {
    self.standardInput = standardInput
    self.output = output
    self.diagnostics = diagnostics
    self.secondsNow = secondsNow
    self.interruption = interruption
  }
}

// MARK: - Diagnostics

extension CommandContext {
  /// Says something that may make the result other than was meant.
  public func warn(_ message: String) {
    if !isQuiet { say(message, as: "warning: ", color: 33) }
  }

  /// Says a particular that only `--verbose` asks for.
  public func note(_ message: String) {
    if isVerbose { say(message, as: "", color: 0) }
  }

  /// Says what went wrong.
  public func reportError(_ message: String) {
    say(message, as: "error: ", color: 31)
  }

  /// Writes a line under a heading whose color is a terminal's number: 31 is red, 33 yellow.
  private func say(_ message: String, as heading: String, color: Int) {
    // What was written before is seen before, where both streams end on one screen.
    try? output.flush()
    // A diagnostics stream that is gone must not keep the work from being done.
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map(\.escapedForTerminal).joined(separator: "\n")
    let start = usesColor && !heading.isEmpty ? "\u{1B}[1;\(color)m\(heading)\u{1B}[0m" : heading
    try? diagnostics.write("\(start)\(text)\n")
    try? diagnostics.flush()
  }

  /// Whether diagnostics are colored.
  public var usesColor: Bool { usesColor(where: terminal.isDiagnostics) }

  /// Whether pictures among the results are colored.
  public var usesOutputColor: Bool { usesColor(where: terminal.isOutput) }

  private func usesColor(where isTerminal: Bool) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto: isTerminal && environment[Self.noColorVariable, default: ""].isEmpty
    }
  }
}

extension CommandContext {
  /// What long work asks now and then: throws once the user has interrupted.
  public var checkpoint: @Sendable () throws -> Void {
    { [interruption] in try interruption.check() }
  }
}
