/// Words that do not make a command: what was given and what was expected.
public enum UsageError: Error, Hashable, Sendable {
  /// A command no one knows.
  case unknownCommand(String, suggestion: String?)

  /// An option before any command.
  case misplacedOption(String, suggestion: String?)

  /// An option the command does not have.
  case unknownOption(String, suggestion: String?)

  /// An option without the value it needs.
  case missingValue(option: String, valueName: String)

  /// A value for an option that stands alone.
  case unexpectedValue(option: String)

  /// An option given twice that may stand once.
  case repeatedOption(String)

  /// Two options that exclude one another.
  case conflict(String, String)

  /// An option that says nothing without another.
  case needs(option: String, other: String)

  /// A value outside the few an option takes.
  case notAChoice(String, option: String, choices: [String], suggestion: String?)

  /// A value that is not the quantity an option takes.
  case invalidQuantity(option: String, QuantityError)

  /// Too few arguments.
  case missingArgument(String)

  /// One argument too many.
  case unexpectedArgument(String)

  /// Anything else, in words.
  case other(String)
}

extension UsageError: CustomStringConvertible {
  /// The error in words, with a guess at what was meant where there is one.
  public var description: String {
    switch self {
    case .unknownCommand(let word, let suggestion):
      "unknown command `\(word)`" + didYouMean(suggestion)
    case .misplacedOption(let word, let suggestion):
      "`\(word)` comes before any command; options follow theirs, as in `isoloss eval --json FILE`"
        + didYouMean(suggestion)
    case .unknownOption(let word, let suggestion):
      "unknown option `\(word)`" + didYouMean(suggestion)
    case .missingValue(let option, let valueName):
      "`\(option)` needs a value: `\(option) \(valueName)`"
    case .unexpectedValue(let option):
      "`\(option)` takes no value"
    case .repeatedOption(let option):
      "`\(option)` is given twice"
    case .conflict(let first, let second):
      "`\(first)` and `\(second)` exclude one another"
    case .needs(let option, let other):
      "`\(option)` needs `\(other)`"
    case .notAChoice(let text, let option, let choices, let suggestion):
      "`\(option)` takes \(choices.map { "`\($0)`" }.joined(separator: ", ")), found `\(text)`"
        + didYouMean(suggestion)
    case .invalidQuantity(let option, let error):
      "`\(option)`: \(error)"
    case .missingArgument(let name):
      "missing argument `\(name)`"
    case .unexpectedArgument(let word):
      "unexpected argument `\(word)`"
    case .other(let message):
      message
    }
  }

  private func didYouMean(_ suggestion: String?) -> String {
    suggestion.map { "; did you mean `\($0)`?" } ?? ""
  }
}
