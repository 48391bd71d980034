#!/usr/bin/env python3
"""Prints GoldenPieces.swift: where `regex` ends the pieces of generated texts.

    python3 -m venv venv && venv/bin/pip install regex unicodedata2==16.0.0
    venv/bin/python pieces.py > ../GoldenPieces.swift

The texts are strings of the symbols below, all triples of them and draws of a generator; the Swift
test makes the same ones (PieceTexts.swift). Before matching, each scalar is replaced by one of the
same class whose class no version of Unicode changes, so that the classes are those of Unicode 16
whatever version `regex` has; invalid bytes are replaced by U+FFFD, a run of them by one.
"""
import hashlib
import itertools
import re
import struct

import regex
import unicodedata2

assert unicodedata2.unidata_version == "16.0.0"

PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++\Z|\s*[\r\n]|\s+(?!\S)|\s",
    "o200k": "|".join([
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
    ]),
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
COMPILED = {name: regex.compile(pattern) for name, pattern in PATTERNS.items()}

# The order is part of the format: PieceTexts.swift has the same list.
SYMBOLS = [s.encode() for s in (
    " ", "\n", "\r", "\t", "\x0b", "\u0085", "\u00a0", "\u2028", "\u3000",
    "a", "B", "s", "S", "t", "r", "E", "e", "v", "l", "L", "m", "d", "\u017f",
    "\u00e9", "\u00c9", "\u01c5", "\u02b0", "\u00aa", "\u4e2d", "\U00010400", "\U00010428",
    "\u0301", "\u0abe", "\u20dd", "\U000e0100",
    "1", "9", "\u00b2", "\u0663", "\u2167", "\U0001d7d8",
    "'", "!", "/", "\u201c", "\u200d", "\u0378", "\U0001f600", "\x00", "\x7f",
)] + [b"\xff", b"\x80", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80"]

VALID = re.compile(
    rb"[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
SPACE = regex.compile(r"\s")
STAND_INS = {"other": "\u2603", "M": "\u0301", "N": "\u0663", "s": "\u00a0", "Lu": "\u00c9",
             "Lt": "\u01c5", "Ll": "\u00e9", "Lm": "\u02b0", "Lo": "\u4e2d"}


def unicode_class(character):
    if SPACE.match(character):
        return "s"
    category = unicodedata2.category(character)
    return category if category[0] == "L" else category[0] if category[0] in "MN" else "other"


def stand_in(character, cache={}):
    if character < "\x80" or character == "\u017f":
        return character
    if character not in cache:
        cache[character] = STAND_INS[unicode_class(character)]
    return cache[character]


def characters(text):
    """The text to match and, for each of its characters, where that ends in the bytes."""
    string, ends, position, in_run = [], [], 0, False
    while position < len(text):
        match = VALID.match(text, position)
        if match:
            string.append(stand_in(match.group().decode()))
            position = match.end()
            ends.append(position)
        else:
            position += 1
            if in_run:
                ends[-1] = position
            else:
                string.append("\ufffd")
                ends.append(position)
        in_run = not match
    return "".join(string), ends


def piece_ends(name, string, ends):
    found, position = [], 0
    for match in COMPILED[name].finditer(string):
        assert match.start() == position and match.end() > position, (name, string)
        position = match.end()
        found.append(ends[position - 1])
    assert position == len(string)
    return found


class Generator:
    """Knuth's 64-bit linear congruential generator, upper bits."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound


def draws(seed, count, longest, alphabet):
    generator = Generator(seed)
    for _ in range(count):
        length = generator.below(longest + 1)
        yield b"".join(alphabet(generator) for _ in range(length))


def among(text):
    chosen = [s for s in SYMBOLS if s in [c.encode() for c in text]]
    return lambda generator: chosen[generator.below(len(chosen))]


def any_scalar(generator):
    scalar = generator.below(0x110000 - 0x800)
    return chr(scalar if scalar < 0xD800 else scalar + 0x800).encode()


def byte_below(bound):
    return lambda generator: bytes([generator.below(bound)])


FAMILIES = {
    "triples": lambda: (b"".join(t) for t in itertools.product(SYMBOLS, repeat=3)),
    "symbols": lambda: draws(1, 20000, 40, lambda g: SYMBOLS[g.below(len(SYMBOLS))]),
    "spaces": lambda: draws(2, 10000, 30, among(" \n\r\t\u00a0\u3000a!1")),
    "contractions": lambda: draws(3, 20000, 30, among("'sStrEevlLmda\u017f !")),
    "cases": lambda: draws(4, 20000, 30, among("aB\u01c5\u02b0\u4e2d\u0301\u0abe'")),
    "marks": lambda: draws(5, 20000, 30, among("aB\u0301\u20dd!/ \n'1\u201c")),
    "digits": lambda: draws(6, 5000, 40, among("19\u00b2\u0663\u2167 a!")),
    "ASCII": lambda: draws(7, 10000, 80, byte_below(128)),
    "bytes": lambda: draws(8, 10000, 80, byte_below(256)),
    "scalars": lambda: draws(9, 40000, 20, any_scalar),
    "long": lambda: draws(10, 300, 2000, lambda g: SYMBOLS[g.below(len(SYMBOLS))]),
    "long marks": lambda: draws(11, 300, 2000, among("aB\u0301\u20dd!/ \n'1\u201c")),
    "long words": lambda: draws(12, 300, 2000, among("aBs\u02b0' \n1")),
}

EXPLICIT = [
    "Hello, world's end", "I'LL don't we'\u017fve", " 's 's''s'S", "'s's's'sab'll", "x  \n \t y",
    "a\n\n   b  ", "a\r\n\r\n\t", "  \n", "12345 67", "1\u00b2\u06633\u21674567", "!!\n/\n/a ?\r\n//!",
    "HTTPServer fooBarBAZ'sQux", "\u4e2d\u6587ABC\u4e2dabC", "\u0301AB \u0301Ab!\u0301!!\u0301\n",
    "\u0aab\u0acb\u0a9f\u0acb \u0a97\u0ac1", "\u2764\ufe0f\u200d\U0001f525!", "\t\tif (x) {\n\t}",
    "\u00a0a\u00a0\u00a0!\u3000\n1", "\u01c5a\u01c5\u01c5\u02b0'T", "It\u2019s", "a\u0085b\u2028\u2028c",
]


def explicit():
    texts = [text.encode() for text in EXPLICIT]
    generator = Generator(13)
    for _ in range(150):
        length = 2 + generator.below(11)
        texts.append(b"".join(SYMBOLS[generator.below(len(SYMBOLS))] for _ in range(length)))
    return texts


def digest(texts):
    hashes = {name: hashlib.sha256() for name in PATTERNS}
    for text in texts:
        string, ends = characters(text)
        for name in PATTERNS:
            found = piece_ends(name, string, ends)
            hashes[name].update(struct.pack(f"<{len(found) + 1}I", *found, 0xFFFFFFFF))
    return {name: value.hexdigest()[:32] for name, value in hashes.items()}


def classes():
    codes = {"other": 0, "M": 1, "N": 2, "s": 3, "Lu": 4, "Lt": 4, "Ll": 5, "Lm": 6, "Lo": 6}
    return hashlib.sha256(bytes(codes[unicode_class(chr(s))] for s in range(0x110000))).hexdigest()


print("// Printed by Golden/pieces.py; see Golden/README.md.\n")
print("enum GoldenPieces {")
print("  /// SHA-256 of the class of each scalar, a byte each, in the order of `ScalarClass`.")
print(f'  static let classes =\n    "{classes()}"\n')
print("  /// For each family of texts and pattern the first half of the SHA-256 of all ends, each")
print("  /// four bytes, little-endian, four bytes of ones after each text.")
print("  static let digests: [String: [String: String]] = [")
for family, texts in FAMILIES.items():
    print(f'    "{family}": [')
    for name, value in digest(texts()).items():
        print(f'      "{name}": "{value}",')
    print("    ],")
print("  ]\n")
print("  /// A text in hexadecimal, then the ends of its pieces by each pattern in order.")
print('  static let explicit = """')
for text in explicit():
    string, ends = characters(text)
    row = [",".join(map(str, piece_ends(name, string, ends))) for name in PATTERNS]
    print("    " + " ".join([text.hex()] + row))
print('    """\n}')
