"""Golden numbers for approaches 1 and 2 of Hoffmann et al. 2022, as Swift literals for GoldenProfiles.swift.

- `akima`: SciPy's Akima1DInterpolator through fixed points, and its lowest place by the roots of the
  derivative of each cubic (PPoly.roots), so that no search tolerance enters.
- `profiles`: a table of five budgets made from a formula that the tests repeat; the parabola of each
  budget by numpy.polyfit in centered ln N, its vertex, and the line through the vertices; then the same
  by Akima's curve through ln L over ln N.

The losses are rounded to five decimals, so that both languages start from the same digits.
"""

import math

import numpy as np
from scipy.interpolate import Akima1DInterpolator


def lowest(x, y):
    """The lowest interior place of Akima's curve: x, y, y''."""
    curve = Akima1DInterpolator(x, y)
    places = [r for r in curve.derivative().roots(extrapolate=False) if curve(r, 2) > 0]
    best = min(places, key=lambda place: float(curve(place)))
    return best, float(curve(best)), float(curve(best, 2))


def akima():
    x = np.array([0.0, 1.0, 1.5, 2.5, 4.0, 4.5, 5.5, 7.0, 8.0, 9.0])
    y = np.array([9.0, 5.0, 4.2, 1.5, 0.9, 1.0, 0.7, 3.0, 4.0, 5.0])
    curve = Akima1DInterpolator(x, y)
    at = np.array([0.1, 0.75, 1.3, 2.0, 3.3, 4.2, 4.9, 5.9, 7.5, 8.9, 9.0])
    print("akima values", [(float(p), float(curve(p))) for p in at])
    print("akima slopes", [float(s) for s in curve(x, 1)])
    print("akima lowest", lowest(x, y))


def rows():
    for i, budget in enumerate([1e18, 6e18, 3e19, 2e20, 1e21]):
        for j in range(7):
            n = float(round(0.05 * (budget / 6) ** 0.5 * 1.6**j))
            d = budget / 6 / n
            wiggle = math.sin(12.9898 * (7 * i + j + 1)) * 0.004
            loss = 1.8172 + 482.01 / n**0.3478 + 2085.43 / d**0.3658
            yield budget, n, round(loss * (1 + wiggle), 5)


def profiles():
    table = list(rows())
    budgets = sorted({row[0] for row in table})
    print("rows", [(f"{c:g}", n, loss) for c, n, loss in table][:3], "...")
    for method in ("parabola", "akima"):
        best = []
        for budget in budgets:
            x = np.log([n for c, n, _ in table if c == budget])
            loss = np.array([value for c, _, value in table if c == budget])
            if method == "parabola":
                p = np.polyfit(x - x.mean(), loss, 2)
                place = x.mean() - p[1] / (2 * p[0])
                least, curvature = p[2] - p[1] ** 2 / (4 * p[0]), p[0]
            else:
                place, value, second = lowest(x, np.log(loss))
                least, curvature = math.exp(value), math.exp(value) * second / 2
            assert x.min() < place < x.max()
            best.append((budget, place))
            print(method, f"{budget:g}", repr(float(np.exp(place))), repr(float(least)), repr(float(curvature)))
        line = np.polyfit([math.log(c / 6) for c, _ in best], [place for _, place in best], 1)
        print(method, "a", repr(float(line[0])), "ln G", repr(float(line[1])))


akima()
profiles()
