"""Time SciPy on Chinchilla's law under Huber's objective: scipy_huber.py grid|bootstrap RUNS.csv [COLUMN=VALUE].

`grid`: L-BFGS-B with the analytic gradient from all 4,500 starts of the published grid (log A and log B 0 to 25,
log E -1 to 1, exponents 0 to 2), the best kept; the figure is its objective. `bootstrap`: 4,000 resamples, each
fitted by BFGS with the analytic gradient from the optimum of all runs; the figure is the standard deviation of
alpha. Prints one JSON object: seconds and figure. Exit code 3 where SciPy is not installed.
"""

import csv
import itertools
import json
import sys
import time

try:
    import numpy as np
    from scipy.optimize import minimize
except ImportError:
    sys.exit(3)

DELTA = 1e-3


def objective(theta, n, d, loss):
    a, b, e, alpha, beta = theta
    size, data, floor = np.exp(a - alpha * n), np.exp(b - beta * d), np.exp(e)
    total = size + data + floor
    residual = loss - np.log(total)
    distance = np.abs(residual)
    value = np.sum(np.where(distance <= DELTA, residual**2 / 2, DELTA * (distance - DELTA / 2)))
    slope = -np.clip(residual, -DELTA, DELTA) / total
    size, data = slope * size, slope * data
    return value, np.array([size.sum(), data.sum(), floor * slope.sum(), -(size @ n), -(data @ d)])


def grid(runs):
    starts = itertools.product(
        np.arange(0, 30, 5), np.arange(0, 30, 5), np.arange(-1, 1.5, 0.5), np.arange(0, 2.5, 0.5),
        np.arange(0, 2.5, 0.5))
    return min(
        minimize(objective, start, runs, jac=True, method="L-BFGS-B").fun for start in starts)


def bootstrap(runs):
    best = minimize(objective, [6.17, 7.67, 0.597, 0.347, 0.367], runs, jac=True, method="BFGS").x
    generator = np.random.default_rng(42)
    alphas = []
    for _ in range(4000):
        rows = generator.integers(0, len(runs[0]), len(runs[0]))
        sample = tuple(column[rows] for column in runs)
        alphas.append(minimize(objective, best, sample, jac=True, method="BFGS").x[3])
    return np.std(alphas)


def main():
    mode, path, *conditions = sys.argv[1:]
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for condition in conditions:
        column, value = condition.split("=")
        rows = [row for row in rows if row[column] == value]
    runs = tuple(np.log([float(row[c]) for row in rows]) for c in ("N", "D", "loss"))
    np.seterr(all="ignore")
    start = time.perf_counter()
    figure = {"grid": grid, "bootstrap": bootstrap}[mode](runs)
    print(json.dumps({"seconds": time.perf_counter() - start, "figure": float(figure)}))


main()
