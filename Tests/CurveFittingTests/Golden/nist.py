"""Turns NIST StRD nonlinear regression files into Swift literals.

usage: nist.py FOLDER > NISTData.swift, where FOLDER holds Misra1a.dat and the others as published at
https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml. Numbers are copied, not rounded.
"""

import pathlib
import re
import sys
import textwrap

NAMES = [
    "Misra1a", "Lanczos3", "Rat42", "BoxBOD", "Kirby2", "Hahn1", "Thurber",
    "MGH09", "MGH10", "MGH17", "Eckerle4", "Rat43", "Bennett5",
]  # fmt: skip


def literals(words):
    text = ", ".join(repr(float(word)) for word in words) + ","
    return textwrap.indent(textwrap.fill(text, 94), "      ")


def problem(folder, name):
    text = (folder / f"{name}.dat").read_text()
    rows = [line.split("=")[1].split() for line in re.findall(r"^\s*b\d+ =.*", text, re.M)]
    rss = re.search(r"Residual Sum of Squares:\s*(\S+)", text)[1]
    data = [line.split() for line in text.split("Data:")[-1].splitlines()[1:] if line.strip()]
    count = int(re.search(r"Number of Observations:\s*(\d+)", text)[1])
    assert len(data) == count, name
    columns = list(zip(*rows))
    print(f"  static let {name[0].lower() + name[1:] if not name[:3].isupper() else name.lower()} = NISTData(")
    for label, words in zip(("firstStart", "secondStart", "parameters", "standardDeviations"), columns):
        print(f"    {label}: [\n{literals(words)}\n    ],")
    print(f"    residualSumOfSquares: {float(rss)!r},")
    print(f"    y: [\n{literals([row[0] for row in data])}\n    ],")
    print(f"    x: [\n{literals([row[1] for row in data])}\n    ])")


def main():
    folder = pathlib.Path(sys.argv[1])
    for title, names in (("", NAMES[:5]), ("+Higher", NAMES[5:])):
        print(f"// FILE NISTData{title}.swift")
        print("extension NISTData {")
        for position, name in enumerate(names):
            print() if position else None
            problem(folder, name)
        print("}")


main()
