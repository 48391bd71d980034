"""Profile likelihood intervals of the rows of fits.py, as Swift literals for ProfileTests.swift.

For every quantity SciPy's least_squares fits all other coefficients with it held, and brentq finds
where the sum of squares is RSS (1 + F(0.95; 1, n - p)/(n - p)). Sizes and lengths are divided by 1e9
and 1e10 first, which moves A and B by known factors and spares SciPy the correlation with alpha and beta.
"""

import numpy as np
from scipy import optimize, stats

from fits import table

ROWS = np.array(table())
X, Y, Z = np.log(ROWS[:, 0] / 1e9), np.log(ROWS[:, 1] / 1e10), np.log(ROWS[:, 2])


def residuals(p):
    e, a, b, alpha, beta = p
    return Z - np.logaddexp(np.logaddexp(e, a - alpha * X), b - beta * Y)


def jacobian(p):
    e, a, b, alpha, beta = p
    terms = np.array([np.full_like(X, e), a - alpha * X, b - beta * Y])
    shares = np.exp(terms - np.logaddexp.reduce(terms))
    return -np.column_stack([*shares, -X * shares[1], -Y * shares[2]])


TIGHT = dict(xtol=1e-15, ftol=1e-15, gtol=1e-15, x_scale="jac", max_nfev=500)
BEST = optimize.least_squares(residuals, [0.6, -1, -1, 0.35, 0.37], jacobian, **TIGHT)
RSS, FREE = 2 * BEST.cost, len(Z) - 5
LIMIT = RSS * (1 + stats.f.ppf(0.95, 1, FREE) / FREE)

# ln(C/6) of 1e22 FLOPs in these units, and ln A as a function of ln N* there.
BUDGET = np.log(1e22 / 6) - np.log(1e9) - np.log(1e10)


def amplitude(t, p):
    """ln A from ln N* = (ln(alpha A/(beta B)) + beta ln(N D))/(alpha + beta)."""
    alpha, beta = p[3], p[4]
    return (alpha + beta) * (t - np.log(1e9)) - beta * BUDGET + p[2] + np.log(beta / alpha)


def best_size(p):
    return np.log(1e9) + (np.log(p[3] / p[4]) + p[1] - p[2] + p[4] * BUDGET) / (p[3] + p[4])


# Name, the held coefficient as a function of its value and the others, and the value at the optimum.
QUANTITIES = [
    ("E", 0, lambda t, p: t, BEST.x[0], np.exp),
    ("A", 1, lambda t, p: t - p[3] * np.log(1e9), BEST.x[1] + BEST.x[3] * np.log(1e9), np.exp),
    ("B", 2, lambda t, p: t - p[4] * np.log(1e10), BEST.x[2] + BEST.x[4] * np.log(1e10), np.exp),
    ("alpha", 3, lambda t, p: t, BEST.x[3], float),
    ("beta", 4, lambda t, p: t, BEST.x[4], float),
    ("a", 4, lambda t, p: p[3] * np.exp(t), np.log(BEST.x[4] / BEST.x[3]), lambda t: 1 / (1 + np.exp(-t))),
    ("N", 1, amplitude, best_size(BEST.x), np.exp),
]


def excess(t, index, link):
    """RSS above the limit with one quantity held at t."""

    def whole(free):
        p = np.insert(free, index, 0.0)
        p[index] = link(t, p)
        return p

    start = np.delete(BEST.x, index)
    fit = optimize.least_squares(lambda free: residuals(whole(free)), start, "3-point", **TIGHT)
    return 2 * fit.cost - LIMIT


if __name__ == "__main__":
    print("rss", RSS, "limit", float(LIMIT))
    for name, index, link, value, natural in QUANTITIES:
        ends = []
        for sign in (-1, 1):
            reach = 0.01
            while excess(value + sign * reach, index, link) < 0:
                reach *= 1.5
            ends.append(optimize.brentq(excess, value, value + sign * reach, (index, link), xtol=1e-13, rtol=1e-13))
        print(f'    ("{name}", {float(natural(ends[0]))!r}, {float(natural(ends[1]))!r}),')
