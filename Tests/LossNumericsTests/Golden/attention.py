"""Print attention's outputs, log-sum-exps and gradients as Swift literals: attention.py

PyTorch's scaled_dot_product_attention in double precision and its automatic derivatives. The inputs are
sixty-fourths that Swift makes again: number i of tensor t is ((37 i + 11 t) mod 64 - 32) / 32.
"""

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def tensor(index, *shape):
    count = 1
    for size in shape:
        count *= size
    numbers = (37 * torch.arange(count) + 11 * index) % 64 - 32
    return (numbers / 32).reshape(shape)


def literal(name, numbers):
    words = [f"{float(x):.10g}" for x in numbers.detach().flatten()]
    print(f"    {name}: [")
    for start in range(0, len(words), 6):
        print("      " + ", ".join(words[start:start + 6]) + ",")
    print("    ],")


def case(name, batch, queries, keys, heads, key_heads, size, window, causal):
    # (B, positions, heads, d), as in Swift.
    q = tensor(0, batch, queries, heads, size).requires_grad_()
    k = tensor(1, batch, keys, key_heads, size).requires_grad_()
    v = tensor(2, batch, keys, key_heads, size).requires_grad_()
    gradient = tensor(3, batch, queries, heads, size)
    i = torch.arange(queries)[:, None] + keys - queries
    j = torch.arange(keys)[None, :]
    mask = (j <= i) & (j > i - window) if causal else torch.ones(queries, keys, dtype=torch.bool)
    qt, kt, vt = (x.transpose(1, 2) for x in (q, k, v))
    o = F.scaled_dot_product_attention(qt, kt, vt, attn_mask=mask, enable_gqa=True).transpose(1, 2)
    o.backward(gradient)
    scores = qt @ kt.repeat_interleave(heads // key_heads, 1).transpose(2, 3) / size**0.5
    sums = torch.logsumexp(scores.masked_fill(~mask, float("-inf")), -1)
    print(f"  static let {name} = Self(")
    literal("outputs", o)
    literal("logSumExps", sums)
    literal("queriesGradient", q.grad)
    literal("keysGradient", k.grad)
    literal("valuesGradient", v.grad)
    print("  )")


case("grouped", 1, 4, 4, 2, 1, 3, 9, True)
case("windowed", 2, 2, 5, 1, 1, 5, 3, True)
case("full", 1, 2, 3, 2, 2, 2, 9, False)
