#!/usr/bin/env python3
"""Counts and losses of the texts in corpora/, from definitions alone, in double precision.

usage: python3 corpora.py FOLDER    (Python 3, nothing else; a few seconds)

The smoothing is interpolated modified Kneser-Ney as Chen and Goodman (1998) give it, with the
conventions of KenLM's lmplz: `<s>` counts as a context only, adjusted counts of n-grams that begin
with `<s>` are their raw counts, unigrams are interpolated with the uniform distribution over the
vocabulary and `<unk>`. Nothing is shared with the Swift code.
"""
import math
import re
import sys
from collections import Counter, defaultdict
from fractions import Fraction


class KneserNey:
    """A model of sentences, each a list of tokens."""

    def __init__(self, order, sentences):
        self.order = order
        counts = self.adjusted_counts(sentences)
        self.sizes = [len(counts[1]) + 2] + [len(counts[k]) for k in range(2, order + 1)]
        self.discounts = [None] + [self.discount(counts[k]) for k in range(1, order + 1)]
        self.words = {gram[0] for gram in counts[1]}
        self.levels = [None] + [self.level(counts[k], k) for k in range(1, order + 1)]

    def adjusted_counts(self, sentences):
        raw = [Counter() for _ in range(self.order + 1)]
        for words in sentences:
            line = ["<s>"] + words + ["</s>"]
            for k in range(1, self.order + 1):
                for i in range(len(line) - k + 1):
                    raw[k][tuple(line[i : i + k])] += 1
        counts = [None] * self.order + [raw[self.order]]
        for k in range(self.order - 1, 0, -1):
            counts[k] = Counter(gram[1:] for gram in raw[k + 1])
            for gram, count in raw[k].items():
                if gram[0] == "<s>":
                    counts[k][gram] = count
        counts[1].pop(("<s>",), None)
        return counts

    @staticmethod
    def discount(counts):
        n = Counter(count for count in counts.values() if count < 5)
        try:
            y = Fraction(n[1], n[1] + 2 * n[2])
            found = [j - (j + 1) * y * Fraction(n[j + 1], n[j]) for j in (1, 2, 3)]
            if all(0 <= d <= j for j, d in zip((1, 2, 3), found)):
                return [0.0] + [float(d) for d in found]
        except ZeroDivisionError:
            pass
        return [0.0, 0.5, 1.0, 1.5]

    def level(self, counts, k):
        total, gap = defaultdict(int), defaultdict(float)
        for gram, count in counts.items():
            total[gram[:-1]] += count
            gap[gram[:-1]] += self.discounts[k][min(count, 3)]
        return counts, total, gap

    def probability(self, context, word):
        if not context:
            counts, total, gap = self.levels[1]
            count = counts.get((word,), 0)
            rest = gap[()] / total[()] / (len(self.words) + 1)
            return (count - self.discounts[1][min(count, 3)]) / total[()] + rest
        lower = self.probability(context[1:], word)
        k = len(context) + 1
        counts, total, gap = self.levels[k]
        if context not in total:
            return lower
        count = counts.get(context + (word,), 0)
        share = (count - self.discounts[k][min(count, 3)]) / total[context] if count else 0.0
        return share + gap[context] / total[context] * lower

    def score(self, words):
        """The nats of each token of a sentence, and whether it is unknown."""
        line = ["<s>"] + words + ["</s>"]
        line = [w if w in self.words or w == "<s>" else None for w in line]
        for i in range(1, len(line)):
            context = line[max(0, i - self.order + 1) : i]
            if None in context:
                context = context[len(context) - context[::-1].index(None) :]
            yield -math.log(self.probability(tuple(context), line[i])), line[i] is None


UNITS = {
    "word": lambda line: line.decode().split(),
    "character": lambda line: list(line.decode()),
    "byte": lambda line: list(line),
}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sentences(data, unit):
    return [UNITS[unit](line) for line in data.removesuffix(b"\n").split(b"\n")]


def order_zero(data):
    """Bits per byte of the Krichevsky-Trofimov estimator, byte after byte."""
    counts, bits = [0] * 256, []
    for n, byte in enumerate(data):
        bits.append(-math.log2((counts[byte] + 0.5) / (n + 128)))
        counts[byte] += 1
    return math.fsum(bits) / len(data)


def clustered(sums):
    """The mean of X/Y over clusters (X, Y) and its standard error as a ratio estimator."""
    count, units = len(sums), sum(y for _, y in sums)
    mean = math.fsum(x for x, _ in sums) / units
    square = math.fsum((x - mean * y) ** 2 for x, y in sums) / units**2
    return mean, math.sqrt(square * count / (count - 1))


def paragraphs(lines, scores):
    """Nats and tokens of each document, a run of lines that begins after an empty line."""
    sums, begins = [], True
    for line, score in zip(lines, scores):
        if line and begins:
            sums.append([0.0, 0])
            begins = False
        begins = begins or not line
        sums[-1][0] += math.fsum(nats for nats, _ in score)
        sums[-1][1] += len(score)
    return sums


def main(folder):
    for name in ("lighthouse", "tidewater-manual", "kitchen-table"):
        data = read(f"{folder}/{name}.txt")
        text = data.decode()
        words = re.findall(r"\S+", text)
        print(name, len(data), len(text), len(words), data.count(b"\n"), repr(order_zero(data)))
    train = [read(f"{folder}/{name}.txt") for name in ("lighthouse", "tidewater-manual")]
    test = read(f"{folder}/kitchen-table.txt")
    for unit, order in (("word", 1), ("word", 3), ("character", 5), ("byte", 4)):
        model = KneserNey(order, [s for data in train for s in sentences(data, unit)])
        lines = sentences(test, unit)
        scores = [list(model.score(line)) for line in lines]
        tokens = [token for score in scores for token in score]
        nats = math.fsum(n for n, _ in tokens)
        known = [n for n, is_unknown in tokens if not is_unknown]
        print(unit, order, "sizes", model.sizes, "tokens", len(tokens))
        print("  nats", repr(nats), "perplexity", repr(math.exp(nats / len(tokens))))
        print("  unknown", len(tokens) - len(known), "perplexity without them",
              repr(math.exp(math.fsum(known) / len(known))))
        sums = paragraphs(lines, scores)
        print("  by paragraph", len(sums), *map(repr, clustered(sums)))
        mean = nats / len(tokens)
        spread = math.fsum((n - mean) ** 2 for n, _ in tokens) / (len(tokens) - 1)
        print("  token by token", repr(math.sqrt(spread / len(tokens))))


main(sys.argv[1])
