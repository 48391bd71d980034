import FileFormats
import Foundation
import LossNumerics
import ModelShapes
import TransformerModels

/// A folder that is removed with everything in it when it goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "isoloss-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a text into the folder.
  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
  }

  /// Reads a file's bytes.
  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
  }
}

/// A small model of each architecture, with every option that changes its tensors.
struct SmallModel: Sendable, CustomStringConvertible {
  var name: String
  var configuration: CheckpointConfiguration
  var description: String { name }

  init(_ name: String, _ configuration: CheckpointConfiguration?) {
    self.name = name
    guard let configuration else { preconditionFailure("\(name) cannot be written") }
    self.configuration = configuration
  }

  /// A model of Llama's kind.
  static func llama(
    biases: TransformerShape.Biases = [],
    isHeadTied: Bool = false,
    window: Int? = nil
  ) -> TransformerConfiguration {
    TransformerConfiguration(
      shape: .llama(
        layers: 2,
        width: 24,
        heads: 6,
        keyValueHeads: 2,
        headWidth: 4,
        feedForwardWidth: 40,
        vocabulary: 50,
        context: 32,
        biases: biases,
        isHeadTied: isHeadTied
      ),
      activation: .silu,
      normEpsilon: 1e-6,
      rotary: RotaryPositions(dimension: 4),
      attentionWindow: window
    )
  }

  static let gpt2 = TransformerConfiguration(
    shape: .gpt2(layers: 2, width: 24, heads: 3, vocabulary: 50, context: 32)
  )

  static let gptNeoX = TransformerConfiguration(
    shape: .gptNeoX(layers: 2, width: 48, heads: 3, vocabulary: 50, context: 32),
    activation: .gelu,
    rotary: RotaryPositions(dimension: 4, base: 5000)
  )

  static var all: [SmallModel] {
    var untied = gpt2
    untied.shape.isHeadTied = false
    var plain = gptNeoX
    plain.shape.residual = .sequential
    plain.shape.biases = .feedForward
    let scaled = RotarySettings(
      base: 500_000,
      scaling: .llama3(factor: 8, low: 1, high: 4, originalContext: 16)
    )
    let linear = RotarySettings(scaling: .linear(factor: 4))
    return [
      .init("gpt2", .init(describing: gpt2, beginningOfText: 1, endOfText: [2])),
      .init("gpt2, untied", .init(describing: untied)),
      .init("llama", .init(describing: llama(), beginningOfText: 1, endOfText: [2, 7])),
      .init("llama, biases", .init(describing: llama(biases: .all, isHeadTied: true))),
      .init("llama, scaled", .init(describing: llama(), rotary: scaled)),
      .init("llama, linear", .init(describing: llama(biases: .feedForward), rotary: linear)),
      .init("mistral", .init(describing: llama(window: 8))),
      .init("qwen2", .init(describing: llama(biases: .queriesKeysValues, isHeadTied: true))),
      .init("qwen2, window", .init(describing: llama(biases: .queriesKeysValues, window: 8))),
      .init("gpt_neox", .init(describing: gptNeoX)),
      .init("gpt_neox, plain", .init(describing: plain)),
    ]
  }

  /// The model with weights by which every element is known: its place in the buffer, as far as Float
  /// tells places apart.
  func checkpoint() -> Checkpoint {
    let layout = ParameterLayout(configuration.transformer.shape)
    var parameters = TransformerParameters(layout)
    var values = parameters.values.mutableSpan
    for index in layout.tensors.indices {
      for place in layout.range(at: index) { values[place] = Float(place + 1) }
    }
    return Checkpoint(configuration, parameters)
  }
}

extension TransformerParameters {
  /// All elements.
  var array: [Float] {
    let span = values.span
    return span.indices.map { span[$0] }
  }
}
