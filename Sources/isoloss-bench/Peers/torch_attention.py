"""Time PyTorch's attention: torch_attention.py PASS BATCH HEADS LENGTH HEAD_SIZE.

PASS is `forward` or `training`, the forward and backward passes. Causal scaled_dot_product_attention on
float32 tensors (batch, head, position, size), the layout that it likes best; the median of eleven runs
on the threads that OMP_NUM_THREADS says.
Prints one JSON object: seconds, and the sum of the squared outputs. Exit code 3 where PyTorch is not
installed. Its math library uses AVX-512 on its maker's processors only unless told otherwise (a
preloaded library whose mkl_serv_intel_cpu_true returns 1): tell it, for a fair comparison.
"""

import json
import os
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(3)


def main():
    name, *numbers = sys.argv[1:]
    batch, heads, length, size = map(int, numbers)
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(1)
    q, k, v, gradient = (torch.randn(batch, heads, length, size) for _ in range(4))
    attention = torch.nn.functional.scaled_dot_product_attention
    if name == "training":
        for x in (q, k, v):
            x.requires_grad_()

    def run():
        output = attention(q, k, v, is_causal=True)
        if name == "training":
            q.grad = k.grad = v.grad = None
            output.backward(gradient)
        return output

    times = []
    for _ in range(12):
        start = time.perf_counter()
        output = run()
        times.append(time.perf_counter() - start)
    figure = float(output.detach().square().sum())
    print(json.dumps({"seconds": sorted(times[1:])[5], "figure": figure}))


main()
