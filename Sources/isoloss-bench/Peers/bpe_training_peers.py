"""Time the training of a byte-pair vocabulary: bpe_training_peers.py tokenizers|rustbpe|gigatoken FILE SIZE.

All split by GPT-2's pattern. tokenizers and rustbpe get the text line by line, as their users feed them;
gigatoken gets it whole. Reading the file is part of the time. Prints one JSON object: seconds, and as figure
the number of tokens. Exit code 3 where the peer is not installed.
"""

import json
import os
import sys
import time

PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def train_tokenizers(path, size):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    with open(path, encoding="utf-8", newline="") as lines:
        tokenizer.train_from_iterator(lines, trainer)
    return tokenizer.get_vocab_size()


def train_rustbpe(path, size):
    import rustbpe

    tokenizer = rustbpe.Tokenizer()
    with open(path, encoding="utf-8", newline="") as lines:
        tokenizer.train_from_iterator(iter(lines), size, pattern=PATTERN)
    return tokenizer.vocab_size


def train_gigatoken(path, size):
    import gigatoken

    with open(path, "rb") as file:
        text = file.read()
    return len(gigatoken.train_bpe(text, size, [])[0])


PEERS = {"tokenizers": train_tokenizers, "rustbpe": train_rustbpe, "gigatoken": train_gigatoken}


def main():
    peer, path, size = sys.argv[1:]
    threads = os.environ.get("OMP_NUM_THREADS", "1")
    os.environ["RAYON_NUM_THREADS"] = threads
    os.environ["TOKENIZERS_PARALLELISM"] = "false" if threads == "1" else "true"
    try:
        __import__(peer)
    except ImportError:
        sys.exit(3)
    # Some peers write to standard output; it goes to standard error until the answer does.
    output = os.dup(1)
    os.dup2(2, 1)
    start = time.perf_counter()
    figure = PEERS[peer](path, int(size))
    seconds = time.perf_counter() - start
    sys.stdout.flush()
    os.dup2(output, 1)
    print(json.dumps({"seconds": seconds, "figure": figure}))


main()
