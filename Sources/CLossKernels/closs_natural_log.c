// The natural logarithm, the same bits on every processor.
//
// x = 2^k z with z near one, and c the multiple of 1/128 nearest to z, so that r = (z - c) / c is
// below 1/180 and z - c is exact. Then ln x = k ln 2 + ln c + ln(1 + r). The table splits ln c, and
// the constants ln 2, into a multiple of 2^-40 and a remainder: the sum of the multiples is exact.
// Only +, -, *, / of doubles in a fixed order, never contracted, hence one result everywhere.
// The error stays below one unit in the last place (0.989 at most on 20 million arguments).
//
// The table is made by make_log_table.py.

#include "closs_natural_log.h"

#include <stdint.h>

#pragma STDC FP_CONTRACT OFF

enum { FIRST_CENTER = 90, CENTERS = 92 };  // z lies in [90.5/128, 181/128]

static const double ln2_upper = 0x1.62e42fefa4000p-1, ln2_lower = -0x1.8432a1b0e2634p-43;

static const double ln_center[CENTERS][2] = {
  {-0x1.68ac83e9c8000p-2, 0x1.5ebe59b15228cp-42},  // 90
  {-0x1.5d5bddf594000p-2, -0x1.f2fa6afbadcd1p-42},  // 91
  {-0x1.522ae0738c000p-2, 0x1.c2831efd36715p-42},  // 92
  {-0x1.4718dc271c000p-2, -0x1.06c18fb4c14c5p-44},  // 93
  {-0x1.3c25277334000p-2, 0x1.cf895693f2854p-43},  // 94
  {-0x1.314f1e1d34000p-2, -0x1.ce3b0a59bd869p-42},  // 95
  {-0x1.269621134c000p-2, -0x1.b92783beb7677p-42},  // 96
  {-0x1.1bf99635a8000p-2, 0x1.46b2255d70849p-42},  // 97
  {-0x1.1178e82280000p-2, 0x1.b8421cc74be04p-42},  // 98
  {-0x1.07138604d4000p-2, -0x1.862736c5bb53ap-42},  // 99
  {-0x1.f991c6cb38000p-3, -0x1.9bcbecca0cdf3p-42},  // 100
  {-0x1.e530effe70000p-3, -0x1.01212276041f4p-43},  // 101
  {-0x1.d1037f2658000p-3, 0x1.0c253f3adb7b7p-42},  // 102
  {-0x1.bd087383c0000p-3, 0x1.3a9788b2a8257p-42},  // 103
  {-0x1.a93ed3c8b0000p-3, 0x1.30e486a0ac42dp-42},  // 104
  {-0x1.95a5adcf70000p-3, -0x1.7f22858a0ff6fp-47},  // 105
  {-0x1.823c165518000p-3, -0x1.1e0ddb9a631e8p-42},  // 106
  {-0x1.6f0128b758000p-3, 0x1.5446379670878p-43},  // 107
  {-0x1.5bf406b540000p-3, -0x1.ed8fdc149767ep-42},  // 108
  {-0x1.4913d83338000p-3, -0x1.ab06f2a9fb6cfp-42},  // 109
  {-0x1.365fcb0158000p-3, -0x1.0162fa8234b73p-43},  // 110
  {-0x1.23d712a4a0000p-3, 0x1.eff2dc702c20ap-42},  // 111
  {-0x1.1178e82280000p-3, 0x1.b8421cc74be04p-43},  // 112
  {-0x1.fe89139dc0000p-4, 0x1.54d3593e842bfp-43},  // 113
  {-0x1.da72763840000p-4, -0x1.1a89401fa7173p-42},  // 114
  {-0x1.b6ac88dad0000p-4, -0x1.6c6f7fd408972p-42},  // 115
  {-0x1.9335e5d590000p-4, -0x1.2622b8757a8fbp-42},  // 116
  {-0x1.700d30aeb0000p-4, 0x1.f8f85c959884bp-43},  // 117
  {-0x1.4d3115d200000p-4, -0x1.fab1769f42c78p-42},  // 118
  {-0x1.2aa04a4470000p-4, -0x1.7a48ba8b1cb41p-44},  // 119
  {-0x1.08598b59e0000p-4, -0x1.d034451fecdfbp-43},  // 120
  {-0x1.ccb73cdde0000p-5, 0x1.34d1e48fb0501p-43},  // 121
  {-0x1.894aa14a00000p-5, 0x1.32f32ba0b44d0p-43},  // 122
  {-0x1.466aed42e0000p-5, 0x1.c167375bdfd28p-45},  // 123
  {-0x1.0415d89e80000p-5, 0x1.77771fd187145p-42},  // 124
  {-0x1.8492528c80000p-6, -0x1.957d173697cf3p-43},  // 125
  {-0x1.0205658940000p-6, 0x1.4f716c1b8bdf5p-43},  // 126
  {-0x1.0101575880000p-7, -0x1.bce251998b506p-44},  // 127
  {0x0.0p+0, 0x0.0p+0},  // 128
  {0x1.fe02a6b100000p-8, 0x1.9e23f0dda40e4p-46},  // 129
  {0x1.fc0a8b1000000p-7, -0x1.fe0e183092c59p-42},  // 130
  {0x1.7b91b07d40000p-6, 0x1.b11aa927f54c7p-42},  // 131
  {0x1.f829b0e780000p-6, 0x1.980267c7e09e4p-45},  // 132
  {0x1.39e87b9fe0000p-5, 0x1.7abf5202b6405p-42},  // 133
  {0x1.77458f6320000p-5, 0x1.b9f88c69e543ep-42},  // 134
  {0x1.b42dd711a0000p-5, -0x1.1c827ae5d6705p-42},  // 135
  {0x1.f0a30c0120000p-5, -0x1.3ab33d066d1d2p-42},  // 136
  {0x1.16536eea30000p-4, 0x1.eb83a189705cfp-42},  // 137
  {0x1.341d7961c0000p-4, -0x1.717b6b33e44f8p-43},  // 138
  {0x1.51b073f060000p-4, 0x1.83f69278e686ap-44},  // 139
  {0x1.6f0d28ae50000p-4, 0x1.ad2e6f9266e7bp-42},  // 140
  {0x1.8c345d6320000p-4, -0x1.937c294d2f567p-42},  // 141
  {0x1.a926d3a4b0000p-4, -0x1.54e4d7a16eab2p-43},  // 142
  {0x1.c5e548f5c0000p-4, -0x1.c5e7514f4083fp-43},  // 143
  {0x1.e27076e2b0000p-4, -0x1.a342c2af0003cp-45},  // 144
  {0x1.fec9131dc0000p-4, -0x1.54555d1ae6607p-44},  // 145
  {0x1.0d77e7cd08000p-3, 0x1.cb2cd2ee2f482p-44},  // 146
  {0x1.1b72ad52f8000p-3, -0x1.85fd6f9fb971ap-43},  // 147
  {0x1.29552f8200000p-3, -0x1.5b967f4471dfcp-44},  // 148
  {0x1.371fc201e8000p-3, 0x1.ee8779b2d8abcp-44},  // 149
  {0x1.44d2b6ccb8000p-3, -0x1.70cc16135783cp-46},  // 150
  {0x1.526e5e3a18000p-3, 0x1.a1bd17200eb72p-42},  // 151
  {0x1.5ff3070a78000p-3, 0x1.3d3c873e20a07p-43},  // 152
  {0x1.6d60fe71a0000p-3, -0x1.6f1b955c4d1dap-42},  // 153
  {0x1.7ab8902110000p-3, -0x1.37b720e4a694bp-42},  // 154
  {0x1.87fa065210000p-3, -0x1.b77b7effb7f41p-42},  // 155
  {0x1.9525a9cf48000p-3, -0x1.4a5c4df67c564p-42},  // 156
  {0x1.a23bc1fe28000p-3, 0x1.ab18c9b88d83dp-42},  // 157
  {0x1.af3c94e808000p-3, 0x1.ff96c67300c9cp-42},  // 158
  {0x1.bc286742d8000p-3, 0x1.9ac53f39d121cp-44},  // 159
  {0x1.c8ff7c79a8000p-3, 0x1.a21ac25d81ef3p-43},  // 160
  {0x1.d5c216b4f8000p-3, 0x1.dc8adc886b2fdp-42},  // 161
  {0x1.e27076e2b0000p-3, -0x1.a342c2af0003cp-44},  // 162
  {0x1.ef0adcbdc8000p-3, -0x1.364d6f390d5e4p-42},  // 163
  {0x1.fb9186d5e0000p-3, 0x1.f1546aaa3361cp-42},  // 164
  {0x1.0402594b4c000p-2, 0x1.040dae27bd0b6p-42},  // 165
  {0x1.0a324e2738000p-2, 0x1.0e35f73f7a018p-42},  // 166
  {0x1.1058bf9ae4000p-2, 0x1.5aa313f415699p-43},  // 167
  {0x1.1675cababc000p-2, -0x1.9f1fc63382a8fp-42},  // 168
  {0x1.1c898c1698000p-2, 0x1.9fafbc68e7540p-42},  // 169
  {0x1.22941fbcf8000p-2, -0x1.a6976f5eb0963p-44},  // 170
  {0x1.2895a13de8000p-2, 0x1.a8d7ad24c13f0p-44},  // 171
  {0x1.2e8e2bae10000p-2, 0x1.d309c2cc91a85p-42},  // 172
  {0x1.347dd9a988000p-2, -0x1.5594dd4c58092p-45},  // 173
  {0x1.3a64c55694000p-2, 0x1.7a71cbcd735d0p-44},  // 174
  {0x1.404308686c000p-2, -0x1.81c42f3ed820bp-42},  // 175
  {0x1.4618bc21c4000p-2, 0x1.ec27d0b7b37b3p-42},  // 176
  {0x1.4be5f95778000p-2, -0x1.d7c92cd9ad824p-44},  // 177
  {0x1.51aad872e0000p-2, -0x1.f4bd8db0a7cc1p-44},  // 178
  {0x1.5767717454000p-2, 0x1.a6c549ab6ca0ep-42},  // 179
  {0x1.5d1bdbf580000p-2, 0x1.394a11b1c1ee4p-43},  // 180
  {0x1.62c82f2b9c000p-2, 0x1.e54bdbd7c8a98p-44},  // 181
};

// ln(1 + r) - r for |r| < 1/180: the series as far as it matters, r^8 / 8 being below 2^-62.
static double series_tail(double r) {
  double tail = 1.0 / 7.0 - r / 8.0;
  tail = -1.0 / 6.0 + r * tail;
  tail = 1.0 / 5.0 + r * tail;
  tail = -1.0 / 4.0 + r * tail;
  tail = 1.0 / 3.0 + r * tail;
  tail = -1.0 / 2.0 + r * tail;
  return r * r * tail;
}

double closs_natural_log(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  if (bits == UINT64_C(0x7FF0000000000000)) return x;
  if (x == 0.0) return -1.0 / 0.0;
  if (!(x > 0.0)) return (x - x) / (x - x);  // not a number
  int exponent = 0;
  if (bits < UINT64_C(0x0010000000000000)) {  // subnormal
    x *= 0x1p54;
    exponent = -54;
    __builtin_memcpy(&bits, &x, sizeof bits);
  }
  // z from 181/256 to 181/128, about one over the root of two to the root of two.
  const uint64_t lowest = UINT64_C(0x3FE6A00000000000);
  uint64_t shifted = bits - lowest;
  int64_t k = (int64_t)shifted >> 52;
  bits -= (uint64_t)k << 52;
  exponent += (int)k;
  double z;
  __builtin_memcpy(&z, &bits, sizeof z);
  int center = (int)(z * 128.0 + 0.5);
  double c = center / 128.0;
  double r = (z - c) / c;
  const double *ln_c = ln_center[center - FIRST_CENTER];
  double upper = exponent * ln2_upper + ln_c[0];
  double lower = exponent * ln2_lower + ln_c[1];
  // The sum upper + r loses what `lost` keeps; upper is zero or larger than r.
  double sum = upper + r;
  double lost = (upper - sum) + r;
  return sum + (lost + (lower + series_tail(r)));
}

// What rounding took from 1 + x is given back in proportion: (u - 1) is exact, and ln u / (u - 1)
// hardly changes between u and 1 + x (Goldberg, What every computer scientist should know about
// floating-point arithmetic, 1991, theorem 4).
double closs_natural_log_1p(double x) {
  const double u = 1.0 + x;
  if (u == 1.0) return x;
  if (u == x) return closs_natural_log(u);  // infinity too
  return closs_natural_log(u) * (x / (u - 1.0));
}
