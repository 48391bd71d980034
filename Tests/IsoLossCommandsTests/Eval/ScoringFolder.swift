import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

/// A folder with checkpoints that the package wrote and tokenizers that it trained.
///
/// `tiny` is a GPT-2 of random weights with a tokenizer, `flat` one whose weights are all zero, `bare` a
/// Llama without a tokenizer, `nameless` one that names no token for beginnings either; `tok` is a tokenizer
/// of more tokens than they have.
enum ScoringFolder {
  static let tokenCount = 300

  static let gpt2 = TransformerConfiguration(
    shape: .gpt2(layers: 1, width: 24, heads: 3, vocabulary: tokenCount, context: 64)
  )

  static let llama = TransformerConfiguration(
    shape: .llama(
      layers: 1,
      width: 24,
      heads: 6,
      keyValueHeads: 2,
      feedForwardWidth: 40,
      vocabulary: tokenCount,
      context: 64
    ),
    activation: .silu,
    rotary: RotaryPositions(dimension: 4)
  )

  static func make() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("text.txt", Array(TrainedVocabulary.text.prefix(4000)))
    try folder.write("empty.txt", "")
    try write(gpt2, deviation: 0.3, to: "tiny", in: folder)
    try write(gpt2, deviation: 0, to: "flat", in: folder)
    try write(llama, deviation: 0.3, beginningOfText: 5, to: "bare", in: folder)
    try write(llama, deviation: 0.3, to: "nameless", in: folder)
    for (name, count) in [("tiny", tokenCount), ("flat", tokenCount), ("tok", 400)] {
      let run = CommandRun(
        [
          "tokenizer", "train", "text.txt", "--vocabulary", "\(count)",
          "--special", "<|endoftext|>", "-o", name,
        ],
        in: folder.path
      )
      try #require(run.code == .done, "\(run.diagnostics)")
    }
    return folder
  }

  private static func write(
    _ transformer: TransformerConfiguration,
    deviation: Double,
    beginningOfText: Int? = nil,
    to name: String,
    in folder: TemporaryFolder
  ) throws {
    let configuration = try #require(
      CheckpointConfiguration(describing: transformer, beginningOfText: beginningOfText)
    )
    let parameters = TransformerParameters(
      random: transformer.shape,
      seed: 11,
      deviation: deviation
    )
    let path = "\(folder.path)/\(name)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Checkpoint(configuration, parameters).write(folder: path)
  }
}
