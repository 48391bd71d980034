"""Time a compressor on a file: compressor.py ppmd|zpaq|xz FILE.

Prints one JSON object: seconds of processor time, and bits per byte of the compressed size (archive
headers included). Exit code 3 where the compressor is not installed.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile

COMMANDS = {
    "ppmd": ["7zz", "a", "-bd", "-m0=PPMd:o=16:mem=256m", "-mmt=1", "{archive}", "{file}"],
    "zpaq": ["zpaq", "a", "{archive}", "{file}", "-m5", "-t1"],
    "xz": ["xz", "-9", "-k", "-T1", "-c", "{file}"],
}
ALTERNATIVES = {"7zz": ["7zz", "7z", "7za"]}


def main():
    kind, path = sys.argv[1:]
    command = COMMANDS[kind]
    names = ALTERNATIVES.get(command[0], [command[0]])
    program = next((name for name in names if shutil.which(name)), None)
    if program is None:
        sys.exit(3)
    with tempfile.TemporaryDirectory() as folder:
        suffix = {"ppmd": "7z", "zpaq": "zpaq", "xz": "xz"}[kind]
        archive = os.path.join(folder, f"archive.{suffix}")
        words = [program] + [w.format(archive=archive, file=path) for w in command[1:]]
        with open(archive if kind == "xz" else os.devnull, "wb") as output:
            subprocess.run(words, check=True, stdout=output, stderr=subprocess.DEVNULL)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = os.path.getsize(archive)
    bits = 8 * size / os.path.getsize(path)
    print(json.dumps({"seconds": usage.ru_utime + usage.ru_stime, "figure": bits}))


main()
