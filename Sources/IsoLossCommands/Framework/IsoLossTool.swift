import FileFormats
import IsoLoss

/// The whole command: finds the subcommand, runs it, and turns every error into words and a code.
public enum IsoLossTool {
  /// The subcommands, in help's order; adding one adds its line here.
  static let commands: [any Command.Type] = [
    EvalCommand.self,
    FitCommand.self,
    FitPredictCommand.self,
    FitCompareCommand.self,
    PlanCommand.self,
    ModelInspectCommand.self,
    TrainTransformerCommand.self,
    CorpusMarkovCommand.self,
    TokenizerTrainCommand.self,
    TokenizerEncodeCommand.self,
    TokenizerDecodeCommand.self,
    TokenizerCountCommand.self,
    TokenizerInspectCommand.self,
    TokenizerCompareCommand.self,
    CompletionsCommand.self,
    HelpCommand.self,
  ]

  /// The tables of all subcommands.
  public static var specifications: [CommandSpecification] { commands.map { $0.specification } }

  /// The words that several commands begin with and that are none by themselves, as tables for help and
  /// completions.
  static var groups: [CommandSpecification] {
    let names = specifications.map(\.name)
    var groups: [CommandSpecification] = []
    for name in names {
      let first = String(name.prefix { $0 != " " })
      guard !names.contains(first), !groups.contains(where: { $0.name == first }) else { continue }
      groups.append(
        CommandSpecification(
          name: first,
          summary: seconds(of: first).joined(separator: ", "),
          discussion: "",
          argument: .none,
          options: [],
          examples: []
        )
      )
    }
    return groups
  }

  /// Runs the words after `isoloss`.
  public static func run(_ words: [String], in context: CommandContext) -> ExitCode {
    do {
      let code = try dispatch(words, in: context)
      try context.output.flush()
      // The help that answers no command at all goes there without being an error.
      try? context.diagnostics.flush()
      return code
    } catch {
      return report(error, words, in: context)
    }
  }

  private static func dispatch(_ words: [String], in context: CommandContext) throws -> ExitCode {
    guard let name = words.first else {
      try context.diagnostics.write(HelpText.tool(specifications))
      return .unusable
    }
    switch name {
    case "--version":
      try context.output.write("isoloss \(IsoLossVersion.current)\n")
      return .done
    case "--help", "-h":
      try context.output.write(HelpText.tool(specifications))
      return .done
    case _ where name.hasPrefix("-"):
      let known = ["--version", "--help"]
      throw UsageError.misplacedOption(name, suggestion: closestSpelling(to: name, among: known))
    default:
      if let group = groups.first(where: { $0.name == name }), !isCommand(words.prefix(2)) {
        return try run(group, Array(words.dropFirst()), in: context)
      }
      let (command, rest) = try command(of: words, in: context)
      return try run(command, rest, in: context)
    }
  }

  private static func isCommand(_ words: ArraySlice<String>) -> Bool {
    specifications.contains { $0.name == words.joined(separator: " ") }
  }

  /// Explains a word that several commands begin with, and that is none by itself.
  private static func run(
    _ group: CommandSpecification,
    _ rest: [String],
    in context: CommandContext
  ) throws -> ExitCode {
    let help = HelpText.group(group, specifications)
    switch rest.first {
    case nil:
      try context.diagnostics.write(help)
      return .unusable
    case "--help", "-h":
      try context.output.write(help)
      return .done
    case let word?:
      let known = seconds(of: group.name)
      let nearest = closestSpelling(to: word, among: known).map { "\(group.name) \($0)" }
      throw UsageError.unknownCommand("\(group.name) \(word)", suggestion: nearest)
    }
  }

  /// The second words of the commands that begin with a word.
  private static func seconds(of first: String) -> [String] {
    specifications.map(\.name).filter { $0.hasPrefix("\(first) ") }
      .map { String($0.dropFirst(first.count + 1)) }
  }

  /// The subcommand that words begin with, and what is left of them.
  ///
  /// The second word belongs to the name where there is a command of both: `fit predict` is one, and a
  /// table called `predict` is `./predict`.
  ///
  /// - Throws: ``UsageError/unknownCommand(_:suggestion:)`` with the nearest name, also for a second word
  ///   that is no file but all but a subcommand.
  private static func command(
    of words: [String],
    in context: CommandContext
  ) throws(UsageError) -> (any Command.Type, [String]) {
    let both = words.prefix(2).joined(separator: " ")
    if words.count > 1, let command = commands.first(where: { $0.specification.name == both }) {
      return (command, Array(words.dropFirst(2)))
    }
    let command = try command(named: words[0])
    let seconds = seconds(of: words[0])
    if let word = words.dropFirst().first, !word.hasPrefix("-"),
      let nearest = closestSpelling(to: word, among: seconds),
      FileIdentity(path: context.path(word)) == nil
    {
      throw .unknownCommand(both, suggestion: "\(words[0]) \(nearest)")
    }
    return (command, Array(words.dropFirst()))
  }

  /// The subcommand of a name.
  ///
  /// - Throws: ``UsageError/unknownCommand(_:suggestion:)`` with the nearest name.
  static func command(named name: String) throws(UsageError) -> any Command.Type {
    if let command = commands.first(where: { $0.specification.name == name }) { return command }
    let names = commands.map { $0.specification.name }
    throw .unknownCommand(name, suggestion: closestSpelling(to: name, among: names))
  }

  private static func run(
    _ command: any Command.Type,
    _ words: [String],
    in context: CommandContext
  ) throws -> ExitCode {
    let parsed = try ParsedWords(words, for: command.specification)
    if parsed.has("help") {
      try context.output.write(HelpText.command(command.specification))
      return .done
    }
    var context = context
    context.isQuiet = parsed.has("quiet")
    context.isVerbose = parsed.has("verbose")
    context.color = parsed.text("color").flatMap(CommandContext.Color.init) ?? .auto
    try context.useKernels(parsed, for: command)
    return try command.init(parsed).run(in: context)
  }
}

// MARK: - Errors

extension IsoLossTool {
  private static func report(
    _ error: any Error,
    _ words: [String],
    in context: CommandContext
  ) -> ExitCode {
    switch error {
    case let interruption as Interruption:
      try? context.output.flush()
      context.reportError(interruption.description)
      return .signal(interruption.signal)
    case let error as FileError where error.reason == .brokenPipe:
      // The reader has seen enough, as in `isoloss … | head -3`.
      return .done
    case let error as FileError where error.reason == .interrupted:
      return report(Interruption(signal: context.interruption.signal ?? 2), words, in: context)
    case let error as UsageError:
      context.reportError("\(error)\n\(helpHint(error, words))")
    default:
      try? context.output.flush()
      context.reportError("\(error)")
    }
    return .unusable
  }

  private static func helpHint(_ error: UsageError, _ words: [String]) -> String {
    let names = [words.prefix(2).joined(separator: " "), words.first ?? ""]
    let name = names.lazy.compactMap { name in commands.first { $0.specification.name == name } }
      .first
    // `isoloss help evl` is about commands too, not about `help`.
    var isAboutCommands = name == nil
    if case .unknownCommand = error { isAboutCommands = true }
    guard let name, !isAboutCommands else { return "`isoloss help` lists the commands" }
    return "`isoloss help \(name.specification.name)` shows what it takes"
  }
}

/// Something that keeps a command from its result, in words.
public struct CommandError: Error, Hashable, CustomStringConvertible {
  /// What was expected, what was found, and a hint.
  public var description: String

  /// Creates the error.
  public init(_ description: String) {
    self.description = description
  }
}
