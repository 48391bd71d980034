#!/usr/bin/env python3
"""Prints what tokenizers and rustbpe learn from many small texts full of ties, as two hashes.

usage: training_ties.py COUNT

Text k = 0, 1, … has 30 + 10 * (k mod 40) characters, drawn by the generator that the tests have too
(state * 6364136223846793005 + 1442695040888963407 modulo 2**64 from state k, the upper 32 bits modulo
the number of characters) from the first 2 + k mod 6 characters of " abaé0b\n". Each text is trained
until no pair is left. One line for each peer: its name, the number of all merges, and the SHA-256 of all
their lines as in training_merges.py."""
import hashlib
import sys

import training_merges

CHARACTERS = " abaé0b\n"


def text(k):
    state, characters = k, []
    size = 2 + k % 6
    for _ in range(30 + 10 * (k % 40)):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        characters.append(CHARACTERS[(state >> 32) % size])
    return "".join(characters)


def main():
    texts = [text(k) for k in range(int(sys.argv[1]))]
    lines = [
        f"{left.hex()} {right.hex()}\n"
        for text in texts
        for left, right in training_merges.learned_by_tokenizers(text, 100_000)
    ]
    print("tokenizers", len(lines), hashlib.sha256("".join(lines).encode()).hexdigest())
    lines = [
        f"{token.hex()}\n" for text in texts for token in training_merges.learned_by_rustbpe(text, 100_000)
    ]
    print("rustbpe", len(lines), hashlib.sha256("".join(lines).encode()).hexdigest())


if __name__ == "__main__":
    main()
