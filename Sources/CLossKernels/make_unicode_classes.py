"""Writes closs_unicode_classes.c from the scalar ranges of the general categories.

    python3 make_unicode_classes.py unicode_classes.json > closs_unicode_classes.c

The file holds {"classes": {"Lu": [[first, last], ...], ...}}, the ranges of Unicode 16.0 that the
regular-expression engines of published tokenizers use.
"""
import json
import sys

BLOCK = 128
FLAT = 0x32400  # above it there are only the variation selectors of plane 14
SELECTORS = range(0xE0100, 0xE01F0)
CODES = [  # closs_unicode_class of closs_unicode.h
    (1, ["M"]), (2, ["N"]), (3, ["s"]), (4, ["Lu", "Lt"]), (5, ["Ll"]), (6, ["Lm", "Lo"]),
]

classes = json.load(open(sys.argv[1]))["classes"]
table = bytearray(0x110000)
for code, names in CODES:
    for name in names:
        for first, last in classes[name]:
            assert not any(table[first : last + 1]), "two classes for one scalar"
            table[first : last + 1] = bytes([code]) * (last + 1 - first)
letters = {scalar for first, last in classes["L"] for scalar in range(first, last + 1)}
assert letters == {scalar for scalar, code in enumerate(table) if code >= 4}
assert all(table[s] == (s in SELECTORS) for s in range(FLAT, 0x110000))

blocks: dict[bytes, int] = {}
index = [blocks.setdefault(bytes(table[s : s + BLOCK]), len(blocks)) for s in range(0, FLAT, BLOCK)]
assert len(blocks) <= 256
digits = "".join(str(code) for block in blocks for code in block)

print("// Written by make_unicode_classes.py from the general categories of Unicode 16.0.")
print('\n#include "closs_unicode.h"\n')
print(f"const uint8_t closs_unicode_class_index[{len(index)}] = {{")
for start in range(0, len(index), 24):
    print("   ", " ".join(f"{entry}," for entry in index[start : start + 24]))
print("};\n")
print("const char closs_unicode_class_blocks[] =")
rows = [f'    "{digits[start : start + 92]}"' for start in range(0, len(digits), 92)]
print("\n".join(rows) + ";")
