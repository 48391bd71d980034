/// One option of a command: the single source of its parsing, help and completion.
public struct Option: Sendable, Hashable {
  /// What the shell may offer for a value.
  public enum Completion: Sendable, Hashable {
    /// Nothing that could be listed.
    case none

    /// Paths of files and folders.
    case file

    /// One of these words; any other is refused.
    case choices([String])
  }

  /// The value an option takes.
  public struct Value: Sendable, Hashable {
    /// How help names the value, in capitals.
    public var name: String

    /// What the shell may offer for it.
    public var completion: Completion
  }

  /// The long name, without its dashes.
  public var name: String

  /// The one-letter name, without its dash.
  public var short: Character?

  /// The value, or `nil` for an option that stands alone.
  public var value: Value?

  /// What the option does, one sentence without its full stop; a default is said here.
  public var help: String

  /// Whether the option may be given more than once.
  public var isRepeatable: Bool
}

// MARK: - Makers

extension Option {
  /// An option that stands alone.
  public static func flag(_ name: String, short: Character? = nil, help: String) -> Option {
    Option(name: name, short: short, value: nil, help: help, isRepeatable: false)
  }

  /// An option with a value of free form.
  public static func value(
    _ name: String,
    short: Character? = nil,
    _ valueName: String,
    isRepeatable: Bool = false,
    help: String
  ) -> Option {
    Option(
      name: name,
      short: short,
      value: Value(name: valueName, completion: .none),
      help: help,
      isRepeatable: isRepeatable
    )
  }

  /// An option whose value is a path.
  public static func file(
    _ name: String,
    short: Character? = nil,
    _ valueName: String = "FILE",
    isRepeatable: Bool = false,
    help: String
  ) -> Option {
    Option(
      name: name,
      short: short,
      value: Value(name: valueName, completion: .file),
      help: help,
      isRepeatable: isRepeatable
    )
  }

  /// An option whose value is one of some words, listed where no name for them is given.
  public static func choice(
    _ name: String,
    _ choices: [String],
    named valueName: String? = nil,
    help: String
  ) -> Option {
    Option(
      name: name,
      short: nil,
      value: Value(
        name: valueName ?? choices.joined(separator: "|"),
        completion: .choices(choices)
      ),
      help: help,
      isRepeatable: false
    )
  }
}

// MARK: - Spelling

extension Option {
  /// The option as it is written, `--order`.
  public var spelling: String { "--\(name)" }

  /// The left column of help, `-o, --output FILE`.
  public var usage: String {
    let names = short.map { "-\($0), \(spelling)" } ?? "    \(spelling)"
    return value.map { "\(names) \($0.name)" } ?? names
  }
}
