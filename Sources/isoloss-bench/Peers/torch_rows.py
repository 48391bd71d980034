"""Time PyTorch on one thread: torch_rows.py KERNEL.

Prints one JSON object: the median seconds of a run, and a figure of the answer. Exit code 3 where PyTorch
is not installed.
"""

import json
import statistics
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit(3)


def layer_norm(backward):
    x = torch.randn(2048, 384, requires_grad=True)
    weight = torch.ones(384, requires_grad=True)
    bias = torch.zeros(384, requires_grad=True)
    if not backward:
        with torch.no_grad():
            return lambda: F.layer_norm(x, (384,), weight, bias)
    out = F.layer_norm(x, (384,), weight, bias)
    g = torch.randn_like(out)
    return lambda: torch.autograd.grad(out, (x, weight, bias), g, retain_graph=True)[0]


def softmax():
    x = torch.randn(4096, 128)
    return lambda: torch.softmax(x, 1)


def cross_entropy():
    x = torch.randn(1024, 50257, requires_grad=True)
    targets = torch.randint(50257, (1024,))
    return lambda: torch.autograd.grad(F.cross_entropy(x, targets), x)[0]


def adamw():
    x = torch.randn(10_000_000, requires_grad=True)
    x.grad = torch.randn_like(x)
    optimizer = torch.optim.AdamW([x], fused=True)

    def run():
        optimizer.step()
        return x
    return run


def embedding(backward):
    table = torch.randn(50257, 384, requires_grad=True)
    ids = torch.randint(50257, (16384,))
    if not backward:
        with torch.no_grad():
            return lambda: F.embedding(ids, table)
    sums = torch.zeros(50257, 384)
    g = torch.randn(16384, 384)
    return lambda: sums.index_add_(0, ids, g)


def dropout():
    x = torch.randn(4096, 1024)
    return lambda: F.dropout(x, 0.1)


KERNELS = {
    "layer-norm": lambda: layer_norm(False),
    "layer-norm-backward": lambda: layer_norm(True),
    "softmax": softmax,
    "cross-entropy": cross_entropy,
    "adamw": adamw,
    "embedding": lambda: embedding(False),
    "embedding-backward": lambda: embedding(True),
    "dropout": dropout,
}


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    run = KERNELS[sys.argv[1]]()
    with torch.no_grad() if sys.argv[1] != "cross-entropy" else torch.enable_grad():
        first = run()
        estimate = time.perf_counter()
        run()
        estimate = time.perf_counter() - estimate
        repeats = max(1, int(0.02 / max(estimate, 1e-9)))
        seconds = []
        for _ in range(7):
            start = time.perf_counter()
            for _ in range(repeats):
                run()
            seconds.append((time.perf_counter() - start) / repeats)
    figure = float(first.detach().flatten()[0])
    print(json.dumps({"seconds": statistics.median(seconds), "figure": figure}))


main()
