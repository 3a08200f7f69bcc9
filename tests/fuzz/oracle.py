#!/usr/bin/env python3
"""Compares the head fuzzer's verdicts with those of a strict reader of HTTP/1.1 written independently.

    python3 tests/fuzz/oracle.py ORACLE.py FUZZER CORPUS_FOLDER [CORPUS.jsonl ...]

The oracle reads `name<TAB>hex` lines and prints a JSON object a line. Given corpora are added to the folder
first. Ends with 1 when the two disagree where the standard leaves no choice.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# What we refuse and the oracle does not, by the standard's leave or at once where the oracle waits for more.
REFUSED = {
    "a field folded over lines": rb"\r\n[ \t]",
    "a repeated Content-Length": rb"(?is)\ncontent-length:.*\ncontent-length:",
    "a senseless host in an absolute target": rb"(?i)(^|\n)\S+ https?://",
    "an unknown expectation": rb"(?i)\nexpect:",
    "a Connection that is no list of tokens": rb"(?i)\n(proxy-)?connection:",
    "a repeated Origin": rb"(?is)\norigin:.*\norigin:",
    "a host with an empty label": rb"(?i)\nhost:[ \t]*(\.|[^\r]*\.\.)",
    "brackets around no IPv6 address": rb"(?i)\nhost:[ \t]*\[",
    "a port above 65535": rb"(?i)\nhost:[^\r]*:\d{5,}",
    "a request line that begins with a space": rb"(^|\n) ",
}


def is_open(hex_text, ours):
    return ours == "REJECT" and any(re.search(one, bytes.fromhex(hex_text)) for one in REFUSED.values())


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
        if not same and not is_open(hex_text, verdict):
            wrong += 1
            print(f"ours {verdict} {requests}, oracle {theirs} {answer['why']}: {bytes.fromhex(hex_text)!r}")
    print(f"oracle: {len(seen)} inputs, {wrong} disagreements")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
