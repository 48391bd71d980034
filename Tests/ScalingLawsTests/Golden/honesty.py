"""What checks of a fit give for the table of fits.py, by NumPy and SciPy, for HonestyGoldenTests.swift.

Least squares of ln L by SciPy with analytic derivatives, from the coefficients the table was made with;
everything else is the textbook formula in dense matrices: hat values, externally studentized residuals,
Cook's distances, added variables by refitting the linear model with one more column, lack of fit from
replicates, and the regret of allocations by root finding along the optima.
"""

import numpy as np
from scipy import optimize, stats

from fits import chinchilla, kaplan, table

START = {chinchilla: [0.6, 6.2, 7.6, 0.35, 0.37], kaplan: [31.0, 27.0, 0.083, 0.2]}


def fit(law, rows):
    n, d = np.log([r[0] for r in rows]), np.log([r[1] for r in rows])
    y = np.log([r[2] for r in rows])
    residual = lambda p: law(p, n, d, np)[0] - y
    jacobian = lambda p: np.column_stack([np.broadcast_to(g, n.shape) for g in law(p, n, d, np)[1]])
    p = optimize.least_squares(residual, START[law], jacobian, x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15).x
    for _ in range(50):
        p = p - np.linalg.lstsq(jacobian(p), residual(p), rcond=None)[0]
    return p, -residual(p), jacobian(p)


def influence(rows):
    p, r, jacobian = fit(chinchilla, rows)
    n, k = jacobian.shape
    q = np.linalg.qr(jacobian)[0]
    h = (q * q).sum(1)
    s2 = r @ r / (n - k)
    others = (r @ r - r * r / (1 - h)) / (n - k - 1)
    return h, r / np.sqrt(others * (1 - h)), r * r * h / (k * s2 * (1 - h) ** 2)


def trends(rows):
    p, r, jacobian = fit(chinchilla, rows)
    n, d = np.log([row[0] for row in rows]), np.log([row[1] for row in rows])
    for name, v in [("N", n), ("D", d), ("C", n + d)]:
        for power in (1, 2):
            x = np.column_stack([jacobian, (v - v.mean()) ** power])
            x = x / np.linalg.norm(x, axis=0)
            beta = np.linalg.lstsq(x, r, rcond=None)[0]
            rest = r - x @ beta
            freedom = len(r) - x.shape[1]
            error = np.sqrt(rest @ rest / freedom * np.linalg.inv(x.T @ x)[-1, -1])
            t = beta[-1] / error
            print("trend", name, power, t, 2 * stats.t.sf(abs(t), freedom), 1 - rest @ rest / (r @ r))


def optimum(p, c):
    e, a, b, alpha, beta = p
    g = np.exp((np.log(alpha) + a - np.log(beta) - b) / (alpha + beta))
    n = g * (c / 6) ** (beta / (alpha + beta))
    return n, c / 6 / n


def loss(p, n, d):
    return np.exp(chinchilla(p, np.log(n), np.log(d), np)[0])


def regret(followed, truth, c):
    reached = loss(truth, *optimum(followed, c))
    least = optimize.brentq(
        lambda x: loss(truth, *optimum(truth, np.exp(x))) - reached, np.log(c) - 20, np.log(c) + 1e-9, xtol=1e-15, rtol=1e-15
    )
    return c / np.exp(least) - 1


def holdout(rows):
    order = np.argsort([r[0] * r[1] for r in rows], kind="stable")
    cut = int(0.8 * len(rows) + 1e-9)
    small, large = [rows[i] for i in order[:cut]], [rows[i] for i in order[cut:]]
    n, d, y = np.array(large).T
    for law in (chinchilla, kaplan):
        p, r, _ = fit(law, small)
        predicted = np.exp(law(p, np.log(n), np.log(d), np)[0])
        error = predicted / y - 1
        noise = np.sqrt(r @ r / (len(r) - len(p)))
        print("holdout", law.__name__, len(large), np.mean(abs(error)), np.mean(error),
              np.sqrt(np.mean(np.log(y / predicted) ** 2)) / noise)
        if law is chinchilla:
            print("reducible", np.mean(abs(predicted - y) / (y - np.exp(p[0]))))
            full = fit(law, rows)[0]
            shares = [regret(p, full, 6 * a * b) for a, b, _ in large]
            print("regret", np.mean(shares), max(shares))


def replicates(rows):
    # The first six runs again, each with a loss 0.6 % higher.
    again = rows + [(n, d, y * 1.006) for n, d, y in rows[:6]]
    _, r, jacobian = fit(chinchilla, again)
    pure = 6 * (np.log(1.006) ** 2) / 2
    f = ((r @ r - pure) / (30 - 5)) / (pure / 6)
    print("replicates", np.sqrt(pure / 6), f, stats.f.sf(f, 25, 6))


def law_regret():
    # Size off by a factor at equal loss, under the default set (Besiroglu et al. 2024).
    p = [np.log(1.8172), np.log(482.01), np.log(2085.43), 0.3478, 0.3658]
    n, d = optimum(p, 1e22)
    target = loss(p, n, d)
    for factor in (0.5, 2, 0.25):
        tokens = optimize.brentq(lambda x: loss(p, factor * n, np.exp(x)) - target, np.log(d) - 3, np.log(d) + 9, xtol=1e-14)
        print("factor", factor, factor * np.exp(tokens) / d - 1, factor * n, np.exp(tokens))


if __name__ == "__main__":
    rows = table()
    h, t, cook = influence(rows)
    for i in (0, 6, 14, 29):
        print("influence", i, h[i], t[i], cook[i])
    trends(rows)
    holdout(rows)
    replicates(rows)
    law_regret()
