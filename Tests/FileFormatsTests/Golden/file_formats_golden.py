"""Writes FileFormatsGolden.swift: reference figures of FileFormatsTests from CPython's own library."""

import csv
import hashlib
import io
import json
import struct

HALFWAY = "1.00000000000000011102230246251565404236316680908203125"  # between 1 and the next float

# Numerals as (head, number of zeros, tail).
NUMERALS = [(text, 0, "") for text in [
    "0", "-0", "1", "0.1", "1e23", "8.41e21", "9007199254740993", "9007199254740992.99999",
    "9223372036854775807", "9223372036854775808", "2.2250738585072011e-308",
    "2.2250738585072012e-308", "4.9406564584124654e-324", "2.4703282292062328e-324",
    "2.47032822920623272e-324", "1.7976931348623157e308", "1.7976931348623158e308",
    "1.7976931348623159e308", "179769313486231580793728971405301e276", "5.76e23",
    "123456789012345678901234567890", "3.141592653589793238462643383279502884197",
    HALFWAY, HALFWAY[:-1] + "4", HALFWAY + "00001", "1e-400", "1e400", "123456789e-330",
    "6.02214076e+23", "1.380649E-23",
]] + [("1.", 900, "1"), ("0.", 400, "123e390"), ("1", 400, "e-395"), (HALFWAY, 950, "1")]

MESSAGE_LENGTHS = [0, 1, 3, 55, 56, 57, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 1000, 65536]

TABLES = [
    'a,b\n1,2\n', 'a,b\r\n1,2\r\n', 'a,b\n"x, y","say ""hi"""\n', 'a,b\n"two\nlines",2\n',
    'a,b\n"",\n', 'a\n"x"\n', 'a,b,c\n1,,3\n,,\n', 'a,b\n é ,日本\n', 'a,b\n1,2',
    'a,b\n5" pipe,x"y"\n',
]

STRINGS = [
    r'"\u0041\n\t\"\\\/\b\f\r"', r'"\ud83d\ude00 \u00e9 \uFFFF"', '"\u007f\u0080\u2028"',
    r'"\u0000"', '"é 日本 😀"',
]


def bits(numeral):
    value = float(numeral)
    significand = numeral.lower().partition("e")[0]
    if abs(value) == float("inf") or (value == 0 and significand.strip("-0.")):
        return "nil"
    return "0x%016x" % struct.unpack(">Q", struct.pack(">d", value))[0]


def swift(text):
    def escaped(c):
        if c in '"\\':
            return "\\" + c
        return c if c.isprintable() else "\\u{%x}" % ord(c)
    return '"%s"' % "".join(map(escaped, text))


def swift_list(items):
    return "[" + ", ".join(items) + "]"


def declare(comment, name, kind, rows):
    print("\n  /// %s\n  static let %s: [%s] = [" % (comment, name, kind))
    for row in rows:
        print("    (%s)," % ", ".join(row))
    print("  ]")


print("// Written by Golden/file_formats_golden.py; the README there says how.\n")
print("enum FileFormatsGolden {", end="")
declare("Numerals and the bits of `float()`, `nil` where infinite or zero by underflow.", "numerals",
        "(head: String, zeros: Int, tail: String, bits: UInt64?)",
        [(swift(h), str(z), swift(t), bits(h + "0" * z + t)) for h, z, t in NUMERALS])
declare("Lengths and `hashlib.sha256` of messages whose byte i is (7 i + 3) mod 256.", "hashes",
        "(length: Int, hash: String)",
        [(str(n), swift(hashlib.sha256(bytes((7 * i + 3) % 256 for i in range(n))).hexdigest()))
         for n in MESSAGE_LENGTHS])
declare("Tables and what `csv.reader` makes of them.", "tables", "(text: String, rows: [[String]])",
        [(swift(t), swift_list(swift_list(map(swift, row))
                               for row in csv.reader(io.StringIO(t, newline="")))) for t in TABLES])
declare("JSON strings and the code points `json.loads` gives.", "strings",
        "(text: String, scalars: [UInt32])",
        [(swift(s), swift_list("0x%x" % ord(c) for c in json.loads(s))) for s in STRINGS])
print("}")
