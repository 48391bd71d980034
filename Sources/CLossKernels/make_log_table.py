"""Writes the table of closs_natural_log.c: ln(i / 128) as a rounded and a remaining part."""
from decimal import Decimal, getcontext

getcontext().prec = 60


def parts(value: Decimal) -> tuple[float, float]:
    # A multiple of 2^-40: adding exponent * ln 2 (another such multiple) stays exact.
    upper = float((value * 2**40).to_integral_value()) / 2.0**40
    return upper, float(value - Decimal(upper))


for i in range(90, 182):
    upper, lower = parts((Decimal(i) / 128).ln())
    print(f"  {{{upper.hex()}, {lower.hex()}}},  // {i}")
print("ln 2:", *(x.hex() for x in parts(Decimal(2).ln())))
