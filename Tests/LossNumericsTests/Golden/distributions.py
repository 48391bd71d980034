"""Distribution functions to 17 digits, as Swift literals for DistributionTests.swift.

Every value is worked in 60-digit arithmetic straight from the defining integrals' standard forms
(regularized incomplete beta and gamma, erfc) of mpmath; quantiles are roots found at that precision.
"""

from mpmath import betainc, erfc, findroot, gammainc, mp, mpf, sqrt

mp.dps = 60


def t_tail(v, x):
    v, x = mpf(v), mpf(x)
    return betainc(v / 2, mpf(1) / 2, 0, v / (v + x * x), regularized=True) / 2


def chi_tail(k, x):
    return gammainc(mpf(k) / 2, mpf(x) / 2, regularized=True)


def f_tail(n, d, x):
    n, d, x = mpf(n), mpf(d), mpf(x)
    return betainc(d / 2, n / 2, 0, d / (d + n * x), regularized=True)


def normal_tail(x):
    return erfc(mpf(x) / sqrt(mpf(2))) / 2


def root(function, start):
    """A positive root on the scale of its logarithm, from a start good to some digits."""
    return mp.exp(findroot(lambda u: mp.log(function(mp.exp(u))), mp.log(mpf(start))))


def row(case, point, value):
    """One literal; values beyond the normal range of a double are left out."""
    if value > mpf("1e-300"):
        print(f"    (.{case}, {point}, {float(value)!r}),")


def main():
    from scipy import stats

    print("tails of t")
    for v in (1, 2, 3, 5, 10, 29.5, 120, 235, 1e4, 1e8):
        for x in (0.01, 0.7, 1.96, 5, 40):
            row(f"t({v})", x, t_tail(v, x))
    print("tails of chi squared")
    for k in (1, 2, 5, 30, 235, 1e5):
        for ratio in (0.1, 0.9, 1.1, 3):
            x = k * ratio
            row(f"chi({k})", x, chi_tail(k, x))
    print("tails of F")
    for n, d in ((1, 1), (1, 30), (5, 235), (7, 3), (300, 200)):
        for x in (0.2, 1.0, 2.5, 12.0):
            row(f"f({n}, {d})", x, f_tail(n, d, x))
    print("tails of the normal")
    for x in (-3, 0.5, 2, 6, 20, 36):
        row("normal", x, normal_tail(x))
    print("quantiles")
    for p in (0.6, 0.9, 0.975, 0.995):
        # The probability is the double, so the tail is one minus the double.
        q = 1 - mpf(p)
        for v in (1, 2, 4, 19, 235, 1e6):
            x = root(lambda x: t_tail(v, x) / q, stats.t.ppf(p, v))
            row(f"t({v})", p, x)
        for k in (1, 5, 235):
            x = root(lambda x: chi_tail(k, x) / q, stats.chi2.ppf(p, k))
            row(f"chi({k})", p, x)
        for n, d in ((1, 30), (5, 235)):
            x = root(lambda x: f_tail(n, d, x) / q, stats.f.ppf(p, n, d))
            row(f"f({n}, {d})", p, x)
        row("normal", p, root(lambda x: normal_tail(x) / q, stats.norm.ppf(p)))


main()
