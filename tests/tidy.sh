#!/bin/sh
# clang-tidy over all sources; ends with 1 when it finds anything.
set -eu
cd "$(dirname "$0")/.."
tidy=$(command -v run-clang-tidy-14 || command -v run-clang-tidy) || { echo "tidy: left out: no clang-tidy"; exit 77; }
cmake -S . -B build-tidy -G Ninja -DCMAKE_BUILD_TYPE=Debug -DLONGPOLLD_TESTS=OFF >/dev/null
# What is generated must be there to be parsed.
cmake --build build-tidy --target embedded_assets >/dev/null 2>&1 || true
log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
"$tidy" -p build-tidy -quiet "$PWD/src/" >"$log" 2>/dev/null || code=$?
grep -E "(warning|error):" "$log" | sort -u || true
exit $code
