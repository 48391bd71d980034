import FileFormats
import IsoLoss

/// `isoloss completions`: a script that teaches a shell the commands and their options.
public struct CompletionsCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "completions",
    summary: "writes a completion script for bash, zsh or fish",
    discussion: """
      The script is made from the same tables as help, so it is never behind. bash and zsh: eval \
      "$(isoloss completions bash)" in the shell's start file; fish: isoloss completions fish | source.
      """,
    argument: .init("SHELL", count: 1...1, completion: .choices(Completions.shells)),
    options: [],
    examples: [.init("eval \"$(isoloss completions bash)\"", "completions in this shell")]
  )

  /// A shell's start file must not fail on a variable of another machine.
  public static let usesKernels = false

  private let shell: String

  /// Takes the shell's name.
  public init(_ words: ParsedWords) throws(UsageError) {
    shell = words.arguments.first ?? ""
    guard Completions.shells.contains(shell) else {
      throw .notAChoice(
        shell,
        option: "SHELL",
        choices: Completions.shells,
        suggestion: closestSpelling(to: shell, among: Completions.shells)
      )
    }
  }

  /// Writes the script.
  public func run(in context: CommandContext) throws -> ExitCode {
    let script = Completions.script(
      for: shell,
      IsoLossTool.specifications + IsoLossTool.groups
    )
    try context.output.write(script ?? "")
    return .done
  }
}
