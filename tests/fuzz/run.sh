#!/bin/sh
# Runs every fuzzer for a time, two at once, from the seeds in the tree; what it finds stays in build-fuzz.
#   cmake --preset fuzz -G Ninja && cmake --build --preset fuzz && sh tests/fuzz/run.sh [seconds]
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
failed=0
for target in head chunks query publish options; do
  mkdir -p "build-fuzz/corpus/$target"
done
one() {
  "build-fuzz/tests/fuzz_$1" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="build-fuzz/$1-" "build-fuzz/corpus/$1" "tests/fuzz/seeds/$1" >"build-fuzz/$1.log" 2>&1
}
report() {
  if grep -qE "ERROR: |SUMMARY: " "build-fuzz/$1.log"; then echo "FAILED: $1"; failed=1; fi
  echo "$1: $(grep -E '^(Done|stat::)|DONE' "build-fuzz/$1.log" | tail -1)"
}
one head & one chunks & wait
one query & one publish & wait
one options & wait
for target in head chunks query publish options; do report "$target"; done
exit $failed
