"""Golden compute multipliers for EffectiveComputeTests.swift, by SciPy's brentq alone.

Two laws of Chinchilla's form with nothing in common. The least loss of a budget is found where the slope
along C = 6 N D is zero (brentq on ln N), not by the closed form; the compute that the first law needs for the
second's loss by brentq on ln C. Printed: C, the losses of both laws at C, C_first/C.
"""

import math

from scipy.optimize import brentq

FIRST = (1.8172, 482.01, 2085.43, 0.3478, 0.3658)
SECOND = (1.8412, 310.5, 1402.7, 0.3391, 0.3544)
EXACT = {"xtol": 1e-14, "rtol": 8.9e-16, "maxiter": 500}


def loss(law, log_n, log_d):
    e, a, b, alpha, beta = law
    return e + a * math.exp(-alpha * log_n) + b * math.exp(-beta * log_d)


def frontier(law, log_c):
    _, a, b, alpha, beta = law
    product = log_c - math.log(6)

    def slope(log_n):
        return beta * b * math.exp(-beta * (product - log_n)) - alpha * a * math.exp(-alpha * log_n)

    log_n = brentq(slope, 0, product, **EXACT)
    return loss(law, log_n, product - log_n)


for compute in (1e19, 1e21, 1e23):
    log_c = math.log(compute)
    goal = frontier(SECOND, log_c)
    needed = brentq(lambda x: frontier(FIRST, x) - goal, log_c - 20, log_c + 20, **EXACT)
    print(f"({compute!r}, {frontier(FIRST, log_c)!r}, {goal!r}, {math.exp(needed - log_c)!r}),")
