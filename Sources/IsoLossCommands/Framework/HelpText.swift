/// Help as text, made from option tables.
enum HelpText {
  /// The help of one command.
  static func command(_ specification: CommandSpecification) -> String {
    var sections = [
      "isoloss \(specification.name): \(specification.summary)",
      "usage: \(usage(of: specification))",
      wrapped(specification.discussion),
    ]
    if !specification.options.isEmpty {
      sections.append("options\n" + optionLines(specification.options))
    }
    sections.append("every command\n" + optionLines(CommandSpecification.commonOptions))
    if !specification.examples.isEmpty {
      sections.append("examples\n" + exampleLines(specification.examples))
    }
    return sections.joined(separator: "\n\n") + "\n"
  }

  /// The help of the whole tool: its commands and where to go on.
  static func tool(_ specifications: [CommandSpecification]) -> String {
    let width = specifications.map(\.name.count).max() ?? 0
    let commands = specifications.map { specification in
      "  \(specification.name.padded(to: width))  \(specification.summary)"
    }
    return """
      isoloss \(IsoLossVersion.current): language-model loss, scaling laws, compute plans

      usage: isoloss COMMAND …

      commands
      \(commands.joined(separator: "\n"))

      `isoloss help COMMAND` says all about one, `isoloss --version` the version.

      """
  }

  /// The help of a word that several commands begin with.
  static func group(_ group: CommandSpecification, _ all: [CommandSpecification]) -> String {
    let commands = all.filter { $0.name.hasPrefix("\(group.name) ") }
    let width = commands.map(\.name.count).max() ?? 0
    let lines = commands.map { "  \($0.name.padded(to: width))  \($0.summary)" }
    return """
      usage: isoloss \(group.name) COMMAND …

      commands
      \(lines.joined(separator: "\n"))

      `isoloss help \(group.name) COMMAND` says all about one.

      """
  }

  private static func usage(of specification: CommandSpecification) -> String {
    var words = ["isoloss", specification.name]
    if !specification.options.isEmpty { words.append("[OPTIONS]") }
    let argument = specification.argument
    if argument.maximumCount != 0 {
      let name = argument.name + (argument.maximumCount == nil ? "…" : "")
      words.append(argument.minimumCount == 0 ? "[\(name)]" : name)
    }
    return words.joined(separator: " ")
  }

  private static func optionLines(_ options: [Option]) -> String {
    options.map { option in
      let usage = "  \(option.usage)"
      let help = wrapped(option.help, indent: helpColumn)
      guard usage.count + 2 <= helpColumn else { return "\(usage)\n\(help)" }
      return usage.padded(to: helpColumn) + help.dropFirst(helpColumn)
    }.joined(separator: "\n")
  }

  private static func exampleLines(_ examples: [CommandSpecification.Example]) -> String {
    examples.map { "  \($0.line)\n      \($0.purpose)" }.joined(separator: "\n")
  }

  private static let helpColumn = 30
  private static let lineWidth = 100

  /// Fills lines with words, keeping blank lines between paragraphs.
  static func wrapped(_ text: String, indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: indent)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { paragraph in
      var lines = [String]()
      var line = margin
      for word in paragraph.split(separator: " ") {
        if line.count > indent, line.count + 1 + word.count > lineWidth {
          lines.append(line)
          line = margin
        }
        line += (line.count > indent ? " " : "") + word
      }
      return (lines + [line]).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}

extension String {
  /// The string with spaces after it, up to a width.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The string with spaces before it, up to a width.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
