/// Completion scripts for shells, made from option tables.
enum Completions {
  /// The shells there are scripts for.
  static let shells = ["bash", "zsh", "fish"]

  /// The script for a shell; `nil` for one that is not known.
  static func script(for shell: String, _ commands: [CommandSpecification]) -> String? {
    switch shell {
    case "bash": bash(commands)
    case "zsh": zsh(commands)
    case "fish": fish(commands)
    default: nil
    }
  }
}

// MARK: - bash

extension Completions {
  private static func bash(_ commands: [CommandSpecification]) -> String {
    let names = commands.map(\.name).joined(separator: " ")
    let cases = commands.map { command in
      """
          \(command.name))
            case "$previous" in
      \(bashValueCases(command))
            esac
            case "$current" in
              -*) _isoloss_reply -W "\(spellings(command))" ;;
              *) \(bashReply(command.argument.maximumCount == 0 ? .none : command.argument.completion)) ;;
            esac ;;
      """
    }
    return """
      # bash completion for isoloss; load it with: eval "$(isoloss completions bash)"
      _isoloss_reply() {
        # Lines, not words: names of files may hold spaces.
        mapfile -t COMPREPLY < <(compgen "$@" -- "$current")
      }
      _isoloss() {
        local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
        # bash takes the sign in --option=value for a word of its own.
        if [ "$current" = "=" ]; then current=""; fi
        if [ "$previous" = "=" ]; then previous="${COMP_WORDS[COMP_CWORD-2]}"; fi
        if [ "$COMP_CWORD" -eq 1 ]; then
          _isoloss_reply -W "\(names) --version --help"
          return
        fi
        case "${COMP_WORDS[1]}" in
      \(cases.joined(separator: "\n"))
        esac
      }
      complete -o filenames -F _isoloss isoloss

      """
  }

  private static func bashValueCases(_ command: CommandSpecification) -> String {
    command.allOptions.compactMap { option in
      guard let value = option.value, !value.isOptional else { return nil }
      let patterns = [option.spelling] + (option.short.map { ["-\($0)"] } ?? [])
      return "        \(patterns.joined(separator: "|"))) \(bashReply(value.completion)); return ;;"
    }.joined(separator: "\n")
  }

  private static func bashReply(_ completion: Option.Completion) -> String {
    switch completion {
    case .none: "COMPREPLY=()"
    case .file: "_isoloss_reply -f"
    case .choices(let choices): "_isoloss_reply -W \"\(choices.joined(separator: " "))\""
    }
  }

  private static func spellings(_ command: CommandSpecification) -> String {
    command.allOptions.map(\.spelling).joined(separator: " ")
  }
}

// MARK: - zsh

extension Completions {
  private static func zsh(_ commands: [CommandSpecification]) -> String {
    let names = commands.map { "'\($0.name):\(quoted($0.summary))'" }.joined(separator: " ")
    let cases = commands.map { command in
      let options = command.allOptions.map(zshOption) + [zshArgument(command.argument)]
      return "    \(command.name)) _arguments -s \\\n      "
        + options.compactMap(\.self).joined(separator: " \\\n      ") + " ;;"
    }
    return """
      #compdef isoloss
      # zsh completion for isoloss; load it with: eval "$(isoloss completions zsh)"
      _isoloss() {
        local -a commands=(\(names))
        if (( CURRENT == 2 )); then
          _describe 'command' commands
          return
        fi
        local command="$words[2]"
        shift words
        (( CURRENT-- ))
        case "$command" in
      \(cases.joined(separator: "\n"))
        esac
      }
      compdef _isoloss isoloss

      """
  }

  private static func zshOption(_ option: Option) -> String {
    let repeats = option.isRepeatable ? "*" : ""
    let help = "[\(quoted(option.help))]"
    let value = option.value.map { ":\(quoted($0.name)):\(zshAction($0.completion))" } ?? ""
    // `=-` takes a value only where it is attached, and a second colon lets it be left out.
    let isOptional = option.value?.isOptional == true
    let sign = value.isEmpty ? "" : isOptional ? "=-" : "="
    let long = "'\(repeats)\(option.spelling)\(sign)\(help)\(isOptional ? ":" : "")\(value)'"
    return option.short.map { "\(long) '\(repeats)-\($0)\(help)\(value)'" } ?? long
  }

  private static func zshArgument(_ argument: CommandSpecification.Argument) -> String? {
    guard argument.maximumCount != 0 else { return nil }
    return "'*:\(quoted(argument.name)):\(zshAction(argument.completion))'"
  }

  private static func zshAction(_ completion: Option.Completion) -> String {
    switch completion {
    case .none: ""
    case .file: "_files"
    case .choices(let choices): "(\(choices.joined(separator: " ")))"
    }
  }

  private static func quoted(_ text: String) -> String {
    text.flatMap { character -> String in
      switch character {
      case "'": "'\\''"
      case "[", "]", ":": "\\\(character)"
      default: String(character)
      }
    }.reduce(into: "") { $0.append($1) }
  }
}

// MARK: - fish

extension Completions {
  private static func fish(_ commands: [CommandSpecification]) -> String {
    var lines = [
      "# fish completion for isoloss; load it with: isoloss completions fish | source",
      "complete -c isoloss -f",
    ]
    for command in commands {
      lines.append(
        "complete -c isoloss -n __fish_use_subcommand -a \(command.name)"
          + " -d '\(fishQuoted(command.summary))'"
      )
      lines += command.allOptions.map { fishOption($0, of: command) }
      if let line = fishArgument(command) { lines.append(line) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func fishOption(_ option: Option, of command: CommandSpecification) -> String {
    var words = ["\(fishCondition(command)) -l \(option.name)"]
    if let short = option.short { words.append("-s \(short)") }
    switch option.value?.completion {
    case nil: break
    case .some(.none): words.append("-x")
    case .file: words.append("-r -F")
    case .choices(let choices) where option.value?.isOptional == true:
      // Without -x a word of its own is no value.
      words.append("-f -a '\(choices.joined(separator: " "))'")
    case .choices(let choices): words.append("-x -a '\(choices.joined(separator: " "))'")
    }
    words.append("-d '\(fishQuoted(option.help))'")
    return words.joined(separator: " ")
  }

  private static func fishArgument(_ command: CommandSpecification) -> String? {
    guard command.argument.maximumCount != 0 else { return nil }
    switch command.argument.completion {
    case .none: return nil
    case .file: return "\(fishCondition(command)) -F"
    case .choices(let choices):
      return "\(fishCondition(command)) -a '\(choices.joined(separator: " "))'"
    }
  }

  private static func fishCondition(_ command: CommandSpecification) -> String {
    "complete -c isoloss -n '__fish_seen_subcommand_from \(command.name)'"
  }

  private static func fishQuoted(_ text: String) -> String {
    text.reduce(into: "") { $0 += $1 == "'" ? "\\'" : String($1) }
  }
}
