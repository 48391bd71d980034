"""Time single-precision matrix products of OpenBLAS and PyTorch: matrix_products.py [M,K,N,kind]...

Each shape is `rows,inner,columns,kind`; the kind is NN, NT, TN or TT, a letter for each factor: N as it is,
T stored transposed. Without arguments, shapes are read from standard input, a line each. For every shape one
line of JSON comes out: seconds of one product by `openblas` and by `pytorch` (null where it is not installed),
`seconds` of the faster, and `figure`, a checksum of the answer. Both libraries take their threads from
OMP_NUM_THREADS. Exit code 3 where neither is installed.

Both are held back on processors other than Intel's unless told: OpenBLAS by OPENBLAS_CORETYPE, and Intel's
library inside PyTorch by a function that it asks for the maker, which is preloaded from a library of one line.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

SAMPLE = 0.05  # seconds; shorter products are repeated
PAUSE = 0.04  # seconds; idle threads of one library spin that long and would slow the other
FOLDER = "MATRIX_PRODUCTS_PRELOAD"


def has_avx512():
    try:
        with open("/proc/cpuinfo") as file:
            return "avx512dq" in file.read()
    except OSError:
        return False


def preload():
    """Starts this program again with the preloaded library; without a C compiler, does nothing."""
    folder = tempfile.mkdtemp()
    source, library = os.path.join(folder, "maker.c"), os.path.join(folder, "maker.so")
    with open(source, "w") as file:
        file.write("int mkl_serv_intel_cpu_true(void) { return 1; }\n")
        file.write("int mkl_serv_intel_cpu(void) { return 1; }\n")
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        shutil.rmtree(folder)
        return
    os.environ.update({"LD_PRELOAD": library, FOLDER: folder})
    os.execv(sys.executable, [sys.executable, *sys.argv])


if has_avx512():
    # Whatever the environment says: the fastest that the machine can do is what counts.
    os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"
    os.environ.pop("OPENBLAS_L2_SIZE", None)
    if FOLDER in os.environ:  # the second start: the library is loaded, its file can go
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)
        del os.environ["LD_PRELOAD"]
    elif platform.system() == "Linux" and platform.machine() == "x86_64":
        preload()

try:
    import numpy as np
except ImportError:
    sys.exit(3)  # the checksum needs it too
try:
    import torch
except ImportError:
    torch = None


def small_numbers(rows, columns, factor):
    """Multiples of 1/8 from -1 to 7/8: sums of their products are exact, in any order of addition."""
    index = np.arange(rows * columns, dtype=np.uint32)
    return ((((index * np.uint32(factor)) >> 28).astype(np.float32) - 8) / 8).reshape(rows, columns)


def checksum(product):
    """The sum of p[i, j] (i mod 31 + j mod 29), exact in float64."""
    rows, columns = (product.sum(axis=axis, dtype=np.float64) for axis in (1, 0))
    return float(rows @ (np.arange(len(rows)) % 31) + columns @ (np.arange(len(columns)) % 29))


def seconds(multiply):
    """Seconds of one product, by a sample of many."""
    multiply()
    start = time.perf_counter()
    multiply()
    once = time.perf_counter() - start
    if once >= SAMPLE:
        return once
    # A second estimate: the first product after a pause waits for threads that sleep.
    repetitions = max(1, int(SAMPLE / 5 / max(once, 1e-7)))
    for _ in range(2):
        start = time.perf_counter()
        for _ in range(repetitions):
            multiply()
        each = (time.perf_counter() - start) / repetitions
        repetitions = max(1, int(SAMPLE / each))
    return each


class Products:
    """The two libraries' ways to do one product."""

    def __init__(self, rows, inner, columns, kind):
        first = small_numbers(*((rows, inner) if kind[0] == "N" else (inner, rows)), 2654435761)
        second = small_numbers(*((inner, columns) if kind[1] == "N" else (columns, inner)), 2246822519)
        output = np.empty((rows, columns), np.float32)
        a = first if kind[0] == "N" else first.T
        b = second if kind[1] == "N" else second.T
        self.ways = {"openblas": lambda: np.matmul(a, b, out=output)}
        if torch:
            ta, tb, to = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(output)
            self.ways["pytorch"] = lambda: torch.mm(ta, tb, out=to)
        self.output = output

    def report(self):
        times = {"openblas": None, "pytorch": None}
        figures = set()
        for name, way in self.ways.items():
            self.output.fill(0)
            time.sleep(PAUSE)
            times[name] = seconds(way)
            figures.add(checksum(self.output))
        if len(figures) != 1:
            sys.exit(f"the libraries disagree: {figures}")
        return {**times, "seconds": min(t for t in times.values() if t), "figure": figures.pop()}


def main():
    if torch and "OMP_NUM_THREADS" in os.environ:
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    shape, products = None, None
    for line in sys.argv[1:] or sys.stdin:
        if line.strip() != shape:  # the factors of the last shape are kept: it is asked for again
            shape = line.strip()
            *sizes, kind = shape.split(",")
            products = Products(*map(int, sizes), kind)
        report = products.report()
        print(json.dumps({"shape": shape, **report}), flush=True)


main()
