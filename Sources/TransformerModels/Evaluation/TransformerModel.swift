public import LanguageModeling
public import LossNumerics
import ModelShapes
public import Tokenization

/// A transformer with its weights as a model of texts, or of token ids.
///
///     let checkpoint = try Checkpoint.read(folder: "tinyllama")
///     let model = TransformerModel(checkpoint, tokenizer: tokenizer, windows: windows, kernels: kernels)
///     var evaluator = TextEvaluator(scorer: model.makeScorer(ranks: false))
///
/// A final class because it owns the weights, which scorers share.
public final class TransformerModel: LanguageModel, Sendable {
  /// What the checkpoint says of the model.
  public let configuration: CheckpointConfiguration

  /// What cuts texts into tokens; without it only ids can be scored.
  public let tokenizer: (any Tokenizer)?

  /// How texts longer than the context are cut, and what stands before them.
  public let windows: ContextWindows

  /// The token that is scored behind every text; `nil` for none.
  public let scoredEnd: TokenID?

  let parameters: TransformerParameters
  let packing = PackedWeights()
  let kernels: KernelContext

  /// Makes a model of a checkpoint.
  ///
  /// - Parameters:
  ///   - checkpoint: The model and its weights.
  ///   - tokenizer: What cuts texts into tokens.
  ///   - windows: How texts are cut, and what stands before them.
  ///   - scoredEnd: A token that is scored behind every text.
  ///   - kernels: The instruction set and the threads.
  /// - Precondition: All tokens are among the model's; windows fit learned positions.
  public init(
    _ checkpoint: consuming Checkpoint,
    tokenizer: (any Tokenizer)?,
    windows: ContextWindows,
    scoredEnd: TokenID? = nil,
    kernels: KernelContext
  ) {
    let vocabulary = checkpoint.configuration.transformer.shape.vocabulary
    precondition(
      tokenizer.map { $0.tokenCount <= vocabulary } ?? true,
      "a tokenizer of more tokens than the \(vocabulary) of the model"
    )
    configuration = checkpoint.configuration
    parameters = checkpoint.parameters
    self.tokenizer = tokenizer
    self.windows = windows
    self.scoredEnd = scoredEnd
    self.kernels = kernels
  }
}

extension TransformerModel {
  /// The architecture's name.
  public var name: String { configuration.architecture.rawValue }

  /// What the tokenizer takes for a token, or plain numbers.
  public var tokenUnit: String { tokenizer?.tokenUnit ?? "id" }

  /// The weights stay as they are.
  public var learns: Bool { false }

  /// Makes a scorer at the beginning of a text.
  public func makeScorer(ranks: Bool) -> TransformerScorer {
    TransformerScorer(self, ranks: ranks)
  }
}
