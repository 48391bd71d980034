"""Time KenLM: kenlm_train.py ORDER TRAIN TEST.

Runs `lmplz` and `query` as found on the path. Prints one JSON object: seconds of wall-clock time of both,
and the perplexity with unknown words. Exit code 3 where KenLM is not installed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time


def find(name):
    return shutil.which(name) or sys.exit(3)


def main():
    order, train, test = sys.argv[1:]
    lmplz, query = find("lmplz"), find("query")
    with tempfile.TemporaryDirectory() as folder:
        arpa = os.path.join(folder, "model.arpa")
        start = time.perf_counter()
        with open(train, "rb") as text:
            subprocess.run(
                [lmplz, "-o", order, "--skip_symbols", "-S", "2G", "-T", folder, "--arpa", arpa],
                stdin=text, check=True, stderr=subprocess.DEVNULL)
        with open(test, "rb") as text:
            answer = subprocess.run(
                [query, "-v", "summary", arpa],
                stdin=text, check=True, capture_output=True, text=True).stdout
        seconds = time.perf_counter() - start
    perplexity = float(re.search(r"including OOVs:\s*([\d.]+)", answer)[1])
    print(json.dumps({"seconds": seconds, "figure": perplexity}))


main()
