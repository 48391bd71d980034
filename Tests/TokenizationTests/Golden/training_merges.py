#!/usr/bin/env python3
"""Prints what tokenizers and rustbpe learn from a text, as golden figures of BytePairTrainerTests.

usage: training_merges.py FILE VOCABULARY_SIZE [--list]

The text is one sequence, split by GPT-2's pattern. One line for each peer: its name, how many merges it
learned and the SHA-256 of their list, a line `left right` in hexadecimal bytes for each merge of
tokenizers and a line with the token's bytes for each of rustbpe. With --list the tokens follow, in
hexadecimal, in the order learned."""
import hashlib
import json
import sys

import rustbpe
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def byte_of_character():
    """The byte that each character of a byte-level vocabulary stands for."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}


def learned_by_tokenizers(text, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([text], trainer)
    byte = byte_of_character()
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [tuple(bytes(byte[c] for c in part) for part in merge) for merge in merges]


def learned_by_rustbpe(text, size):
    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(iter([text]), size, pattern=PATTERN)
    ranks = sorted(tokenizer.get_mergeable_ranks(), key=lambda entry: entry[1])
    return [bytes(token) for token, _ in ranks[256:]]


def report(name, lines, tokens, with_list):
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    print(name, len(lines), digest)
    if with_list:
        print(*(token.hex() for token in tokens))


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        text = file.read()
    size, with_list = int(sys.argv[2]), "--list" in sys.argv
    merges = learned_by_tokenizers(text, size)
    lines = [f"{left.hex()} {right.hex()}" for left, right in merges]
    report("tokenizers", lines, [left + right for left, right in merges], with_list)
    tokens = learned_by_rustbpe(text, size)
    report("rustbpe", [token.hex() for token in tokens], tokens, with_list)


if __name__ == "__main__":
    main()
