"""Does an exported trail have the root that was signed? Nothing but Python's standard library.

    python check_trail.py trail.jsonl ROOT

ROOT is the third line of a checkpoint got from the site another way, such as its page /trail/checkpoint or
a witness. The tree is that of RFC 6962: a leaf's hash is SHA-256 of a zero byte and its text, a node's
SHA-256 of a one byte and both hashes below; the left half is the largest power of two below the whole.
"""

import base64
import hashlib
import json
import pathlib
import sys


def leaf_hash(line):
    if "leaf" in line:
        return hashlib.sha256(b"\0" + line["leaf"].encode()).digest()
    return bytes.fromhex(line["hash"])


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def main(path, root):
    lines = [json.loads(line) for line in pathlib.Path(path).read_text("utf-8").split("\n")[:-1]]
    leaves = [leaf_hash(line) for line in lines if "position" in line]
    last = [line["checkpoint"] for line in lines if "checkpoint" in line][-1]
    _log, size, _root = last.split("\n")[:3]
    found = base64.b64encode(root_of(leaves[: int(size)])).decode()
    same = len(leaves) >= int(size) and found == root
    print(f"The root of {size} leaves is {found}: {'as signed' if same else 'NOT what was signed'}.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
