#!/bin/sh
# Builds the fuzzers with clang and runs each for a time, two at once, from the seeds in the tree; then compares
# the verdicts on heads with an independent reader's, where one lies beside the project: on the seeds, and after
# more than a minute also on what was found, where the standard may leave a choice that nobody has judged yet.
# What they find stays in build-fuzz.
#   sh tests/fuzz/run.sh [seconds [target...]]
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
targets=${*:-head chunks query cursor publish options jwt pattern hook credentials}
[ -n "${CXX:-}" ] || CXX=$(command -v clang++ || command -v clang++-14 || true)
[ -n "$CXX" ] || { echo "left out: clang is not here" >&2; exit 77; }
cmake --preset fuzz -G Ninja -DCMAKE_CXX_COMPILER="$CXX" >/dev/null
cmake --build --preset fuzz

one() {
  mkdir -p "build-fuzz/corpus/$1"
  "build-fuzz/tests/fuzz_$1" -max_total_time="$seconds" -max_len=4096 -timeout=60 -rss_limit_mb=2048 \
    -artifact_prefix="build-fuzz/$1-" "build-fuzz/corpus/$1" "tests/fuzz/seeds/$1" >"build-fuzz/$1.log" 2>&1 ||
    touch "build-fuzz/$1.failed"
}
rm -f build-fuzz/*.failed
set -- $targets
while [ $# -gt 0 ]; do
  one "$1" &
  shift
  [ $# -eq 0 ] || { one "$1" & shift; }
  wait
done
failed=0
for target in $targets; do
  echo "$target: $(grep -E '^Done|DONE' "build-fuzz/$target.log" | tail -1)"
  [ ! -e "build-fuzz/$target.failed" ] || { echo "FAILED: $target, see build-fuzz/$target.log" >&2; failed=1; }
done
oracle=../shared/corpora/strict_http_oracle.py
if [ -e "$oracle" ]; then
  heads=build-fuzz/heads
  rm -rf "$heads"
  cp -r tests/fuzz/seeds/head "$heads"
  [ "$seconds" -le 60 ] || [ ! -d build-fuzz/corpus/head ] || cp -n build-fuzz/corpus/head/* "$heads"
  python3 tests/fuzz/oracle.py "$oracle" build-fuzz/tests/fuzz_head "$heads" ../shared/corpora/*.jsonl || failed=1
fi
exit $failed
