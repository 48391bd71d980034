#!/usr/bin/env python3
"""Print runs-known-truth.csv: a synthetic table of training runs with a known loss law.

    loss = (E + A / N**alpha + B / D**beta) * exp(noise)

N is the number of parameters, D the number of training tokens, and noise is Gaussian with
mean 0 and standard deviation SIGMA, drawn once for each row in the order printed (N in the
outer loop, D in the inner loop).

Usage: python3 make_runs.py > runs-known-truth.csv
"""
import math
import random

E, A, B = 1.75, 420.0, 1600.0
ALPHA, BETA = 0.345, 0.36
SIGMA = 0.002
SEED = 20260101

N_VALUES = [10_000_000, 30_000_000, 100_000_000,
            300_000_000, 1_000_000_000, 3_000_000_000]
D_VALUES = [500_000_000, 1_300_000_000, 3_400_000_000,
            9_000_000_000, 23_000_000_000, 60_000_000_000]


def main():
    rng = random.Random(SEED)
    print("run,N,D,loss")
    row = 0
    for n in N_VALUES:
        for d in D_VALUES:
            row += 1
            noise = rng.gauss(0.0, SIGMA)
            loss = (E + A / n**ALPHA + B / d**BETA) * math.exp(noise)
            print(f"r{row:02d},{n},{d},{loss:.6f}")


if __name__ == "__main__":
    main()
