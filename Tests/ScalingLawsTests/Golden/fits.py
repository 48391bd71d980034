"""A small table of runs and SciPy's fits of it, as Swift literals for GoldenFits.swift.

The table is Chinchilla's law with the coefficients of Besiroglu et al. 2024 at six sizes and five
lengths, times log-normal noise of half a percent, rounded to five decimals. SciPy finds the optimum
(least_squares on log loss, best of many starts); Gauss-Newton steps in 40-digit arithmetic then settle
the digits that a double-precision objective cannot.
"""

import itertools

import numpy as np
from mpmath import diag, exp, log, matrix, mp, mpf
from scipy import optimize, stats

mp.dps = 40


def table():
    noise = np.random.default_rng(2022).normal(0, 0.005, size=30)
    rows = []
    for index, (n, ratio) in enumerate(itertools.product([3e7, 1e8, 3e8, 1e9, 3e9, 1e10], [2, 8, 20, 60, 200])):
        d = n * ratio
        loss = 1.8172 + 482.01 / n**0.3478 + 2085.43 / d**0.3658
        rows.append((n, d, round(loss * np.exp(noise[index]), 5)))
    return rows


def chinchilla(p, n, d, lib):
    e, a, b, alpha, beta = p
    terms = [lib.exp(e), lib.exp(a - alpha * n), lib.exp(b - beta * d)]
    total = sum(terms)
    shares = [term / total for term in terms]
    return lib.log(total), [shares[0], shares[1], shares[2], -n * shares[1], -d * shares[2]]


def kaplan(p, n, d, lib):
    nc, dc, an, ad = p
    s, t = an / ad * (nc - n), dc - d
    total = lib.log(lib.exp(s) + lib.exp(t))
    share = lib.exp(s - total)
    return ad * total, [an * share, ad * (1 - share), share * (nc - n), total - share * s]


class Precise:
    exp, log = staticmethod(exp), staticmethod(log)


def polish(law, p, rows):
    """Gauss-Newton in 40 digits; returns parameters, RSS and the inverse normal matrix."""
    p = [mpf(float(value)) for value in p]
    for _ in range(60):
        jacobian = matrix(len(rows), len(p))
        residuals = matrix(len(rows), 1)
        for i, (n, d, loss) in enumerate(rows):
            value, gradient = law(p, log(mpf(n)), log(mpf(d)), Precise)
            residuals[i] = log(mpf(loss)) - value
            for j, slope in enumerate(gradient):
                jacobian[i, j] = slope
        normal = jacobian.T * jacobian
        step = mp.lu_solve(normal, jacobian.T * residuals)
        p = [value + change for value, change in zip(p, step)]
        if max(abs(change) for change in step) < mpf(10) ** -30:
            break
    return p, sum(r * r for r in residuals), normal**-1


def fit(name, law, scales, starts, rows):
    n, d, loss = (np.array(column) for column in zip(*rows))
    logs = np.log(n), np.log(d), np.log(loss)

    def residual(p):
        return law(p, logs[0], logs[1], np)[0] - logs[2]

    best = min((optimize.least_squares(residual, start, x_scale="jac") for start in starts), key=lambda r: r.cost)
    p, rss, inverse = polish(law, best.x, rows)
    freedom = len(rows) - len(p)
    variance = rss / freedom
    errors = [mp.sqrt(variance * inverse[i, i]) for i in range(len(p))]
    reach = mpf(stats.t.ppf(0.975, freedom))
    print(name, "rss", float(rss))
    for value, error, (label, is_log) in zip(p, errors, scales):
        low, high = value - reach * error, value + reach * error
        natural = [exp(v) if is_log else v for v in (value, low, high)]
        se = natural[0] * error if is_log else error
        print(f'    ("{label}", {float(natural[0])!r}, {float(se)!r}, {float(natural[1])!r}, {float(natural[2])!r}),')
    count, k = len(rows), len(p) + 1
    aic = count * log(rss / count) + 2 * k
    print("aic", float(aic), "aicc", float(aic + mpf(2 * k * (k + 1)) / (count - k - 1)))
    print("bic", float(count * log(rss / count) + k * log(mpf(count))))
    correlation = diag([1 / e for e in errors]) * inverse * variance * diag([1 / e for e in errors])
    print("correlation of first two", float(correlation[0, 1]))
    derived(name, p, inverse * variance, reach)
    robust(law, p, rows, inverse, scales)


def robust(law, p, rows, inverse, scales):
    """HC3 errors: (JᵀJ)⁻¹ Jᵀ diag(r²/(1 − h)²) J (JᵀJ)⁻¹ (MacKinnon and White 1985)."""
    count = len(p)
    covariance = matrix(count, count)
    for n, d, loss in rows:
        value, slopes = law(p, log(mpf(n)), log(mpf(d)), Precise)
        gradient = matrix(slopes)
        influence = inverse * gradient
        leverage = (gradient.T * influence)[0]
        weight = (log(mpf(loss)) - value) / (1 - leverage)
        covariance += weight**2 * influence * influence.T
    for index, (label, is_log) in enumerate(scales):
        error = mp.sqrt(covariance[index, index])
        print(f'    HC3 ("{label}", {float(exp(p[index]) * error if is_log else error)!r}),')


def derived(name, p, covariance, reach):
    """a and ln G with delta-method errors, gradients by mpmath's differentiation."""

    def a(*p):
        if name == "chinchilla":
            return p[4] / (p[3] + p[4])
        return 1 / (1 + p[2] / p[3])

    def log_g(*p):
        if name == "chinchilla":
            return (log(p[3]) + p[1] - log(p[4]) - p[2]) / (p[3] + p[4])
        r = p[2] / p[3]
        return (log(r) + r * p[0] - p[1]) / (1 + r)

    for label, function in (("a", a), ("G", log_g)):
        order = [tuple(int(i == j) for j in range(len(p))) for i in range(len(p))]
        gradient = matrix([mp.diff(function, p, n=which) for which in order])
        error = mp.sqrt((gradient.T * covariance * gradient)[0])
        value = function(*p)
        if label == "G":
            low, high = value - reach * error, value + reach * error
            error, value, low, high = exp(value) * error, exp(value), exp(low), exp(high)
        else:
            # On the scale of ln(a/(1 - a)), so that the interval stays between 0 and 1.
            logit, logit_error = log(value / (1 - value)), error / (value * (1 - value))
            low, high = (1 / (1 + exp(-(logit + side * reach * logit_error))) for side in (-1, 1))
        print(f'    ("{label}", {float(value)!r}, {float(error)!r}, {float(low)!r}, {float(high)!r}),')


def main():
    rows = table()
    for row in rows:
        print("    " + repr(tuple(float(value) for value in row)) + ",")
    scales = [("E", True), ("A", True), ("B", True), ("alpha", False), ("beta", False)]
    starts = itertools.product([0, 0.5], [3, 6, 9], [3, 7], [0.3, 0.5], [0.3, 0.5])
    fit("chinchilla", chinchilla, scales, starts, rows)
    scales = [("N_c", True), ("D_c", True), ("alpha_N", False), ("alpha_D", False)]
    starts = itertools.product([30, 34], [28, 32], [0.07, 0.1], [0.08, 0.12])
    fit("kaplan", kaplan, scales, starts, rows)


if __name__ == "__main__":
    main()
