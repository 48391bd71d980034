#!/usr/bin/env python3
"""Trains a byte-level vocabulary with `tokenizers` and prints the ids of a few texts under it.

usage: tokenizer.py FILE VOCABULARY_SIZE

The first id is that of the special token <|endoftext|>. A line of JSON a text: the text, its ids, and where
each token begins and ends in characters; then the number of tokens of FILE itself."""
import json
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

TEXTS = [
    "The keeper's lamp burns all night.",
    "  two spaces,\n\n\tand a tab 12345!",
    "naïve — 灯台 🗼",
    "",
    "<|endoftext|> is text",
]


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        text = file.read()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=int(sys.argv[2]),
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text], trainer)
    # In the file's own words special tokens are found in a text; here they are text like any other.
    tokenizer.encode_special_tokens = True
    for sample in TEXTS:
        encoding = tokenizer.encode(sample)
        print(json.dumps([sample, encoding.ids, encoding.offsets], ensure_ascii=False))
    print(len(tokenizer.encode(text).ids))


if __name__ == "__main__":
    main()
