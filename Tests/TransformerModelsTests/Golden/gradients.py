"""Losses and gradients of small transformers by PyTorch's automatic differentiation, in doubles.

    python3 gradients.py > gradients.json

The forward passes are written out here, since those of `transformers` compute norms and rotary angles in
single precision; where `transformers` is installed, its logits are compared with these (to 1e-5), so that
the two have the same parts. Weights follow from a formula that the Swift test repeats.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

C, L, H, D, FF, V, T = 8, 2, 2, 4, 16, 11, 5
MODELS = {
    "gpt2": dict(llama=False, kv=2, bias=True, tied=True),
    "llama": dict(llama=True, kv=1, bias=False, tied=False),
    "qwen2": dict(llama=True, kv=1, bias=True, tied=True),
}


def shapes(llama, kv, bias, tied):
    """Names and shapes in the order in which data passes; matrices are (outputs, inputs)."""
    names = [("tokenEmbedding", (V, C))]
    if not llama:
        names.append(("positionEmbedding", (T, C)))
    for layer in range(L):
        def add(name, *shape, given=True):
            if given:
                names.append((f"{name}.{layer}", shape))

        def norm(name):
            add(f"{name}Weight", C)
            add(f"{name}Bias", C, given=not llama)

        norm("attentionNorm")
        add("projectionWeight", (H + 2 * kv) * D, C)
        add("projectionBias", (H + 2 * kv) * D, given=bias)
        add("attentionOutputWeight", C, H * D)
        add("attentionOutputBias", C, given=not llama)
        norm("feedForwardNorm")
        add("gateWeight", FF, C, given=llama)
        add("upWeight", FF, C)
        add("upBias", FF, given=not llama)
        add("downWeight", C, FF)
        add("downBias", C, given=not llama)
    names.append(("finalNormWeight", (C,)))
    if not llama:
        names.append(("finalNormBias", (C,)))
    if not tied:
        names.append(("headWeight", (V, C)))
    return names


def weights(rule):
    """Multiples of 1/1024, which are exact in single precision; norms' weights about one."""
    result = {}
    for number, (name, shape) in enumerate(shapes(**rule)):
        values = [
            ((31 * i * i + 7919 * i + 104729 * number) % 601 - 300) / 1024
            + (1 if "NormWeight" in name else 0)
            for i in range(math.prod(shape))
        ]
        result[name] = torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()
    return result


def batch():
    """Two sequences, and the tokens after each; one target is not scored."""
    tokens = torch.tensor([[(7 * s + 3 * t * t + t + 2) % V for t in range(T + 1)] for s in range(2)])
    inputs, targets = tokens[:, :-1], tokens[:, 1:].clone()
    targets[1, 2] = -1
    return inputs, targets


def turned(x):
    """Heads (B, h, T, D) at their positions: halves turn together, base 10,000."""
    frequencies = 10000.0 ** (-torch.arange(0, D, 2, dtype=torch.float64) / D)
    angles = torch.outer(torch.arange(T, dtype=torch.float64), frequencies)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], -1)


def logits(w, inputs, llama, kv, bias, tied):
    def norm(x, name):
        if llama:
            return F.rms_norm(x, (C,), w[f"{name}Weight{suffix}"], 1e-5)
        return F.layer_norm(x, (C,), w[f"{name}Weight{suffix}"], w[f"{name}Bias{suffix}"], 1e-5)

    def linear(x, name):
        return F.linear(x, w[f"{name}Weight{suffix}"], w.get(f"{name}Bias{suffix}"))

    x = w["tokenEmbedding"][inputs]
    if not llama:
        x = x + w["positionEmbedding"]
    for layer in range(L):
        suffix = f".{layer}"
        heads = linear(norm(x, "attentionNorm"), "projection")
        heads = heads.reshape(2, T, H + 2 * kv, D).transpose(1, 2)
        q, k, v = heads.split([H, kv, kv], dim=1)
        if llama:
            q, k = turned(q), turned(k)
        k, v = (part.repeat_interleave(H // kv, dim=1) for part in (k, v))
        scores = q @ k.transpose(-1, -2) / math.sqrt(D)
        masked = scores.masked_fill(torch.ones(T, T).triu(1).bool(), -math.inf)
        mixed = (masked.softmax(-1) @ v).transpose(1, 2).reshape(2, T, H * D)
        x = x + linear(mixed, "attentionOutput")
        n = norm(x, "feedForwardNorm")
        up = linear(n, "up")
        inner = F.silu(linear(n, "gate")) * up if llama else F.gelu(up, approximate="tanh")
        x = x + linear(inner, "down")
    suffix = ""
    head = w["tokenEmbedding"] if tied else w["headWeight"]
    return F.linear(norm(x, "finalNorm"), head)


def peer(name, w):
    """The same model as `transformers` has it, with these weights."""
    import transformers as tf

    common = dict(vocab_size=V, attn_implementation="eager", bos_token_id=None, eos_token_id=None)
    if name == "gpt2":
        config = tf.GPT2Config(
            n_embd=C, n_layer=L, n_head=H, n_positions=T, n_inner=FF, attn_pdrop=0.0,
            embd_pdrop=0.0, resid_pdrop=0.0, **common,
        )
        model = tf.GPT2LMHeadModel(config)
    else:
        kind = "Llama" if name == "llama" else "Qwen2"
        config = getattr(tf, f"{kind}Config")(
            hidden_size=C, num_hidden_layers=L, num_attention_heads=H, num_key_value_heads=1,
            intermediate_size=FF, max_position_embeddings=T, rms_norm_eps=1e-5,
            tie_word_embeddings=MODELS[name]["tied"], **common,
        )
        model = getattr(tf, f"{kind}ForCausalLM")(config)
    state = {}
    for key, value in w.items():
        part, _, layer = key.partition(".")
        value = value.detach()
        if name == "gpt2":
            outside = {
                "tokenEmbedding": "wte.weight", "positionEmbedding": "wpe.weight",
                "finalNormWeight": "ln_f.weight", "finalNormBias": "ln_f.bias",
            }
            blocks = {
                "attentionNorm": "ln_1", "projection": "attn.c_attn", "attentionOutput": "attn.c_proj",
                "feedForwardNorm": "ln_2", "up": "mlp.c_fc", "down": "mlp.c_proj",
            }
            if part in outside:
                state[f"transformer.{outside[part]}"] = value
                continue
            kind = "weight" if part.endswith("Weight") else "bias"
            module = blocks[part.removesuffix("Weight").removesuffix("Bias")]
            is_matrix = value.dim() == 2
            state[f"transformer.h.{layer}.{module}.{kind}"] = value.T if is_matrix else value
            continue
        outside = {
            "tokenEmbedding": "model.embed_tokens.weight", "finalNormWeight": "model.norm.weight",
            "headWeight": "lm_head.weight",
        }
        blocks = {
            "attentionNormWeight": "input_layernorm.weight",
            "attentionOutputWeight": "self_attn.o_proj.weight",
            "feedForwardNormWeight": "post_attention_layernorm.weight",
            "gateWeight": "mlp.gate_proj.weight", "upWeight": "mlp.up_proj.weight",
            "downWeight": "mlp.down_proj.weight",
        }
        if part in outside:
            state[outside[part]] = value
        elif part in blocks:
            state[f"model.layers.{layer}.{blocks[part]}"] = value
        else:
            kind = "weight" if part.endswith("Weight") else "bias"
            for letter, rows in zip("qkv", value.split([H * D, D, D])):
                state[f"model.layers.{layer}.self_attn.{letter}_proj.{kind}"] = rows
    if MODELS[name]["tied"]:
        state["lm_head.weight"] = w["tokenEmbedding"].detach()
    model.load_state_dict({k: v.float() for k, v in state.items()})
    return model.eval()


def result(name, rule):
    w = weights(rule)
    inputs, targets = batch()
    scores = logits(w, inputs, **rule)
    loss = F.cross_entropy(scores.reshape(-1, V), targets.reshape(-1), ignore_index=-1)
    loss.backward()
    try:
        with torch.no_grad():
            difference = (peer(name, w)(inputs).logits - scores).abs().max().item()
        print(f"{name}: logits differ from those of transformers by {difference:.2e}", file=sys.stderr)
        assert difference < 1e-5
    except ImportError:
        print(f"{name}: not compared with transformers, which is not installed", file=sys.stderr)
    gradients = {
        key: [float(f"{g:.7g}") for g in value.grad.reshape(-1).tolist()] for key, value in w.items()
    }
    return {"loss": loss.item(), "gradients": gradients}


models = {name: result(name, rule) for name, rule in MODELS.items()}
print(json.dumps(models, separators=(",", ":")).replace('],"', '],\n"'))
