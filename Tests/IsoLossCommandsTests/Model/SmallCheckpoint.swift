import Foundation
import IsoLoss
import Testing

/// A small checkpoint with weights that follow from a seed.
enum SmallCheckpoint {
  /// A model of Llama's kind with grouped queries and a window.
  static let mistral = TransformerConfiguration(
    shape: .llama(
      layers: 2,
      width: 24,
      heads: 6,
      keyValueHeads: 2,
      feedForwardWidth: 64,
      vocabulary: 300,
      context: 128
    ),
    activation: .silu,
    normEpsilon: 1e-6,
    rotary: RotaryPositions(dimension: 4),
    attentionWindow: 32
  )

  /// A folder of its own with the checkpoint in `tiny`, and beside it what is wrong with others.
  static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let configuration = try #require(
      CheckpointConfiguration(describing: mistral, beginningOfText: 1, endOfText: [2])
    )
    var generator = SeededGenerator(seed: 9)
    var parameters = TransformerParameters(ParameterLayout(mistral.shape))
    let layout = parameters.layout
    var values = parameters.values.mutableSpan
    for index in layout.tensors.indices {
      for place in layout.range(at: index) { values[place] = Float(generator.nextUniform() - 0.5) }
    }
    let checkpoint = Checkpoint(configuration, parameters)
    let path = folder.path + "/tiny"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try checkpoint.write(folder: path)
    return folder
  }
}
