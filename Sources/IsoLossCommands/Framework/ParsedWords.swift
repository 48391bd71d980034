import FileFormats

/// Command-line words matched with an option table: spelling is settled here, meaning is not.
public struct ParsedWords: Sendable, Hashable {
  /// The words that belong to no option, in order.
  public private(set) var arguments: [String] = []

  private var flags: Set<String> = []
  private var values: [String: [String]] = [:]

  /// Matches words with the options of a command.
  ///
  /// `--name value`, `--name=value` and `-n value` are understood; `--` ends the options, a single `-` is an
  /// argument (standard input).
  ///
  /// - Throws: ``UsageError`` at the first word that does not fit the table.
  public init(_ words: [String], for specification: CommandSpecification) throws(UsageError) {
    var remaining = words[...]
    while let word = remaining.popFirst() {
      if word == "--" {
        arguments += remaining
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        arguments.append(word)
        continue
      }
      try take(word, following: &remaining, of: specification)
    }
    // Help answers even where other words are missing.
    if !has("help") { try checkCount(of: specification.argument) }
  }

  private mutating func take(
    _ word: String,
    following remaining: inout ArraySlice<String>,
    of specification: CommandSpecification
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    let attached = parts.count == 2 ? String(parts[1]) : nil
    guard let option = specification.allOptions.first(where: { $0.isSpelled(spelling) }) else {
      let known = specification.allOptions.map(\.spelling)
      throw .unknownOption(spelling, suggestion: closestSpelling(to: spelling, among: known))
    }
    guard let value = option.value else {
      guard attached == nil else { throw .unexpectedValue(option: option.spelling) }
      flags.insert(option.name)
      return
    }
    if value.isOptional, attached == nil {
      flags.insert(option.name)
      return
    }
    let isNextAnOption = remaining.first.map { specification.hasOption(spelled: $0) } ?? true
    guard let text = attached ?? (isNextAnOption ? nil : remaining.popFirst()) else {
      throw .missingValue(option: option.spelling, valueName: value.name)
    }
    if case .choices(let choices) = value.completion, !choices.contains(text) {
      throw .notAChoice(
        text,
        option: option.spelling,
        choices: choices,
        suggestion: closestSpelling(to: text, among: choices)
      )
    }
    guard option.isRepeatable || values[option.name] == nil else {
      throw .repeatedOption(option.spelling)
    }
    values[option.name, default: []].append(text)
  }

  private func checkCount(of argument: CommandSpecification.Argument) throws(UsageError) {
    guard arguments.count >= argument.minimumCount else { throw .missingArgument(argument.name) }
    if let most = argument.maximumCount, arguments.count > most {
      throw .unexpectedArgument(arguments[most])
    }
  }
}

// MARK: - Reading

extension ParsedWords {
  /// Whether an option that stands alone was given.
  public func has(_ name: String) -> Bool { flags.contains(name) }

  /// Whether an option was given, with or without a value.
  public func isGiven(_ name: String) -> Bool { has(name) || values[name] != nil }

  /// The value given for an option, `nil` if it was not.
  public func text(_ name: String) -> String? { values[name]?.first }

  /// Every value given for a repeatable option, in order.
  public func texts(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option read as a quantity, or the default where the option was not given.
  public func quantity<Value>(
    _ name: String,
    default fallback: Value,
    _ parse: (String) throws(QuantityError) -> Value
  ) throws(UsageError) -> Value {
    try quantity(name, parse) ?? fallback
  }

  /// The value of an option read as a quantity; `nil` where the option was not given.
  public func quantity<Value>(
    _ name: String,
    _ parse: (String) throws(QuantityError) -> Value
  ) throws(UsageError) -> Value? {
    guard let text = text(name) else { return nil }
    do throws(QuantityError) {
      return try parse(text)
    } catch {
      throw .invalidQuantity(option: "--\(name)", error)
    }
  }

  /// Every value of a repeatable option, read as quantities.
  public func quantities<Value>(
    _ name: String,
    _ parse: (String) throws(QuantityError) -> Value
  ) throws(UsageError) -> [Value] {
    var values: [Value] = []
    for text in texts(name) {
      do throws(QuantityError) {
        values.append(try parse(text))
      } catch {
        throw .invalidQuantity(option: "--\(name)", error)
      }
    }
    return values
  }

  /// Refuses options that exclude one another.
  public func refuseTogether(_ names: [String]) throws(UsageError) {
    let given = names.filter(isGiven)
    if given.count > 1 { throw .conflict("--\(given[0])", "--\(given[1])") }
  }
}

extension CommandSpecification {
  fileprivate func hasOption(spelled word: String) -> Bool {
    word == "--" || allOptions.contains { $0.isSpelled(word) }
  }
}

extension Option {
  fileprivate func isSpelled(_ word: String) -> Bool {
    word == spelling || short.map { word == "-\($0)" } ?? false
  }
}
