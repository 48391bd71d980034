"""Time PyTorch: torch_elementwise.py FUNCTION float32|float64 COUNT LOW HIGH.

The function of evenly spaced numbers on the threads that OMP_NUM_THREADS says, the least of 50 times.
Prints one JSON object: seconds, and the sum of the results. Exit code 3 where PyTorch is not installed.
"""

import json
import os
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(3)

FUNCTIONS = {
    "exp": torch.exp,
    "log": torch.log,
    "tanh": torch.tanh,
    "logistic": torch.sigmoid,
    "erf": torch.erf,
    "relu": lambda x, out: torch.clamp_min(x, 0, out=out),
    "silu": lambda x, out: torch.ops.aten.silu.out(x, out=out),
    "gelu": lambda x, out: torch.ops.aten.gelu.out(x, out=out),
    "geluTanh": lambda x, out: torch.ops.aten.gelu.out(x, approximate="tanh", out=out),
}


def main():
    name, kind, count, low, high = sys.argv[1:]
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    function, count, low, high = FUNCTIONS[name], int(count), float(low), float(high)
    steps = torch.arange(count, dtype=torch.float64)
    x = (low + (high - low) * (steps + 0.5) / count).to(getattr(torch, kind))
    y = torch.empty_like(x)
    best = float("inf")
    for _ in range(50):
        start = time.perf_counter()
        function(x, out=y)
        best = min(best, time.perf_counter() - start)
    print(json.dumps({"seconds": best, "figure": float(y.double().sum())}))


main()
