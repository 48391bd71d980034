"""Writes closs_nfc_classes.c and closs_nfc_mappings.c, the data of Normalization Form C.

    pip install unicodedata2==16.0.0
    python3 make_nfc_tables.py

Everything is derived from canonical decompositions and combining classes of Unicode 16.0 (UAX #15);
Hangul syllables are left to arithmetic.
"""
import string

import unicodedata2 as unicode

assert unicode.unidata_version == "16.0.0"
BLOCK = 128
FLAT = 0x30000  # from here on every scalar is as an unassigned one
SYLLABLES = range(0xAC00, 0xD7A4)
SCALARS = [s for s in range(0x110000) if not 0xD800 <= s < 0xE000]


def decomposition(scalar):
    text = unicode.decomposition(chr(scalar))
    return [] if not text or text.startswith("<") else [int(part, 16) for part in text.split()]


singletons, pairs = [], []
for scalar in SCALARS:
    parts = decomposition(scalar)
    if len(parts) == 1:
        singletons.append((scalar, parts[0]))
    elif parts:
        # Going on with the first part alone reaches the whole decomposition.
        assert not decomposition(parts[1])
        pairs.append((parts[0], parts[1], scalar))
pairs.sort()
composing = [p for p in pairs if unicode.normalize("NFC", chr(p[2])) == chr(p[2])]
seconds = {second for _, second, _ in composing} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))


def entry(scalar):
    first = ord(unicode.normalize("NFD", chr(scalar))[0])
    # What stands before may take the first part of a composite away: U+16D68 after U+16D63.
    joins = scalar in seconds or first in seconds
    is_stable = unicode.normalize("NFC", chr(scalar)) == chr(scalar) and not joins
    begins = unicode.combining(chr(first)) == 0 and first not in seconds
    return unicode.combining(chr(scalar)), is_stable, begins


# Each kind of scalar is a character of the blocks' text; the plain kind is `0`.
table = {scalar: entry(scalar) for scalar in SCALARS}
plain = (0, True, True)
kinds = [plain] + sorted(set(table.values()) - {plain})
letters = string.digits + string.ascii_letters + "+-*/=.,:;<>()[]{}!%&^_|~"
assert len(kinds) <= len(letters)
letter = dict(zip(kinds, letters))
text = "".join(letter[table.get(scalar, plain)] for scalar in range(0x110000))
assert set(text[FLAT:]) == {"0"}
blocks = {}
index = [blocks.setdefault(text[s : s + BLOCK], len(blocks)) for s in range(0, FLAT, BLOCK)]
assert len(blocks) <= 256
NOTE = "// Written by make_nfc_tables.py from unicodedata2 16.0.0.\n\n#include \"closs_nfc.h\"\n\n"


def rows(entries):
    lines = ["   "]
    for entry in entries:
        if len(lines[-1]) + len(entry) >= 100:
            lines.append("   ")
        lines[-1] += " " + entry
    return "\n".join(lines) + "\n"


with open("closs_nfc_classes.c", "w") as out:
    out.write(NOTE)
    out.write(f"const uint8_t closs_nfc_index[{len(index)}] = {{\n")
    out.write(rows([f"{number}," for number in index]) + "};\n\n")
    out.write("const char closs_nfc_blocks[] =\n")
    whole = "".join(blocks)
    out.write(rows([f'"{whole[i : i + 92]}"' for i in range(0, len(whole), 92)])[:-1] + ";\n\n")
    out.write("const uint8_t closs_nfc_combining[128] = {\n")
    out.write(rows([f"['{letter[k]}'] = {k[0]}," for k in kinds if k[0]]) + "};\n\n")
    out.write("const uint8_t closs_nfc_flags[128] = {\n")
    flags = {kind: kind[1] * 1 + kind[2] * 2 for kind in kinds}
    out.write(rows([f"['{letter[k]}'] = {flags[k]}," for k in kinds if flags[k]]) + "};\n")

with open("closs_nfc_mappings.c", "w") as out:
    out.write(NOTE)
    out.write(f"const uint32_t closs_nfc_singletons[CLOSS_NFC_SINGLETONS][2] = {{\n")
    out.write(rows([f"{{{a},{b}}}," for a, b in singletons]) + "};\n\n")
    out.write(f"const closs_nfc_pair closs_nfc_pairs[CLOSS_NFC_PAIRS] = {{\n")
    keep = set(composing)
    out.write(
        rows([f"{{{a},{b},{c},{int((a, b, c) in keep)}}}," for a, b, c in pairs])
        + "};\n\n"
    )
    order = sorted(range(len(pairs)), key=lambda i: pairs[i][2])
    out.write("const uint16_t closs_nfc_pairs_by_whole[CLOSS_NFC_PAIRS] = {\n")
    out.write(rows([f"{i}," for i in order]) + "};\n")
print(f"enum {{ CLOSS_NFC_SINGLETONS = {len(singletons)}, CLOSS_NFC_PAIRS = {len(pairs)} }};")
