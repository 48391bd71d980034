"""Derives the coefficients of the vector functions: minimax polynomials by Remez's exchange.

    python3 make_vector_math.py     (needs mpmath)

Each polynomial multiplies or follows terms that stand in the C code; the weight turns its error into
the relative error of the function. Coefficients are rounded one after the other, lowest first, and
the ones that remain are fitted anew, so that rounding costs next to nothing.
"""
import struct
import mpmath as mp

mp.mp.dps = 60


def to_float(x):
    # Through a double: two roundings, a coefficient need not be the nearest.
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def solve(target, weight, powers, low, high):
    """The coefficients of `powers` whose weighted error against `target` is least, and that error."""
    count = len(powers)
    points = [
        (low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * (i + mp.mpf(1) / 2) / (count + 1))
        for i in range(count + 1)
    ]
    for _ in range(40):
        matrix, right = mp.matrix(count + 1), mp.matrix(count + 1, 1)
        for i, x in enumerate(points):
            for j, power in enumerate(powers):
                matrix[i, j] = x**power
            matrix[i, count] = (-1) ** i / weight(x)
            right[i] = target(x)
        solution = mp.lu_solve(matrix, right)
        coefficients = list(solution)[:count]

        def error(x):
            return weight(x) * (target(x) - sum(c * x**p for c, p in zip(coefficients, powers)))

        steps = 40 * (count + 1)
        grid = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / steps) for i in range(steps + 1)]
        values = [error(x) for x in grid]
        extremes, best = [], None
        for x, value in zip(grid, values):
            if best is not None and (value > 0) == (best[1] > 0):
                if abs(value) > abs(best[1]):
                    best = (x, value)
            else:
                if best is not None:
                    extremes.append(best)
                best = (x, value)
        extremes.append(best)
        while len(extremes) > count + 1:
            if len(extremes) == count + 2:
                extremes.pop(0 if abs(extremes[0][1]) < abs(extremes[-1][1]) else -1)
            else:
                weakest = min(range(len(extremes)), key=lambda i: abs(extremes[i][1]))
                extremes.pop(weakest)
        sizes = [abs(value) for _, value in extremes]
        if len(extremes) < count + 1 or max(sizes) < min(sizes) * mp.mpf("1.001"):
            break
        points = [x for x, _ in extremes]
    return coefficients, max(abs(value) for value in values)


def fit(name, target, weight, powers, low, high, rounding):
    """Prints the rounded coefficients, lowest power first, with the error before and after."""
    low, high = mp.mpf(low), mp.mpf(high)
    exact, ideal = solve(target, weight, list(powers), low, high)
    grid = [low + (high - low) * i / 500 for i in range(1, 501)]

    def worst(candidate):
        return max(
            abs(weight(x) * (target(x) - sum(mp.mpf(c) * x**p for c, p in zip(candidate, powers))))
            for x in grid
        )

    candidates = [[rounding(c) for c in exact]]
    for count in range(1, len(powers)):  # the lowest rounded, the others fitted anew
        fixed = candidates[-1][:count]

        def rest(x):
            return target(x) - sum(mp.mpf(c) * x**p for c, p in zip(fixed, powers))

        free, _ = solve(rest, weight, list(powers)[count:], low, high)
        candidates.append(fixed + [rounding(c) for c in free])
    best = min(candidates, key=worst)
    print(f"// {name}: error 2^{float(mp.log(ideal, 2)):.1f}, rounded 2^{float(mp.log(worst(best), 2)):.1f}")
    print("  " + ", ".join(c.hex() for c in best))


def near(function, limit, radius="1e-9"):
    """The function, and its limit at zero, where the formula loses all digits."""
    return lambda x: limit if abs(x) < mp.mpf(radius) else function(x)


half_ln2 = mp.log(2) / 2
exp_tail = near(lambda r: (mp.expm1(r) - r) / r**2, mp.mpf(1) / 2)
expm1_weight = near(lambda r: r**2 / mp.expm1(r), mp.mpf("1e-30"), "1e-20")
log_tail = near(lambda f: (mp.log1p(f) - f + f**2 / 2) / f**3, mp.mpf(1) / 3)
log_weight = near(lambda f: abs(f**3 / mp.log1p(f)), mp.mpf("1e-30"), "1e-20")


def erf_ratio(z):
    return 2 / mp.sqrt(mp.pi) - 1 if z < mp.mpf("1e-30") else mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1


def erf_weight(z):
    return 1 / (1 + erf_ratio(z))


if __name__ == "__main__":
    r = half_ln2 * mp.mpf("1.0001")
    fit("exp float", exp_tail, lambda x: x**2 / mp.exp(x) + mp.mpf("1e-30"), range(5), -r, r, to_float)
    fit("expm1 float", exp_tail, lambda x: abs(expm1_weight(x)) + mp.mpf("1e-30"), range(6), -r, r, to_float)
    fit("log float", log_tail, lambda x: log_weight(x) + mp.mpf("1e-30"), range(8), "-0.25", "0.5", to_float)
    fit("erf float", erf_ratio, erf_weight, range(6), 0, mp.mpf("0.765625"), to_float)
    fit("erfc log2 float", lambda a: mp.log(mp.erfc(a), 2), mp.erfc, range(8), "0.875", "3.95", to_float)
