public import FileFormats
import ModelShapes

/// What a checkpoint's `config.json` says of its model.
///
///     let configuration = try CheckpointConfiguration(path: "tinyllama/config.json")
///     print(configuration.transformer.shape.parameterCount)
public struct CheckpointConfiguration: Sendable, Hashable {
  /// The family that decides how tensors are called and laid out.
  public let architecture: TransformerArchitecture

  /// The model.
  public let transformer: TransformerConfiguration

  /// How its rotary positions come about; `nil` where positions are learned.
  public let rotary: RotarySettings?

  /// The token that a text begins with, where one is named.
  public var beginningOfText: Int?

  /// The tokens that end a text, where any are named.
  public var endOfText: [Int]

  /// What the weights' elements are, where that is named.
  public var elementType: SafetensorsType?

  init(
    architecture: TransformerArchitecture,
    transformer: TransformerConfiguration,
    rotary: RotarySettings?,
    beginningOfText: Int? = nil,
    endOfText: [Int] = [],
    elementType: SafetensorsType? = nil
  ) {
    self.architecture = architecture
    var transformer = transformer
    transformer.rotary = rotary?.positions(headWidth: transformer.shape.headWidth)
    self.transformer = transformer
    self.rotary = rotary
    self.beginningOfText = beginningOfText
    self.endOfText = endOfText
    self.elementType = elementType
  }

  /// Describes a model so that it can be written; `nil` where none of the architectures has its parts, or
  /// its frequencies come from no base.
  ///
  /// - Parameters:
  ///   - transformer: The model.
  ///   - rotary: How its rotary positions come about; by default what gives its frequencies. They
  ///     replace those of the model.
  ///   - beginningOfText: The token that a text begins with.
  ///   - endOfText: The tokens that end a text.
  public init?(
    describing transformer: TransformerConfiguration,
    rotary: RotarySettings? = nil,
    beginningOfText: Int? = nil,
    endOfText: [Int] = []
  ) {
    guard let architecture = TransformerArchitecture(of: transformer) else { return nil }
    var settings = rotary
    if transformer.shape.positions == .rotary, settings == nil {
      guard let positions = transformer.rotary else { return nil }
      let headWidth = transformer.shape.headWidth
      settings = RotarySettings(recognizing: positions, headWidth: headWidth)
      guard settings != nil else { return nil }
    }
    // Only GPT-NeoX turns a part of a head.
    guard architecture == .gptNeoX || settings?.share ?? 1 == 1 else { return nil }
    self.init(
      architecture: architecture,
      transformer: transformer,
      rotary: transformer.shape.positions == .rotary ? settings : nil,
      beginningOfText: beginningOfText,
      endOfText: endOfText
    )
  }
}
