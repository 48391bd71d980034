#!/usr/bin/env python3
"""Print runs-isoflop.csv: a synthetic table of training runs at eight budgets, four of them in trouble.

    loss = (E + A / N**alpha + B / D**beta) * exp(noise)

Each budget C = 6 N D is spent on nine sizes, from an eighth to eight times the best one of the law. Noise is
Gaussian with standard deviation SIGMA, drawn once for each row in the order printed. The four largest
sizes of the two smallest budgets saw too few tokens to warm up: their losses are 8 to 20 per cent higher.

Usage: python3 make_isoflop_runs.py > runs-isoflop.csv
"""
import math
import random

E, A, B = 1.82, 480.0, 2080.0
ALPHA, BETA = 0.348, 0.366
SIGMA = 0.005
SEED = 20220329
BUDGETS = [6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21]
TROUBLE = {(0, 7): 0.12, (0, 8): 0.20, (1, 7): 0.08, (1, 8): 0.15}


def best_size(compute):
    g = (ALPHA * A / (BETA * B)) ** (1 / (ALPHA + BETA))
    return g * (compute / 6) ** (BETA / (ALPHA + BETA))


def main():
    rng = random.Random(SEED)
    print("run,N,D,C,loss")
    row = 0
    for place, compute in enumerate(BUDGETS):
        for step in range(9):
            row += 1
            n = round(best_size(compute) * 8 ** ((step - 4) / 4))
            d = round(compute / 6 / n)
            noise = rng.gauss(0.0, SIGMA) + TROUBLE.get((place, step), 0.0)
            loss = (E + A / n**ALPHA + B / d**BETA) * math.exp(noise)
            print(f"i{row:02d},{n},{d},{compute:.0e},{loss:.6f}")


if __name__ == "__main__":
    main()
