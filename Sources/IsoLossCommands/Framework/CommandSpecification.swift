/// What a command is called, takes and does: the table that parsing, help and completions read.
public struct CommandSpecification: Sendable, Hashable {
  /// What a positional argument is.
  public struct Argument: Sendable, Hashable {
    /// How help names it, such as `FILE`.
    public var name: String

    /// The fewest that must be given.
    public var minimumCount: Int

    /// The most that may be given; `nil` for no limit.
    public var maximumCount: Int?

    /// What the shell may offer for it.
    public var completion: Option.Completion

    /// Creates a description of positional arguments.
    public init(
      _ name: String,
      count: ClosedRange<Int>,
      completion: Option.Completion = .file
    ) {
      self.name = name
      minimumCount = count.lowerBound
      maximumCount = count.upperBound
      self.completion = completion
    }

    /// Creates a description of positional arguments without an upper limit.
    public init(
      _ name: String,
      atLeast minimumCount: Int,
      completion: Option.Completion = .file
    ) {
      self.name = name
      self.minimumCount = minimumCount
      maximumCount = nil
      self.completion = completion
    }

    /// No positional arguments at all.
    public static let none = Argument("", count: 0...0)
  }

  /// One line of the help's examples: the words after `$ ` and what they do.
  public struct Example: Sendable, Hashable {
    /// The command line.
    public var line: String

    /// What it does, in a few words.
    public var purpose: String

    /// Creates an example.
    public init(_ line: String, _ purpose: String) {
      self.line = line
      self.purpose = purpose
    }
  }

  /// The word that selects the command.
  public var name: String

  /// What it does, in a few words for the list of commands.
  public var summary: String

  /// What it does and what its answer means, in a paragraph or two.
  public var discussion: String

  /// Its positional arguments.
  public var argument: Argument

  /// Its own options, in help's order.
  public var options: [Option]

  /// Lines to try.
  public var examples: [Example]

  /// Creates a specification.
  public init(
    name: String,
    summary: String,
    discussion: String,
    argument: Argument,
    options: [Option],
    examples: [Example]
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.argument = argument
    self.options = options
    self.examples = examples
  }
}

extension CommandSpecification {
  /// The options every command has.
  public static let commonOptions: [Option] = [
    .value(
      "threads",
      "N",
      help: "how many threads work (default: all cores); no result depends on it"
    ),
    .choice(
      "color",
      ["auto", "always", "never"],
      help: "color of warnings, errors and drawings (default: auto)"
    ),
    .flag("quiet", short: "q", help: "no progress and no warnings"),
    .flag(
      "verbose",
      short: "v",
      help: "say times, threads and other particulars on standard error"
    ),
    .flag("help", short: "h", help: "show this help"),
  ]

  /// Its own options and then the common ones.
  public var allOptions: [Option] { options + Self.commonOptions }
}

/// A command as a value: parsed from words, run in a context.
public protocol Command: Sendable {
  /// The table that its parsing, help and completions come from.
  static var specification: CommandSpecification { get }

  /// Whether its work runs on kernels; if not, an environment that names wrong ones is no obstacle.
  static var usesKernels: Bool { get }

  /// Takes the meaning from words that ``ParsedWords`` has already matched with the table.
  init(_ words: ParsedWords) throws(UsageError)

  /// Does the work, writing results to `context.output`.
  func run(in context: CommandContext) throws -> ExitCode
}

extension Command {
  /// Commands compute, as a rule.
  public static var usesKernels: Bool { true }
}
