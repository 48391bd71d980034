"""Prints the frequencies of scaled rotary positions as transformers computes them."""

from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

CASES = {
    "llama3": dict(
        rope_type="llama3",
        rope_theta=500000.0,
        factor=8.0,
        low_freq_factor=1.0,
        high_freq_factor=4.0,
        original_max_position_embeddings=8192,
    ),
    "linear": dict(rope_type="linear", rope_theta=10000.0, factor=4.0),
}

for name, parameters in CASES.items():
    config = LlamaConfig(
        hidden_size=4096,
        num_attention_heads=32,
        max_position_embeddings=131072,
        rope_parameters=parameters,
    )
    frequencies, _ = ROPE_INIT_FUNCTIONS[parameters["rope_type"]](config, "cpu")
    for index in (0, 1, 20, 28, 29, 30, 32, 33, 34, 35, 36, 40, 63):
        print(name, index, repr(frequencies[index].item()))
