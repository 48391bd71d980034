#!/usr/bin/env python3
"""Prints GoldenNormalForms.swift: Normalization Form C of generated texts, by unicodedata2.

    python3 -m venv venv && venv/bin/pip install unicodedata2==16.0.0
    venv/bin/python normal_forms.py > ../GoldenNormalForms.swift

The Swift test makes the same texts (NormalFormTexts.swift). Invalid bytes split a text into parts
that are normalized each by itself.
"""
import hashlib

import unicodedata2

assert unicodedata2.unidata_version == "16.0.0"

# Scalars that compose, decompose or are reordered, and some that do nothing. The order is part of
# the format.
RANGES = [
    (0x41, 0x7A), (0xC0, 0x17F), (0x300, 0x36F), (0x340, 0x345), (0x370, 0x3FF), (0x400, 0x4FF),
    (0x591, 0x5C7), (0x610, 0x65F), (0x900, 0x97F), (0x9BC, 0x9DD), (0xA33, 0xA5E), (0xABC, 0xACD),
    (0xB3C, 0xB5D), (0xBBE, 0xBCD), (0xC46, 0xC56), (0xCBC, 0xCD6), (0xD3E, 0xD57), (0xDCA, 0xDDF),
    (0xF39, 0xFBC), (0x1025, 0x1039), (0x1100, 0x1112), (0x1161, 0x1175), (0x11A7, 0x11C3),
    (0x1B05, 0x1B44), (0x1DC0, 0x1DFF), (0x1E00, 0x1FFF), (0x20D0, 0x20F0), (0x2126, 0x212B),
    (0x2ADC, 0x2ADC), (0x3041, 0x30FF), (0xAC00, 0xAC60), (0xD780, 0xD7A3), (0xF900, 0xFAD9),
    (0xFB1D, 0xFB4E), (0x105C9, 0x105E4), (0x11099, 0x110BA), (0x11127, 0x11134),
    (0x11347, 0x11357), (0x1133E, 0x1134D), (0x11382, 0x113D2), (0x114B0, 0x114C2),
    (0x115AF, 0x115BF), (0x11930, 0x1193E), (0x1611E, 0x1612F), (0x16D63, 0x16D6A),
    (0x1D15E, 0x1D1C0), (0x2F800, 0x2FA1D), (0x1E8D0, 0x1E8D6),
]


class Generator:
    """Knuth's 64-bit linear congruential generator, upper bits."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound

    def scalar(self):
        first, last = RANGES[self.below(len(RANGES))]
        return first + self.below(last + 1 - first)


def scalars():
    return (s for s in range(0x110000) if not 0xD800 <= s < 0xE000)


def draws(seed, count, longest):
    generator = Generator(seed)
    for _ in range(count):
        yield [generator.scalar() for _ in range(generator.below(longest + 1))]


def marks(seed, count, longest):
    generator = Generator(seed)
    for _ in range(count):
        yield [0x61] + [0x300 + generator.below(0x70) for _ in range(generator.below(longest + 1))]


def with_invalid(seed, count):
    """Scalars, and for each seventh draw the byte FF in their place (None)."""
    generator = Generator(seed)
    for _ in range(count):
        length = generator.below(13)
        yield [None if generator.below(7) == 0 else generator.scalar() for _ in range(length)]


def normalized(text):
    parts = [[]]
    for scalar in text:
        parts.append([]) if scalar is None else parts[-1].append(scalar)
    return b"\xff".join(
        unicodedata2.normalize("NFC", "".join(map(chr, part))).encode() for part in parts
    )


FAMILIES = {
    "alone": ([s] for s in scalars()),
    "after e, before marks": ([0x65, s, 0x323, 0x301] for s in scalars()),
    "draws": draws(1, 60000, 12),
    "marks": marks(2, 5000, 40),
    "long marks": marks(3, 20, 3000),
    "invalid": with_invalid(4, 30000),
}

print("// Printed by Golden/normal_forms.py; see Golden/README.md.\n")
print("enum GoldenNormalForms {")
print("  /// Ranges that scalars are drawn from.")
print("  static let ranges: [ClosedRange<UInt32>] = [")
for start in range(0, len(RANGES), 4):
    print("    " + " ".join(f"0x{a:X}...0x{b:X}," for a, b in RANGES[start : start + 4]))
print("  ]\n")
print("  /// For each family of texts the SHA-256 of their normal forms, FE after each.")
print("  static let digests: [String: String] = [")
for name, texts in FAMILIES.items():
    hash = hashlib.sha256()
    for text in texts:
        hash.update(normalized(text) + b"\xfe")
    print(f'    "{name}":\n      "{hash.hexdigest()}",')
print("  ]\n}")
