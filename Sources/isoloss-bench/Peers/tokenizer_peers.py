"""Time a tokenizer of others: tokenizer_peers.py encode|decode|load SYSTEM VOCABULARY FOLDER TEXT.

SYSTEM is tiktoken, tokenizers or gigatoken, VOCABULARY gpt2, cl100k or o200k; FOLDER holds the rank
files (and gpt2_tokenizer.json for tokenizers). TEXT is a file, or a folder whose Swift sources are
taken together. Encoding is cold: a fresh tokenizer for each of three passes, whose median counts, on
one core. Prints one JSON object: seconds, and the number of tokens. Exit code 3 where the package is
not installed.
"""

import base64
import json
import os
import pathlib
import statistics
import sys
import time

FILES = {"gpt2": "gpt2.tiktoken", "cl100k": "cl100k_base.tiktoken", "o200k": "o200k_base.tiktoken"}
CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PATTERNS = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "o200k": rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTION}"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTION}"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
GIGATOKEN_NAMES = {"gpt2": "gpt2", "cl100k": "gpt4", "o200k": "o200k"}


def load(system, vocabulary, folder):
    path = os.path.join(folder, FILES[vocabulary])
    if system == "gigatoken":
        import gigatoken

        return gigatoken.Tokenizer.from_tiktoken(
            path, pretokenizer=GIGATOKEN_NAMES[vocabulary], special_tokens={}
        )
    if system == "tokenizers":
        import tokenizers

        return tokenizers.Tokenizer.from_file(os.path.join(folder, f"{vocabulary}_tokenizer.json"))
    import tiktoken

    with open(path, "rb") as file:
        lines = [line.split() for line in file.read().splitlines()]
    ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
    return tiktoken.Encoding(
        name=vocabulary, pat_str=PATTERNS[vocabulary], mergeable_ranks=ranks, special_tokens={}
    )


def encoder(system, tokenizer, text):
    if system == "gigatoken":
        return lambda: tokenizer.encode(text)
    characters = text.decode()
    if system == "tokenizers":
        return lambda: tokenizer.encode(characters, add_special_tokens=False).ids
    return lambda: tokenizer.encode_ordinary(characters)


def decoder(system, tokenizer, ids):
    if system == "gigatoken":
        import numpy

        array = numpy.asarray(ids, dtype=numpy.uint32)
        return lambda: tokenizer.decode(array)
    if system == "tokenizers":
        return lambda: tokenizer.decode(ids)
    return lambda: tokenizer.decode_bytes(ids)


def read(path):
    path = pathlib.Path(path)
    if path.is_dir():
        return b"".join(file.read_bytes() for file in sorted(path.rglob("*.swift")))
    return path.read_bytes()


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main():
    operation, system, vocabulary, folder, path = sys.argv[1:]
    os.environ["RAYON_NUM_THREADS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    try:
        __import__(system)
    except ImportError:
        sys.exit(3)
    text = read(path)
    seconds, count = [], 0
    for _ in range(3):
        duration, tokenizer = timed(lambda: load(system, vocabulary, folder))
        if operation != "load":
            duration, ids = timed(encoder(system, tokenizer, text))
            count = len(ids)
        if operation == "decode":
            duration, _ = timed(decoder(system, tokenizer, ids))
        seconds.append(duration)
    print(json.dumps({"seconds": statistics.median(seconds), "figure": count}))


main()
