"""Chinchilla's law under robust objectives on the thirty runs of fits.py, to 15 digits.

SciPy finds the neighborhood; mpmath's Newton steps at 40 digits settle the smooth objectives, and the
conditions of the edge (zero residuals of the active rows, dual feasibility) those of absolute values.
"""
import itertools

import mpmath as mp
import numpy as np
from scipy.optimize import minimize

from fits import table

rows = table()  # N, D, L

mp.mp.dps = 40
N, D, L = (np.array(column) for column in zip(*rows))
n, d, l = ([mp.log(mp.mpf(repr(float(x)))) for x in column] for column in (N, D, L))
raw = [mp.mpf(repr(float(x))) for x in L]


def model(p, i):
    e, a, b, alpha, beta = p
    return mp.exp(e) + mp.exp(a - alpha * n[i]) + mp.exp(b - beta * d[i])


def log_residual(p, i):
    return l[i] - mp.log(model(p, i))


def raw_residual(p, i):
    return raw[i] - model(p, i)


def nearby(cost, residual, scale):
    """A minimum of the smoothed cost by Nelder-Mead and BFGS in doubles, from several starts."""
    ln, ld, ll = np.log(N), np.log(D), np.log(L)

    def value(p):
        z = np.exp(p[0]) + np.exp(p[1] - p[3] * ln) + np.exp(p[2] - p[4] * ld)
        r = ll - np.log(z) if residual is log_residual else L - z
        return scale * np.sum(cost(r))

    best = None
    for alpha, beta in itertools.product([0.3, 0.4], repeat=2):
        p = np.array([0.6, 6 + 20 * (alpha - 0.35), 7.6 + 22 * (beta - 0.37), alpha, beta])
        for _ in range(8):
            p = minimize(value, p, method="BFGS", options={"gtol": 1e-14}).x
            p = minimize(value, p, method="Nelder-Mead",
                         options={"xatol": 1e-13, "fatol": 1e-18, "maxiter": 20000}).x
        if best is None or value(p) < value(best):
            best = p
    return [mp.mpf(float(x)) for x in best]


def show(name, p, value, extra=""):
    e, a, b, alpha, beta = p
    numbers = [value, mp.exp(e), mp.exp(a), mp.exp(b), alpha, beta]
    print(name, ", ".join(mp.nstr(x, 17) for x in numbers), extra)


def huber(threshold):
    def cost(r):
        s = np.abs(r)
        m = np.minimum(s, float(threshold))
        return m * (s - m / 2)

    p = nearby(cost, log_residual, 1e6)
    for _ in range(30):
        inside = [i for i in range(len(rows)) if abs(log_residual(p, i)) <= threshold]
        sign = [mp.sign(log_residual(p, i)) for i in range(len(rows))]

        def total(*q):
            return mp.fsum(log_residual(q, i) ** 2 / 2 if i in inside
                           else threshold * (sign[i] * log_residual(q, i) - threshold / 2)
                           for i in range(len(rows)))

        p = newton(total, p)
    value = total(*p)
    assert inside == [i for i in range(len(rows)) if abs(log_residual(p, i)) <= threshold]
    show(f"huber {threshold}", p, value, f"inside {len(inside)}")


def newton(total, p):
    unit = [[1 if i == j else 0 for j in range(5)] for i in range(5)]
    gradient = mp.matrix([mp.diff(total, p, unit[i]) for i in range(5)])
    hessian = mp.matrix(5, 5)
    for i in range(5):
        for j in range(5):
            hessian[i, j] = mp.diff(total, p, [unit[i][k] + unit[j][k] for k in range(5)])
    step = mp.lu_solve(hessian, -gradient)
    return [x + s for x, s in zip(p, step)]


def edge(name, residual, below):
    def cost(r):
        return np.where(r > 0, r, -below * r)

    p = nearby(cost, residual, 1)
    active = sorted(range(len(rows)), key=lambda i: abs(residual(p, i)))[:5]
    p = list(mp.findroot(lambda *q: [residual(q, i) for i in active], p))
    slope = lambda i: mp.matrix([mp.diff(lambda *q: residual(q, i), p,
                                         [1 if j == k else 0 for k in range(5)]) for j in range(5)])
    others = [i for i in range(len(rows)) if i not in active]
    pull = mp.matrix(5, 1)
    for i in others:
        pull += (1 if residual(p, i) > 0 else -below) * slope(i)
    matrix = mp.matrix(5, 5)
    for column, i in enumerate(active):
        matrix[:, column] = slope(i)
    duals = mp.lu_solve(matrix, -pull)
    assert all(-below <= x <= 1 for x in duals), duals
    value = mp.fsum(abs(residual(p, i)) * (1 if residual(p, i) > 0 else below) for i in others)
    show(name, p, value, f"active {sorted(active)}")


huber(mp.mpf("0.001"))
huber(mp.mpf("0.01"))
edge("lad", log_residual, 1)
edge("asymmetric 10", raw_residual, 10)
