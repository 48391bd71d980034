/// Why an n-gram model cannot be trained as asked.
public enum NGramError: Error, Sendable, Hashable {
  /// The order is below 1 or above ``KneserNeyTrainer/largestOrder``.
  case orderOutOfRange(Int)

  /// The texts hold no line.
  case nothingToTrainOn

  /// A word of the training text is spelled like one the model reserves.
  case reservedWord(String, file: String, line: Int)

  /// A word, or a run of invalid UTF-8, is longer than any text has.
  case tokenTooLong(byteLength: Int, limit: Int, file: String, line: Int)

  /// The texts hold more tokens than 32-bit positions can count.
  case tooManyTokens(limit: Int)

  /// The counts of an order give no discounts.
  case noDiscounts(order: Int, DiscountFailure)
}

extension NGramError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .orderOutOfRange(let order):
      return "expected an order from 1 to \(KneserNeyTrainer.largestOrder), found `\(order)`"
    case .nothingToTrainOn:
      return "nothing to train on: the training text is empty"
    case .reservedWord(let word, let file, let line):
      return
        "\(file):\(line): expected no reserved word, found `\(word)`; `--reserved skip` or `count` would do"
    case .tokenTooLong(let byteLength, let limit, let file, let line):
      return "\(file):\(line): expected tokens of at most \(limit) bytes, found one of "
        + "\(byteLength); is this a text?"
    case .tooManyTokens(let limit):
      return "expected at most \(limit) training tokens, sentence ends included"
    case .noDiscounts(let order, let failure):
      return "no discounts for order \(order): \(failure); the text is small or artificial, "
        + "`--discounts fallback` would do"
    }
  }
}
