"""Time PyTorch: torch_rows.py KERNEL ROWS COLUMNS.

Runs on the threads that OMP_NUM_THREADS says. Tables of embeddings have as many rows as there are
tokens. Prints one JSON object: the median seconds of a run, and a figure of the answer. Exit code 3 where PyTorch
is not installed.
"""

import json
import os
import statistics
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit(3)


def layer_norm(rows, columns, backward=False):
    x = torch.randn(rows, columns, requires_grad=True)
    weight = torch.ones(columns, requires_grad=True)
    bias = torch.zeros(columns, requires_grad=True)
    if not backward:
        with torch.no_grad():
            return lambda: F.layer_norm(x, (columns,), weight, bias)
    out = F.layer_norm(x, (columns,), weight, bias)
    g = torch.randn_like(out)
    return lambda: torch.autograd.grad(out, (x, weight, bias), g, retain_graph=True)[0]


def softmax(rows, columns):
    x = torch.randn(rows, columns)
    return lambda: torch.softmax(x, 1)


def cross_entropy(rows, columns):
    x = torch.randn(rows, columns, requires_grad=True)
    targets = torch.randint(columns, (rows,))
    return lambda: torch.autograd.grad(F.cross_entropy(x, targets), x)[0]


def adamw(rows, columns):
    x = torch.randn(rows, columns, requires_grad=True)
    x.grad = torch.randn_like(x)
    optimizer = torch.optim.AdamW([x], fused=True)

    def run():
        optimizer.step()
        return x
    return run


def embedding(rows, columns, backward=False):
    table = torch.randn(rows, columns, requires_grad=True)
    ids = torch.randint(rows, (rows,))
    if not backward:
        with torch.no_grad():
            return lambda: F.embedding(ids, table)
    sums = torch.zeros(rows, columns)
    g = torch.randn(rows, columns)
    return lambda: sums.index_add_(0, ids, g)


def dropout(rows, columns):
    x = torch.randn(rows, columns)
    return lambda: F.dropout(x, 0.1)


KERNELS = {
    "layer-norm": layer_norm,
    "layer-norm-backward": lambda *size: layer_norm(*size, backward=True),
    "softmax": softmax,
    "cross-entropy": cross_entropy,
    "adamw": adamw,
    "embedding": embedding,
    "embedding-backward": lambda *size: embedding(*size, backward=True),
    "dropout": dropout,
}


def main():
    name, *size = sys.argv[1:]
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(1)
    run = KERNELS[name](*map(int, size))
    with torch.no_grad() if name != "cross-entropy" else torch.enable_grad():
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
