#!/usr/bin/env python3
"""Prints GoldenUnits.swift: vocabularies of characters and words, and the ids of texts under them.

Independent of the tokenizer's method: valid UTF-8 is found with a regular expression of Unicode table 3-7,
words with re.findall on bytes, counts with collections.Counter."""
import re
from collections import Counter

VALID = re.compile(
    rb"[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)

LEARNED = (
    "the lamp turns, and the lamp turns again\n"
    "a na\u00efve keeper \u2014 \u706f\u53f0 \U0001f5fc \u2014 counts  the\tturns\r\n\n e\u0301\n"
).encode() + b"\xff\xfe lamp \xe2\x82\n"

ASKED = [
    ("nothing", b""),
    ("known", b"the keeper counts\na lamp"),
    ("unknown", "the Keeper\u2019s lamp \u706f\u53f0!\n".encode()),
    ("composed and decomposed", "\u00e9 e\u0301 \u00ef".encode()),
    ("white space", b"  the\t\tlamp \r\n\n turns\x0b\x0cagain "),
    ("invalid", b"\xff\xfe \xe2\x82\n\xffa\xe2\x82\xac\xe2"),
]

CASES = [("character", None), ("character", 12), ("word", None), ("word", 4)]


def characters(text):
    units, position = [], 0
    while position < len(text):
        match = VALID.match(text, position)
        end = match.end() if match else position + 1
        while not match and end < len(text) and not VALID.match(text, end):
            end += 1
        units.append((position, end))
        position = end
    return units


def words(text):
    return [match.span() for match in re.finditer(rb"\n|[^ \t\n\x0b\x0c\r]+", text)]


def vocabulary(unit, limit):
    counts = Counter(LEARNED[a:b] for a, b in UNITS[unit](LEARNED))
    kept = sorted(counts, key=lambda token: (-counts[token], token))[:limit]
    return sorted(kept) if unit == "character" else kept


UNITS = {"character": characters, "word": words}


def wrapped(items, indent):
    lines, line = [], ""
    for item in items:
        if len(line) + len(item) > 84:
            lines.append(line.rstrip())
            line = ""
        line += item + " "
    lines.append(line.rstrip())
    return "\n".join(" " * indent + line for line in lines if line)


def row(items):
    return "        [\n" + wrapped(items, 10) + "\n        ]," if items else "        [],"


def hexes(items):
    return wrapped([f'"{item.hex()}",' for item in items], 8)


print("// Printed by Golden/units.py; see Golden/README.md.\n")
print("/// A vocabulary that was counted in a text, and texts under it.")
print("struct GoldenUnits: Sendable {")
print("  /// `character` or `word`, and how many of them are kept.")
print("  var unit: String\n  var limit: Int?\n")
print("  /// The tokens in hexadecimal, by id; the unknown follows them.\n  var tokens: [String]\n")
print("  /// The ids of ``texts``, and where each token begins and ends.")
print("  var ids: [[UInt32]]\n  var ranges: [[Range<Int>]]\n")
print("  /// What the vocabularies were counted in, and the texts under them, in hexadecimal.")
print("  static let learned = [\n" + hexes([LEARNED[i : i + 36] for i in range(0, len(LEARNED), 36)]) + "\n  ]")
print("  static let texts = [\n" + hexes([text for _, text in ASKED]) + "\n  ]\n")
print("  static let all = [")
for unit, limit in CASES:
    tokens = vocabulary(unit, limit)
    ids = {token: number for number, token in enumerate(tokens)}
    print(f'    Self(\n      unit: "{unit}",\n      limit: {limit if limit else "nil"},\n      tokens: [')
    print(hexes(tokens) + "\n      ],\n      ids: [")
    for _, text in ASKED:
        found = [ids.get(text[a:b], len(tokens)) for a, b in UNITS[unit](text)]
        print(row([f"{number}," for number in found]))
    print("      ],\n      ranges: [")
    for _, text in ASKED:
        print(row([f"{a}..<{b}," for a, b in UNITS[unit](text)]))
    print("      ]\n    ),")
print("  ]\n}")
