#!/usr/bin/env python3
"""Prints the golden counts of TextCounterTests.swift, as Swift.

Independent of the counter's method: valid UTF-8 is found with a regular expression of Unicode
table 3-7, words with str.split(), pieces with re.split(), lines with bytes.splitlines()."""
import re

VALID = re.compile(
    rb"[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)

CASES = [
    ("empty", b""),
    ("one letter", b"a"),
    ("a line", b"two words\n"),
    ("unterminated", b"one\ntwo"),
    ("space before a word", b" a"),
    ("one space", b" "),
    ("nine spaces", b" " * 9),
    ("a wide space before a word", "\u3000a".encode()),
    ("one hard space", "\u00a0".encode()),
    ("a mark, then a space", "\ufeff a".encode()),
    ("a line before text", b"\nseven letters and more"),
    ("ASCII white space", bytes(range(0x21)) + b"x" + bytes(range(0x21))),
    ("every byte", bytes(range(256))),
    ("line ends", b"a\rb\r\nc\n\r\n\r\rd\n\n"),
    ("long CRLF", b"1234567\r\n" * 9 + b"1234567\n\r\r\n"),
    ("Unicode spaces", "a\u0085b\u00a0c\u1680d\u2000e\u200af\u2028g\u2029h\u202fi\u205fj\u3000k".encode()),
    ("not spaces", "a\u200bb\u180ec\u2060d\ufeffe\u00adf".encode()),
    ("around the spaces", "a\u0084b\u0086c\u1fffd\u200be\u202ef\u2030g\u3001h".encode()),
    ("byte-order mark", b"\xef\xbb\xbfhello\n"),
    ("late byte-order mark", b"a\xef\xbb\xbf"),
    ("scripts", "na\u00efve \u03b1\u03b2 \u2c80\u2c81 \u0a97\u0ac1\u0a9c \U0001f600 end\n".encode()),
    ("overlong", b"\xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf."),
    ("surrogates", b"\xed\xa0\x80\xed\xb0\x80 \xed\x9f\xbf"),
    ("too large", b"\xf4\x90\x80\x80 \xf4\x8f\xbf\xbf \xf5\x80\x80\x80"),
    ("truncated", b"ab\xe2\x82"),
    ("broken off", b"\xe2\x82\xe2\x82\xac \xf0\x9f\xe2\x82a"),
    ("lone continuation", b"\x80 a\xbfb \xff\xfe"),
    ("UTF-16", "hi there\n".encode("utf-16")),
    ("separate runs", b"\xffa\xffb\xff\xff\xc3\xa9\xff"),
    ("invalid in ASCII", b"0123456789\xc30123456789 0123456\xe9\r\n01234567"),
]


def counts(text):
    covered = bytearray(len(text))
    for match in VALID.finditer(text):
        covered[match.start() : match.end()] = b"\x01" * len(match.group())
    runs = [m.start() for m in re.finditer(rb"\x00+", bytes(covered))]
    decoded, position = [], 0
    while position < len(text):
        match = VALID.match(text, position)
        if match:
            decoded.append(match.group().decode())
            position = match.end()
        else:
            if position in runs:
                decoded.append("\ufffd")
            position += 1
    string = "".join(decoded)
    return (
        len(text), len(string), len(string.split()), len(text.splitlines()), len(runs),
        runs[0] if runs else None, text.startswith(b"\xef\xbb\xbf"), text.count(b"\r"),
        len(re.split(r"\s+", string)) if string else 0,
    )


for name, text in CASES:
    size, characters, words, lines, runs, first, mark, returns, pieces = counts(text)
    offset = "nil" if first is None else first
    digits = text.hex()
    if len(digits) <= 70:
        print(f'    Self("{name}", "{digits}",')
    else:  # wrapped; the test drops the line ends
        rows = "\n".join("      " + digits[i : i + 80] for i in range(0, len(digits), 80))
        print(f'    Self(\n      "{name}",\n      """\n{rows}\n      """,')
    print(f"      [{size}, {characters}, {words}, {lines}, {runs}, {returns}, {pieces}], {offset}, {str(mark).lower()}),")
