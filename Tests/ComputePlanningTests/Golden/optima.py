"""Compute-optimal points of published Chinchilla-form laws, from the closed form."""

import math

SETS = {  # E, A, B, alpha, beta
    "hoffmannRounded": (1.69, 406.4, 410.7, 0.34, 0.28),
    "hoffmann": (math.exp(0.5267228), math.exp(6.0073404), math.exp(6.0179186), 0.33917084, 0.2849083),
    "epoch": (1.8172, 482.01, 2085.43, 0.3478, 0.3658),
    "epochHuber": (1.8172180990100775, 477.8258682339117, 2143.417363360435,
                   0.3473104988817554, 0.36717243262776167),
}
BUDGETS = (1e18, 1e19, 1e20, 1e21, 1e22, 1e23, 5.76e23, 1e24, 1e25, 1e26)

for name, (E, A, B, alpha, beta) in SETS.items():
    print(name)
    G = (alpha * A / (beta * B)) ** (1 / (alpha + beta))
    for C in BUDGETS:
        N = G * (C / 6) ** (beta / (alpha + beta))
        D = (C / 6) ** (alpha / (alpha + beta)) / G
        print([C, N, D, D / N, E + A / N**alpha + B / D**beta])
