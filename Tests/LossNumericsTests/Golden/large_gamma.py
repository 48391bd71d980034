"""The lower part of chi-squared distributions of 1e11 degrees of freedom, for DistributionTests.swift.

The series of DLMF 8.7.1 summed term by term (NumPy, millions of terms of one sign) times x^s e^-x/Gamma(s + 1)
in 50 digits (mpmath). SciPy's gammainc stops its series after 2,000 terms there.
"""

import numpy as np
from mpmath import exp, log, loggamma, mp, mpf

mp.dps = 50

for point in (99_997_316_718.427, 99_999_552_786.4045, 1e11, 100_000_223_606.79774):
    x, s = point / 2, 5e10
    logs = np.cumsum(np.log(x / (s + np.arange(1, 20_000_001))).astype(np.longdouble))
    total = 1 + np.sum(np.exp(logs))
    power = exp(mpf(s) * log(mpf(x)) - mpf(x) - loggamma(mpf(s) + 1))
    print(point, float(power * mpf(float(total))))
