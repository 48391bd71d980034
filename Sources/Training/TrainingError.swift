public import ModelShapes

/// What keeps a model from being trained.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file of tokens ends within one.
  case brokenTokens(name: String, byteCount: Int, width: Int)

  /// A token is none of the vocabulary.
  case unknownToken(StrangeToken, vocabulary: Int)

  /// There are too few tokens for a window.
  case tooFewTokens(name: String, count: Int, needed: Int)

  /// The recipe waits for the validation loss, and there are no tokens to measure it on.
  case nothingToValidate

  /// A number became infinite or none at all; the tensor whose gradient shows it first, if any does.
  case notFinite(step: Int, tensor: TransformerTensor?)

  /// The run was told to stop while it measured a validation loss, which it has to do again.
  case interrupted

  /// The state to go on from was made under other options.
  case otherOptions(name: String, differences: [String])

  /// The state to go on from does not hold what it should.
  case brokenState(name: String, expected: String)

  /// The error in words.
  public var description: String {
    switch self {
    case .brokenTokens(let name, let byteCount, let width):
      "\(name): \(byteCount) bytes are no whole number of tokens of \(width) bytes"
    case .unknownToken(let token, let vocabulary):
      "\(token.name): token \(token.position)"
        + (token.byteOffset.map { ", at byte \($0)," } ?? "")
        + " is \(token.id), but the vocabulary has \(vocabulary) tokens"
    case .tooFewTokens(let name, let count, let needed):
      "\(name): \(count) tokens are too few, \(needed) are needed for one window"
    case .nothingToValidate:
      "patience waits for the validation loss, and there are no tokens to measure it on"
    case .notFinite(let step, let tensor):
      "the loss or a gradient is not finite at step \(step)"
        + (tensor.map { ", first in \(Self.words($0))" } ?? "")
        + "; a lower learning rate or a smaller clipping norm may help"
    case .interrupted: "stopped while the validation loss was measured"
    case .otherOptions(let name, let differences):
      "\(name): the run was begun under other options: \(differences.joined(separator: "; "))"
    case .brokenState(let name, let expected):
      "\(name): no state of a training run: expected \(expected)"
    }
  }

  private static func words(_ tensor: TransformerTensor) -> String {
    "the gradient of \(tensor.role.rawValue)" + (tensor.layer.map { " of block \($0)" } ?? "")
  }
}
