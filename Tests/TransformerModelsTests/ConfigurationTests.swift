import FileFormats
import LossNumerics
import ModelShapes
import TestSupport
import Testing
import TransformerModels

@Suite("Configurations of checkpoints")
struct ConfigurationTests {
  /// Each architecture with the keys that have to be there, worked by hand from the classes'
  /// documentation.
  private static let minimal: [String: String] = [
    "gpt2": """
    {"model_type": "gpt2", "vocab_size": 50, "n_positions": 32, "n_embd": 24, "n_layer": 2, "n_head": 3}
    """,
    "llama": """
    {"model_type": "llama", "vocab_size": 50, "hidden_size": 24, "intermediate_size": 40,
     "num_hidden_layers": 2, "num_attention_heads": 6, "max_position_embeddings": 32}
    """,
    "mistral": """
    {"model_type": "mistral", "vocab_size": 50, "hidden_size": 24, "intermediate_size": 40,
     "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 2,
     "max_position_embeddings": 32}
    """,
    "qwen2": """
    {"model_type": "qwen2", "vocab_size": 50, "hidden_size": 24, "intermediate_size": 40,
     "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 2,
     "max_position_embeddings": 32}
    """,
    "gpt_neox": """
    {"model_type": "gpt_neox", "vocab_size": 50, "hidden_size": 48, "intermediate_size": 192,
     "num_hidden_layers": 2, "num_attention_heads": 3, "max_position_embeddings": 32}
    """,
  ]

  /// A minimal configuration with members changed; `nothing` takes one away.
  private func json(_ type: String, _ changes: String = "{}") throws -> JSONValue {
    let text = try #require(Self.minimal[type])
    var object = try #require(JSONValue(parsing: Array(text.utf8), name: "minimal").object)
    let changed = try JSONValue(parsing: Array(changes.utf8), name: "changes").object
    for member in changed?.members ?? [] {
      let isTaken = member.value.string == "nothing"
      object[member.key] = isTaken ? JSONValue?.none : member.value
    }
    return .object(object)
  }

  private func read(_ type: String, _ changes: String = "{}") throws -> CheckpointConfiguration {
    try CheckpointConfiguration(json(type, changes), name: "config.json")
  }

  @Test("take what is not said as transformers does")
  func defaults() throws {
    let gpt2 = try read("gpt2")
    #expect(gpt2.transformer == SmallModel.gpt2)
    #expect(gpt2.endOfText == [] && gpt2.beginningOfText == nil && gpt2.elementType == nil)
    let llama = try read("llama").transformer
    #expect(llama.shape.keyValueHeads == 6 && llama.shape.headWidth == 4)
    #expect(llama.normEpsilon == 1e-6 && llama.attentionWindow == nil)
    #expect(llama.rotary == RotaryPositions(dimension: 4))
    #expect(llama.shape.biases == [] && !llama.shape.isHeadTied)
    #expect(try read("mistral").transformer.attentionWindow == 4096)
    let qwen2 = try read("qwen2").transformer
    #expect(qwen2.attentionWindow == nil && qwen2.shape.biases == .queriesKeysValues)
    let neox = try read("gpt_neox").transformer
    #expect(neox.rotary == RotaryPositions(dimension: 4))
    #expect(neox.shape.residual == .parallel && neox.activation == .gelu)
  }

  @Test("say the same in the styles of old and of new versions")
  func styles() throws {
    func rotary(_ type: String, _ changes: String) throws -> RotarySettings? {
      try read(type, changes).rotary
    }
    let linear = RotarySettings(base: 5000, scaling: .linear(factor: 4))
    for changes in [
      #"{"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 5000}}"#,
      #"{"rope_scaling": {"type": "linear", "factor": 4}, "rope_theta": 5000.0}"#,
      #"{"rope_scaling": {"rope_type": "linear", "factor": 4}, "rope_theta": 5000.0}"#,
      #"{"rope_parameters": {"rope_type": "linear", "factor": 4.0}, "rope_theta": 5000}"#,
    ] {
      #expect(try rotary("llama", changes) == linear)
    }
    let llama3 =
      #"{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "#
      + #""original_max_position_embeddings": 16}"#
    let scaled = RotarySettings(
      base: 500_000,
      scaling: .llama3(factor: 8, low: 1, high: 4, originalContext: 16)
    )
    #expect(
      try rotary("llama", "{\"rope_theta\": 500000.0, \"rope_scaling\": \(llama3)}") == scaled
    )
    let half = RotarySettings(base: 777, share: 0.5)
    for changes in [
      #"{"rotary_pct": 0.5, "rotary_emb_base": 777}"#,
      #"{"rope_parameters": {"partial_rotary_factor": 0.5, "rope_theta": 777.0}}"#,
    ] {
      #expect(try rotary("gpt_neox", changes) == half)
    }
    #expect(try read("llama", #"{"dtype": "bfloat16"}"#).elementType == .bf16)
    #expect(try read("llama", #"{"torch_dtype": "float16"}"#).elementType == .f16)
    #expect(try read("llama", #"{"eos_token_id": [3, 5]}"#).endOfText == [3, 5])
    #expect(try read("llama", #"{"bos_token_id": 1, "eos_token_id": 2}"#).endOfText == [2])
  }

  @Test("know windows of all layers and of none")
  func windows() throws {
    func window(_ type: String, _ changes: String) throws -> Int? {
      try read(type, changes).transformer.attentionWindow
    }
    #expect(try window("mistral", #"{"sliding_window": null}"#) == nil)
    #expect(try window("mistral", #"{"sliding_window": 7}"#) == 7)
    let sliding = #""layer_types": ["sliding_attention", "sliding_attention"]"#
    let full = #""layer_types": ["full_attention", "full_attention"]"#
    #expect(try window("qwen2", #"{"sliding_window": 7, "use_sliding_window": false}"#) == nil)
    #expect(try window("qwen2", #"{"sliding_window": 7, "use_sliding_window": true}"#) == nil)
    let all = #""sliding_window": 7, "use_sliding_window": true"#
    #expect(try window("qwen2", "{\(all), \"max_window_layers\": 0}") == 7)
    #expect(try window("qwen2", "{\(all), \"max_window_layers\": 2}") == nil)
    #expect(try window("qwen2", "{\(all), \(sliding)}") == 7)
    #expect(try window("qwen2", "{\(all), \"max_window_layers\": 0, \(full)}") == nil)
  }

  @Test(
    "that are wrong or not supported say which key",
    arguments: [
      (
        "gpt2", #"{"n_layer": "nothing"}"#,
        "`n_layer`: expected a whole number from 1 to 4096, found nothing"
      ),
      ("gpt2", #"{"n_layer": 0}"#, "`n_layer`: expected a whole number from 1 to 4096, found `0`"),
      (
        "gpt2", #"{"n_layer": 9223372036854775807}"#,
        "`n_layer`: expected a whole number from 1 to 4096, found `9223372036854775807`"
      ),
      (
        "gpt2", #"{"n_embd": 1e300}"#,
        "`n_embd`: expected a whole number from 1 to 1048576, found `1e+300`"
      ),
      (
        "gpt2", #"{"n_embd": "x"}"#,
        "`n_embd`: expected a whole number from 1 to 1048576, found `\"x\"`"
      ),
      ("gpt2", #"{"n_embd": 25}"#, "`n_head`: expected a divisor of the width 25, found 3"),
      (
        "gpt2", #"{"n_embd": 3000}"#,
        "`n_head`: a head of 1000 numbers is not supported, only heads of at most 512"
      ),
      (
        "gpt2", #"{"scale_attn_weights": false}"#,
        "`scale_attn_weights`: false is not supported, only true"
      ),
      (
        "gpt2", #"{"scale_attn_by_inverse_layer_idx": true}"#,
        "`scale_attn_by_inverse_layer_idx`: true is not supported, only false"
      ),
      (
        "gpt2", #"{"activation_function": "tanh"}"#,
        "`activation_function`: `tanh` is not supported, only gelu, gelu_new, relu and silu"
      ),
      (
        "gpt2", #"{"layer_norm_epsilon": -1}"#,
        "`layer_norm_epsilon`: expected a number above 0, found `-1`"
      ),
      (
        "llama", #"{"model_type": "bert"}"#,
        "`model_type`: `bert` is not supported, only gpt2, llama, mistral, qwen2, gpt_neox"
      ),
      ("llama", #"{"hidden_act": "gelu"}"#, "`hidden_act`: `\"gelu\"` is not supported, only silu"),
      (
        "llama", #"{"num_key_value_heads": 4}"#,
        "`num_key_value_heads`: expected a divisor of the 6 query heads, found 4"
      ),
      (
        "qwen2", #"{"num_key_value_heads": "nothing"}"#,
        "`num_key_value_heads`: expected a whole number from 1 to 4096, found nothing"
      ),
      (
        "llama", #"{"rope_scaling": {"type": "dynamic", "factor": 2}}"#,
        "`rope_scaling.type`: `dynamic` is not supported, only default, linear and llama3"
      ),
      (
        "llama", #"{"rope_parameters": {"rope_type": "yarn", "factor": 2}}"#,
        "`rope_parameters.rope_type`: `yarn` is not supported, only default, linear and llama3"
      ),
      (
        "llama", #"{"rope_parameters": {"rope_type": "linear"}}"#,
        "`rope_parameters.factor`: expected a number above 0, found nothing"
      ),
      (
        "llama", #"{"rope_parameters": {"full_attention": {"rope_type": "default"}}}"#,
        "`rope_parameters`: settings for `full_attention` alone is not supported, only one set for all layers"
      ),
      ("llama", #"{"rope_parameters": 3}"#, "`rope_parameters`: expected an object, found `3`"),
      ("llama", #"{"rope_theta": 0.5}"#, "`rope_theta`: expected a number above 1, found 0.5"),
      (
        "llama", #"{"head_dim": 5}"#,
        "`head_dim`: 5 of 5 is not supported, only an even part of each head that turns"
      ),
      (
        "llama", #"{"partial_rotary_factor": 0.5}"#,
        "`partial_rotary_factor`: 0.5 is not supported, only 1 for `llama`"
      ),
      (
        "gpt_neox", #"{"rotary_pct": 0.01}"#,
        "`rotary_pct`: 0 of 16 is not supported, only an even part of each head that turns"
      ),
      (
        "qwen2", #"{"layer_types": ["full_attention", "sliding_attention"]}"#,
        "`layer_types`: a mixture of `full_attention` and `sliding_attention` is not supported,"
          + " only one kind for all layers"
      ),
      (
        "qwen2", #"{"layer_types": ["full_attention"]}"#,
        "`layer_types`: expected 2 names, one a layer, found `[\"full_attention\"]`"
      ),
      (
        "qwen2", #"{"use_sliding_window": true, "max_window_layers": 1}"#,
        "`max_window_layers`: a window from layer 1 of 2 on is not supported, only windows of all layers or"
          + " of none"
      ),
      (
        "mistral", #"{"sliding_window": 0}"#,
        "`sliding_window`: expected a whole number from 1, or null, found `0`"
      ),
      ("llama", #"{"eos_token_id": "</s>"}"#, "`eos_token_id`: expected tokens, found `\"</s>\"`"),
      (
        "llama", #"{"quantization_config": {"bits": 4}}"#,
        "`quantization_config`: `{\"bits\":4}` is not supported, only weights that are not quantized"
      ),
      (
        "llama", #"{"tie_word_embeddings": "yes"}"#,
        "`tie_word_embeddings`: expected true or false, found `\"yes\"`"
      ),
    ]
  )
  func wrong(_ type: String, _ changes: String, _ message: String) throws {
    let json = try json(type, changes)
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointConfiguration(json, name: "config.json")
    }
    #expect(error?.description == "config.json: " + message)
  }

  @Test("with random faults are read or refused", arguments: minimal.keys.sorted())
  func fuzz(_ type: String) throws {
    var generator = SeededGenerator(seed: 3)
    let text = Array(try json(type).serialized(.compact).utf8)
    let meaningful = Array("0123456789-.e,:\"{}[]null".utf8)
    for _ in 0..<2000 {
      var bytes = text
      for _ in 0...generator.next(below: 3) {
        bytes[generator.next(below: bytes.count)] =
          meaningful[
            generator.next(below: meaningful.count)
          ]
      }
      do {
        let configuration = try CheckpointConfiguration(
          JSONValue(parsing: bytes, name: "config.json"),
          name: "config.json"
        )
        #expect(configuration.transformer.shape.parameterCount > 0)
      } catch is JSONError {
      } catch is CheckpointError {
      }
    }
  }

  @Test("that are no objects, and no JSON")
  func noObject() throws {
    let folder = try TemporaryFolder()
    func message(_ text: String) throws -> String? {
      try folder.write("config.json", text)
      let error = #expect(throws: (any Error).self) {
        try CheckpointConfiguration(path: folder.path + "/config.json", name: "m/config.json")
      }
      return error.map { "\($0)" }
    }
    #expect(try message("[]")?.hasPrefix("m/config.json: `model_type`: expected an object") == true)
    #expect(
      try message("{")
        == "m/config.json:1:2: expected a key in double quotes or `}`, found the end of the file"
    )
    let missing = #expect(throws: FileError.self) {
      try CheckpointConfiguration(path: folder.path + "/none", name: "m/none")
    }
    #expect(missing?.description == "`m/none`: no such file")
  }

  @Test("come back from what is written of them", arguments: SmallModel.all)
  func written(_ model: SmallModel) throws {
    let configuration = try CheckpointConfiguration(model.configuration.json, name: "written")
    #expect(configuration == model.configuration)
  }

  @Test("with parts of no architecture are not written")
  func undescribed() {
    var model = SmallModel.gpt2
    model.shape.biases = []
    #expect(CheckpointConfiguration(describing: model) == nil)
    var windowed = SmallModel.gptNeoX
    windowed.attentionWindow = 4
    #expect(CheckpointConfiguration(describing: windowed) == nil)
    var odd = SmallModel.llama(biases: .attentionOutput)
    #expect(CheckpointConfiguration(describing: odd) == nil)
    odd = SmallModel.llama()
    odd.rotary?.frequencies[1] *= 1.1
    #expect(CheckpointConfiguration(describing: odd) == nil)
    odd.rotary = nil
    #expect(CheckpointConfiguration(describing: odd) == nil)
  }

  private static let shared = [
    "gpt2", "llama", "llama_sharded", "llama_bf16", "mistral_swa", "qwen2", "gpt_neox",
    "stories260K/hf",
  ]

  @Test(
    "of real checkpoints are the same in both styles",
    .enabled(if: TestFiles.hasShared("data/transformer/gpt2"), "needs data/transformer"),
    arguments: shared
  )
  func real(_ name: String) throws {
    let folder = TestFiles.shared("data/transformer/\(name)")
    let new = try CheckpointConfiguration(path: folder + "/config.json")
    #expect(try CheckpointConfiguration(path: folder + "/config_legacy.json") == new)
    #expect(new.beginningOfText == 1 && new.endOfText == [2])
    #expect(try CheckpointConfiguration(new.json, name: "written") == new)
  }
}
