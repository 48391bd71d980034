import FileFormats
import Foundation
import ModelShapes
import TestSupport
import Testing
import TransformerModels

@Suite("Checkpoints")
struct CheckpointTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("come back bit by bit, and are the same for the same model", arguments: SmallModel.all)
  func roundTrip(_ model: SmallModel) throws {
    let checkpoint = model.checkpoint()
    try checkpoint.write(folder: folder.path)
    if let kept = try WrittenFolders.make("small/\(model.name)") {
      try checkpoint.write(folder: kept)
    }
    let bytes = try (folder.bytes("config.json"), folder.bytes("model.safetensors"))
    let read = try Checkpoint.read(folder: folder.path)
    #expect(read.parameters.array == checkpoint.parameters.array)
    #expect(read.configuration.transformer == model.configuration.transformer)
    #expect(read.configuration.elementType == .f32)
    try read.write(folder: folder.path)
    let again = try (folder.bytes("config.json"), folder.bytes("model.safetensors"))
    #expect(bytes == again)
  }

  @Test("are written in half precision too", arguments: [SafetensorsType.bf16, .f16])
  func halves(_ type: SafetensorsType) throws {
    let model = SmallModel.all[2]
    let checkpoint = model.checkpoint()
    try checkpoint.write(folder: folder.path, elementType: type)
    let read = try Checkpoint.read(folder: folder.path)
    #expect(read.configuration.elementType == type)
    for (found, value) in zip(read.parameters.array, checkpoint.parameters.array) {
      #expect(abs(found - value) <= value / (type == .bf16 ? 256 : 2048))
    }
  }

  /// An element of a tensor in a written folder.
  private func element(_ name: String, _ indices: Int...) throws -> Float {
    let file = try SafetensorsFile(path: folder.path + "/model.safetensors")
    let tensor = try file.tensor(name)
    var values = [Float](repeating: 0, count: tensor.count)
    var span = values.mutableSpan
    try file.read(tensor, into: &span)
    return values[zip(indices, tensor.shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  /// An element of a model's tensor.
  private func element(
    _ parameters: borrowing TransformerParameters,
    _ role: TransformerTensor.Role,
    layer: Int?,
    _ row: Int,
    _ column: Int = 0,
    columns: Int = 1
  ) throws -> Float {
    let range = try #require(parameters.layout.range(role, layer: layer))
    return parameters.array[range.lowerBound + row * columns + column]
  }

  @Test("of GPT-2 hold products as (inputs, outputs)")
  func gpt2() throws {
    let checkpoint = SmallModel.all[0].checkpoint()
    try checkpoint.write(folder: folder.path)
    // Output 50 is number 2 of the keys: queries and keys have 24 each.
    let key = try element(
      checkpoint.parameters,
      .projectionWeight,
      layer: 1,
      50,
      7,
      columns: 24
    )
    #expect(try element("transformer.h.1.attn.c_attn.weight", 7, 50) == key)
    let bias = try element(checkpoint.parameters, .projectionBias, layer: 1, 50)
    #expect(try element("transformer.h.1.attn.c_attn.bias", 50) == bias)
    let down = try element(checkpoint.parameters, .downWeight, layer: 0, 3, 90, columns: 96)
    #expect(try element("transformer.h.0.mlp.c_proj.weight", 90, 3) == down)
    let position = try element(
      checkpoint.parameters,
      .positionEmbedding,
      layer: nil,
      31,
      5,
      columns: 24
    )
    #expect(try element("transformer.wpe.weight", 31, 5) == position)
  }

  @Test("of Llama hold queries, keys and values apart")
  func llama() throws {
    let checkpoint = SmallModel.all[3].checkpoint()
    try checkpoint.write(folder: folder.path)
    // Six query heads and two of keys and of values, of four numbers each.
    for (name, first) in [("q_proj", 0), ("k_proj", 24), ("v_proj", 32)] {
      let value = try element(
        checkpoint.parameters,
        .projectionWeight,
        layer: 1,
        first + 6,
        9,
        columns: 24
      )
      #expect(try element("model.layers.1.self_attn.\(name).weight", 6, 9) == value)
      let bias = try element(checkpoint.parameters, .projectionBias, layer: 1, first + 6)
      #expect(try element("model.layers.1.self_attn.\(name).bias", 6) == bias)
    }
  }

  @Test("of GPT-NeoX hold queries, keys and values head by head")
  func gptNeoX() throws {
    let checkpoint = SmallModel.all[9].checkpoint()
    try checkpoint.write(folder: folder.path)
    // Three heads of 16: as `view(heads, 3, width)` of the fused tensor.
    for (head, part, number) in [(0, 0, 0), (0, 1, 3), (2, 0, 15), (1, 2, 7)] {
      let row = (part * 3 + head) * 16 + number
      let fused = (head * 3 + part) * 16 + number
      let value = try element(
        checkpoint.parameters,
        .projectionWeight,
        layer: 1,
        row,
        11,
        columns: 48
      )
      #expect(
        try element("gpt_neox.layers.1.attention.query_key_value.weight", fused, 11) == value
      )
    }
  }

  /// Rewrites the folder's weights under other names, without some, or with others besides.
  private func rewrite(
    adding extra: [SafetensorsWriter.Tensor] = [],
    _ rename: (String) -> String?
  ) throws {
    let path = folder.path + "/model.safetensors"
    let file = try SafetensorsFile(path: path)
    let kept = file.tensors.filter { rename($0.name) != nil }
    let tensors = kept.map { tensor in
      SafetensorsWriter.Tensor(rename(tensor.name) ?? "", shape: tensor.shape)
    }
    var writer = try SafetensorsWriter(path: path, tensors: tensors + extra)
    for tensor in kept {
      var values = [Float](repeating: 0, count: tensor.count)
      var span = values.mutableSpan
      try file.read(tensor, into: &span)
      try writer.write(values.span)
    }
    for tensor in extra {
      try writer.write([Float](repeating: 0, count: tensor.count).span)
    }
    try writer.commit()
  }

  @Test("may lack the prefix, repeat a tied head, and hold masks")
  func tolerated() throws {
    let checkpoint = SmallModel.all[0].checkpoint()
    try checkpoint.write(folder: folder.path)
    try rewrite(adding: [
      .init("lm_head.weight", shape: [50, 24]), .init("h.0.attn.bias", shape: [1, 1, 32, 32]),
      .init("h.0.attn.masked_bias", shape: []),
    ]) { String($0.dropFirst("transformer.".count)) }
    let read = try Checkpoint.read(folder: folder.path)
    #expect(read.parameters.array == checkpoint.parameters.array)
  }

  @Test("that do not fit their configuration name every tensor")
  func problems() throws {
    try SmallModel.all[2].checkpoint().write(folder: folder.path)
    try rewrite(adding: [
      .init("model.layers.0.self_attn.q_proj.bias", shape: [24]),
      .init("model.norm.weight", shape: [23]),
    ]) { name in
      ["model.norm.weight", "model.layers.1.mlp.up_proj.weight"].contains(name) ? nil : name
    }
    let files = try CheckpointFiles(folder: folder.path, name: "m")
    #expect(
      files.problems.map(\.description) == [
        "m: expected the tensor `model.layers.1.mlp.up_proj.weight`, found none",
        "m/model.safetensors: `model.norm.weight`: expected the shape [24] by the configuration,"
          + " found [23]",
        "m/model.safetensors: the tensor `model.layers.0.self_attn.q_proj.bias` has no place in a model"
          + " of this configuration",
      ]
    )
    let error = #expect(throws: CheckpointError.self) {
      _ = try Checkpoint.read(folder: folder.path, name: "m")
    }
    #expect(error == files.problems.first)
  }

  @Test("of a configuration that claims much take no memory")
  func claims() throws {
    try SmallModel.all[2].checkpoint().write(folder: folder.path)
    var object = try #require(SmallModel.all[2].configuration.json.object)
    object["hidden_size"] = .integer(1 << 20)
    object["vocab_size"] = .integer(1 << 26)
    object["intermediate_size"] = .integer(1 << 22)
    try folder.write("config.json", JSONValue.object(object).serialized())
    let error = #expect(throws: CheckpointError.self) {
      _ = try Checkpoint.read(folder: folder.path, name: "m")
    }
    #expect(
      error?.description
        == "m/model.safetensors: `model.embed_tokens.weight`: expected the shape [67108864, 1048576]"
        + " by the configuration, found [50, 24]"
    )
  }

  @Test("stop where they are asked to")
  func interrupted() throws {
    struct Stop: Error {}
    try SmallModel.all[2].checkpoint().write(folder: folder.path)
    let before = try folder.bytes("model.safetensors")
    #expect(throws: Stop.self) {
      _ = try Checkpoint.read(folder: folder.path) { throw Stop() }
    }
    var count = 0
    #expect(throws: Stop.self) {
      try SmallModel.all[2].checkpoint().write(folder: folder.path, elementType: .bf16) {
        count += 1
        if count == 5 { throw Stop() }
      }
    }
    #expect(try folder.bytes("model.safetensors") == before)
  }
}

@Suite(
  "Checkpoints of transformers",
  .enabled(if: TestFiles.hasShared("data/transformer/gpt2"), "needs data/transformer")
)
struct SharedCheckpointTests {
  @Test(
    "are read, and written tensor by tensor as they were",
    arguments: [
      "gpt2", "llama", "llama_sharded", "llama_bf16", "mistral_swa", "qwen2", "gpt_neox",
      "stories260K/hf",
    ]
  )
  func copies(_ name: String) throws {
    let temporary = try TemporaryFolder()
    let folder = try WrittenFolders.make(name) ?? temporary.path
    let source = TestFiles.shared("data/transformer/\(name)")
    let checkpoint = try Checkpoint.read(folder: source)
    let type = checkpoint.configuration.elementType ?? .f32
    try checkpoint.write(folder: folder, elementType: type)
    let original = try SafetensorsFolder(path: source)
    let copy = try SafetensorsFolder(path: folder)
    #expect(copy.tensors.count == original.tensors.count)
    for (file, tensor) in original.tensors {
      let (other, found) = try #require(copy[tensor.name])
      #expect(found.shape == tensor.shape && found.type == tensor.type)
      #expect(try other.values(found) == file.values(tensor))
    }
  }

  @Test(
    "of all architectures have the parameters that their tensors have",
    arguments: ["llama", "qwen2"]
  )
  func counts(_ name: String) throws {
    let files = try CheckpointFiles(folder: TestFiles.shared("data/transformer/\(name)"))
    let count = files.weights.tensors.reduce(0) { $0 + $1.tensor.count }
    #expect(files.configuration.transformer.shape.parameterCount == count)
    #expect(files.problems.isEmpty)
  }
}

/// Where folders stay for `Golden/load.py`: below what `ISOLOSS_WRITE_CHECKPOINTS` names.
private enum WrittenFolders {
  static func make(_ name: String) throws -> String? {
    let root = ProcessInfo.processInfo.environment["ISOLOSS_WRITE_CHECKPOINTS"]
    guard let root else { return nil }
    let folder = "\(root)/\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }
}

extension SafetensorsFile {
  /// All values of a tensor.
  fileprivate func values(_ tensor: Tensor) throws -> [Float] {
    var values = [Float](repeating: .nan, count: tensor.count)
    var span = values.mutableSpan
    try read(tensor, into: &span)
    return values
  }
}
