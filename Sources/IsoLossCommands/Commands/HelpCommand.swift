import IsoLoss

/// `isoloss help`: what there is, and all about one command.
public struct HelpCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "help",
    summary: "explains a command",
    discussion: "Without a name it lists the commands.",
    argument: .init(
      "COMMAND",
      count: 0...2,
      completion: .choices(
        IsoLossTool.commands.filter { $0 != HelpCommand.self }.map {
          String($0.specification.name.prefix { $0 != " " })
        }.uniqued
      )
    ),
    options: [],
    examples: [
      .init("isoloss help eval", "every option of `eval`"),
      .init("isoloss help fit predict", "every option of `fit predict`"),
    ]
  )

  /// Help is what somebody with a wrong variable needs.
  public static let usesKernels = false

  private let name: String?

  /// Takes the command's name.
  public init(_ words: ParsedWords) throws(UsageError) {
    name = words.arguments.isEmpty ? nil : words.arguments.joined(separator: " ")
  }

  /// Writes the help.
  public func run(in context: CommandContext) throws -> ExitCode {
    guard let name else {
      try context.output.write(HelpText.tool(IsoLossTool.specifications))
      return .done
    }
    if let group = IsoLossTool.groups.first(where: { $0.name == name }) {
      try context.output.write(HelpText.group(group, IsoLossTool.specifications))
      return .done
    }
    let command = try IsoLossTool.command(named: name)
    try context.output.write(HelpText.command(command.specification))
    return .done
  }
}

extension [String] {
  /// The texts without those that came before.
  fileprivate var uniqued: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
