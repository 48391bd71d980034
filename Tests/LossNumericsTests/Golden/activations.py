"""Activations and their slopes by PyTorch in double precision, as Swift literals for ActivationTests."""

import torch

INPUTS = [-30.0, -6.5, -3.0, -1.25, -0.5, -0.0078125, 0.0009765625, 0.25, 1.0, 1.75, 4.0, 20.0]
FUNCTIONS = {
    "relu": torch.nn.functional.relu,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
    "geluTanh": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
}

print(f"// PyTorch {torch.__version__}")
for name, function in FUNCTIONS.items():
    x = torch.tensor(INPUTS, dtype=torch.float64, requires_grad=True)
    y = function(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    for row in zip(INPUTS, y.tolist(), slope.tolist()):
        print(f"    Self(.{name}, {row[0]!r}, value: {row[1]!r}, slope: {row[2]!r}),")
