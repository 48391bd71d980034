"""Time SciPy on Chinchilla's law: scipy_fit.py RUNS.csv [COLUMN=VALUE].

Least squares on log loss by scipy.optimize.least_squares with the analytic Jacobian, from the 4,500 starts
of the published grid thinned to 4 x 4 x 3 x 3 x 3 = 432, and the best kept. Prints one JSON object: seconds,
and alpha. Exit code 3 where SciPy is not installed.
"""

import csv
import itertools
import json
import sys
import time

try:
    import numpy as np
    from scipy.optimize import least_squares
except ImportError:
    sys.exit(3)


def main():
    path, *conditions = sys.argv[1:]
    start = time.perf_counter()
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for condition in conditions:
        column, value = condition.split("=")
        rows = [row for row in rows if row[column] == value]
    n, d, loss = (np.log([float(row[c]) for row in rows]) for c in ("N", "D", "loss"))

    def terms(theta):
        a, b, e, alpha, beta = theta
        parts = np.stack([a - alpha * n, b - beta * d, np.full_like(n, e)])
        total = np.logaddexp.reduce(parts)
        return parts, total

    def residuals(theta):
        return loss - terms(theta)[1]

    def jacobian(theta):
        parts, total = terms(theta)
        share = np.exp(parts - total)
        return -np.stack([share[0], share[1], share[2], -n * share[0], -d * share[1]], axis=1)

    grid = itertools.product(
        np.linspace(0, 25, 4), np.linspace(0, 25, 4), [-1, 0, 1], [0, 1, 2], [0, 1, 2])
    best = min(
        (least_squares(residuals, theta, jacobian, method="lm") for theta in grid),
        key=lambda fit: fit.cost)
    print(json.dumps({"seconds": time.perf_counter() - start, "figure": best.x[3]}))


main()
