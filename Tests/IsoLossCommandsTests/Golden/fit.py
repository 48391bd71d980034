#!/usr/bin/env python3
"""Fits L = E + A/N^alpha + B/D^beta by least squares on ln L, with SciPy.

usage: python3 fit.py RUNS.csv    (needs NumPy and SciPy; a second)
"""
import csv
import sys

import numpy as np
from scipy import optimize, stats

with open(sys.argv[1]) as file:
    rows = list(csv.DictReader(file))
N, D, L = (np.array([float(row[key]) for row in rows]) for key in ("N", "D", "loss"))


def residuals(p):
    log_e, log_a, log_b, alpha, beta = p
    terms = [np.full_like(N, log_e), log_a - alpha * np.log(N), log_b - beta * np.log(D)]
    return np.log(L) - np.logaddexp.reduce(terms, axis=0)


start = [0.5, 6.0, 7.0, 0.35, 0.35]
fit = optimize.least_squares(residuals, start, "3-point", method="lm", xtol=1e-15, ftol=1e-15,
                             gtol=1e-15, x_scale="jac", max_nfev=100000)


def jacobian(p):
    """The derivatives in closed form: a share of each term times the derivative of its logarithm."""
    terms = [np.full_like(N, p[0]), p[1] - p[3] * np.log(N), p[2] - p[4] * np.log(D)]
    e, a, b = np.exp(terms - np.logaddexp.reduce(terms, axis=0))
    return -np.stack([e, a, b, -a * np.log(N), -b * np.log(D)], axis=1)


# A few Gauss-Newton steps take the last digits.
p = fit.x
for _ in range(5):
    p = p - np.linalg.lstsq(jacobian(p), residuals(p), rcond=None)[0]
J, r = jacobian(p), residuals(p)
n, k, rss = len(L), len(p), float(r @ r)
cov = np.linalg.inv(J.T @ J) * rss / (n - k)
se = np.sqrt(np.diag(cov))
t = stats.t.ppf(0.975, n - k)
values = [np.exp(p[0]), np.exp(p[1]), np.exp(p[2]), p[3], p[4]]
errors = [values[i] * se[i] if i < 3 else se[i] for i in range(5)]
for i, name in enumerate(["E", "A", "B", "alpha", "beta"]):
    low, high = p[i] - t * se[i], p[i] + t * se[i]
    if i < 3:
        low, high = np.exp(low), np.exp(high)
    print(name, float(values[i]), float(errors[i]), float(low), float(high))
print("residualSumOfSquares", rss)
aic = n * np.log(rss / n) + 2 * (k + 1)
print("aic", float(aic), "aicc", float(aic + 2 * (k + 1) * (k + 2) / (n - k - 2)))
