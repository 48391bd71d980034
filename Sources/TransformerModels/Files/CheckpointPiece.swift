import ModelShapes

/// Rows of a tensor in a checkpoint's files that fill rows of a tensor of the model.
struct CheckpointPiece: Sendable, Hashable {
  /// The name in the files, without what stands before all names but the head's.
  var name: String

  /// The shape in the files.
  var shape: [Int]

  /// Whether the files hold the transpose, (inputs, outputs); then all of it is taken.
  var isTransposed = false

  /// Which rows are taken.
  var sourceRows: Range<Int>

  /// Where they begin in the tensor of the model.
  var targetRow = 0
}

extension TransformerArchitecture {
  /// What may stand before all names but the head's; checkpoints of the model without its head leave
  /// it out.
  var prefix: String {
    switch self {
    case .gpt2: "transformer."
    case .gptNeoX: "gpt_neox."
    case .llama, .mistral, .qwen2: "model."
    }
  }

  /// The logits' matrix, whose name has no prefix.
  var headName: String { self == .gptNeoX ? "embed_out.weight" : "lm_head.weight" }

  /// The name of the token embedding, without the prefix.
  var embeddingName: String {
    switch self {
    case .gpt2: "wte.weight"
    case .gptNeoX: "embed_in.weight"
    case .llama, .mistral, .qwen2: "embed_tokens.weight"
    }
  }

  /// Whether a tensor of the files is no parameter: masks and frequencies that older versions wrote.
  func isBuffer(_ name: String) -> Bool {
    let endings: [String] =
      switch self {
      case .gpt2: [".attn.bias", ".attn.masked_bias"]
      case .gptNeoX:
        [".attention.bias", ".attention.masked_bias", ".attention.rotary_emb.inv_freq"]
      case .llama, .mistral, .qwen2: [".rotary_emb.inv_freq"]
      }
    return endings.contains { name.hasSuffix($0) }
  }
}

// MARK: - Pieces of a tensor

extension TransformerArchitecture {
  /// What fills a tensor of the model, in the files' terms.
  func pieces(of tensor: TransformerTensor, in shape: TransformerShape) -> [CheckpointPiece] {
    let base = tensor.layer.map { "\(self == .gpt2 ? "h" : "layers").\($0)." } ?? ""
    switch tensor.role {
    case .projectionWeight: return projection(tensor, shape, base, "weight")
    case .projectionBias: return projection(tensor, shape, base, "bias")
    default: return [piece(tensor, base + name(tensor.role))]
    }
  }

  /// A tensor that is a whole one in the files too.
  private func piece(_ tensor: TransformerTensor, _ name: String) -> CheckpointPiece {
    let (rows, columns) = (tensor.rows, tensor.columns)
    guard tensor.isMatrix else {
      return CheckpointPiece(name: name, shape: [rows], sourceRows: 0..<rows)
    }
    // GPT-2's products hold (inputs, outputs).
    let isTransposed = self == .gpt2 && tensor.layer != nil
    return CheckpointPiece(
      name: name,
      shape: isTransposed ? [columns, rows] : [rows, columns],
      isTransposed: isTransposed,
      sourceRows: 0..<rows
    )
  }

  /// Queries, keys and values: one tensor, one with the three of each head together, or three.
  private func projection(
    _ tensor: TransformerTensor,
    _ shape: TransformerShape,
    _ base: String,
    _ kind: String
  ) -> [CheckpointPiece] {
    switch self {
    case .gpt2: return [piece(tensor, "\(base)attn.c_attn.\(kind)")]
    case .gptNeoX:
      let fused = piece(tensor, "\(base)attention.query_key_value.\(kind)")
      return Self.interleaved(fused, shape)
    case .llama, .mistral, .qwen2:
      var row = 0
      let heads = [("q", shape.heads), ("k", shape.keyValueHeads), ("v", shape.keyValueHeads)]
      return heads.map { letter, count in
        var part = tensor
        part.rows = count * shape.headWidth
        var piece = piece(part, "\(base)self_attn.\(letter)_proj.\(kind)")
        piece.targetRow = row
        row += part.rows
        return piece
      }
    }
  }

  /// The files hold queries, keys and values of the first head, then of the second, and so on.
  private static func interleaved(
    _ fused: CheckpointPiece,
    _ shape: TransformerShape
  ) -> [CheckpointPiece] {
    (0..<shape.heads).flatMap { head in
      (0..<3).map { part in
        var piece = fused
        let start = (3 * head + part) * shape.headWidth
        piece.sourceRows = start..<start + shape.headWidth
        piece.targetRow = (part * shape.heads + head) * shape.headWidth
        return piece
      }
    }
  }
}

// MARK: - Names

extension TransformerArchitecture {
  private func name(_ role: TransformerTensor.Role) -> String {
    switch self {
    case .gpt2: Self.gpt2Name(role)
    case .gptNeoX: Self.gptNeoXName(role)
    case .llama, .mistral, .qwen2: Self.llamaName(role)
    }
  }

  /// Gates and projections have names of their own or none.
  private static func gpt2Name(_ role: TransformerTensor.Role) -> String {
    switch role {
    case .tokenEmbedding: "wte.weight"
    case .positionEmbedding: "wpe.weight"
    case .attentionNormWeight: "ln_1.weight"
    case .attentionNormBias: "ln_1.bias"
    case .attentionOutputWeight: "attn.c_proj.weight"
    case .attentionOutputBias: "attn.c_proj.bias"
    case .feedForwardNormWeight: "ln_2.weight"
    case .feedForwardNormBias: "ln_2.bias"
    case .upWeight: "mlp.c_fc.weight"
    case .upBias: "mlp.c_fc.bias"
    case .downWeight: "mlp.c_proj.weight"
    case .downBias: "mlp.c_proj.bias"
    case .finalNormWeight: "ln_f.weight"
    case .finalNormBias: "ln_f.bias"
    case .headWeight: "lm_head.weight"
    case .gateWeight, .gateBias, .projectionWeight, .projectionBias:
      preconditionFailure("GPT-2 has no \(role)")
    }
  }

  private static func gptNeoXName(_ role: TransformerTensor.Role) -> String {
    switch role {
    case .tokenEmbedding: "embed_in.weight"
    case .attentionNormWeight: "input_layernorm.weight"
    case .attentionNormBias: "input_layernorm.bias"
    case .attentionOutputWeight: "attention.dense.weight"
    case .attentionOutputBias: "attention.dense.bias"
    case .feedForwardNormWeight: "post_attention_layernorm.weight"
    case .feedForwardNormBias: "post_attention_layernorm.bias"
    case .upWeight: "mlp.dense_h_to_4h.weight"
    case .upBias: "mlp.dense_h_to_4h.bias"
    case .downWeight: "mlp.dense_4h_to_h.weight"
    case .downBias: "mlp.dense_4h_to_h.bias"
    case .finalNormWeight: "final_layer_norm.weight"
    case .finalNormBias: "final_layer_norm.bias"
    case .headWeight: "embed_out.weight"
    case .positionEmbedding, .gateWeight, .gateBias, .projectionWeight, .projectionBias:
      preconditionFailure("GPT-NeoX has no \(role)")
    }
  }

  private static func llamaName(_ role: TransformerTensor.Role) -> String {
    switch role {
    case .tokenEmbedding: "embed_tokens.weight"
    case .attentionNormWeight: "input_layernorm.weight"
    case .attentionOutputWeight: "self_attn.o_proj.weight"
    case .attentionOutputBias: "self_attn.o_proj.bias"
    case .feedForwardNormWeight: "post_attention_layernorm.weight"
    case .gateWeight: "mlp.gate_proj.weight"
    case .gateBias: "mlp.gate_proj.bias"
    case .upWeight: "mlp.up_proj.weight"
    case .upBias: "mlp.up_proj.bias"
    case .downWeight: "mlp.down_proj.weight"
    case .downBias: "mlp.down_proj.bias"
    case .finalNormWeight: "norm.weight"
    case .headWeight: "lm_head.weight"
    case .positionEmbedding, .attentionNormBias, .feedForwardNormBias, .finalNormBias,
      .projectionWeight, .projectionBias:
      preconditionFailure("Llama has no \(role)")
    }
  }
}
