#!/usr/bin/env python3
"""Compares the head fuzzer's verdicts with those of a strict reader of HTTP/1.1 written independently.

    python3 tests/fuzz/oracle.py ORACLE.py FUZZER CORPUS_FOLDER [CORPUS.jsonl ...]

The oracle reads `name<TAB>hex` lines and prints a JSON object a line. Given corpora are added to the folder
first. Ends with 1 when the two disagree where the standard leaves no choice.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# Where the standard leaves the verdict to the server: flags of the oracle, and what we refuse beyond it.
OPEN = {"obs-fold", "dup-cl-same"}


def is_open(hex_text, ours, theirs):
    flags = {flag for request in theirs["requests"] for flag in request[3]}
    if ours == "REJECT" and flags & OPEN:
        return True
    # We refuse a request line that begins with a space at once, the oracle at its end.
    if ours == "REJECT" and theirs["expect"] == "INCOMPLETE":
        return bytes.fromhex(hex_text).lstrip(b"\r\n").startswith(b" ")
    # An absolute target's host is checked as Host is: userinfo, bad ports and senseless names are refused.
    return ours == "REJECT" and b" http" in bytes.fromhex(hex_text).lower()


def main():
    oracle, fuzzer, folder, *corpora = sys.argv[1:]
    for corpus in corpora:
        for number, line in enumerate(open(corpus)):
            name = pathlib.Path(folder, f"{pathlib.Path(corpus).stem}-{number}")
            name.write_bytes(bytes.fromhex(json.loads(line)["hex"]))
    with tempfile.NamedTemporaryFile() as verdicts:
        subprocess.run([fuzzer, "-runs=0", "-max_len=100000", folder], check=True, stderr=subprocess.DEVNULL,
                       env={**os.environ, "LONGPOLLD_VERDICTS": verdicts.name})
        seen = sorted({tuple(line.rstrip("\n").split("\t")) for line in open(verdicts.name)})
    asked = "".join(f"{number}\t{one[0]}\n" for number, one in enumerate(seen))
    answers = subprocess.run([sys.executable, oracle], input=asked, capture_output=True, text=True,
                             check=True).stdout.splitlines()
    if not seen:
        sys.exit("oracle: the fuzzer gave no verdicts")
    wrong = 0
    for (hex_text, verdict, requests), answer in zip(seen, map(json.loads, answers), strict=True):
        theirs = (answer["expect"], len(answer["requests"]))
        same = verdict == theirs[0] and (verdict == "REJECT" or int(requests) == theirs[1])
        if not same and not is_open(hex_text, verdict, answer):
            wrong += 1
            print(f"ours {verdict} {requests}, oracle {theirs} {answer['why']}: {bytes.fromhex(hex_text)!r}")
    print(f"oracle: {len(seen)} inputs, {wrong} disagreements")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
