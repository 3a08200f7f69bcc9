#!/bin/sh
# clang-tidy over all sources, or over those that differ from the last commit and those that include what does; ends
# with 1 when it finds anything.
#   sh tests/tidy.sh [--changed]
set -eu
cd "$(dirname "$0")/.."
tidy=$(command -v run-clang-tidy-14 || command -v run-clang-tidy) || { echo "tidy: left out: no clang-tidy"; exit 77; }

changed() {
  { git diff --name-only HEAD && git ls-files --others --exclude-standard; } | grep -E '^(src|include)/.*\.[ch]pp$' |
    while read -r file; do
      case $file in
        *.cpp) [ ! -e "$file" ] || echo "$file" ;;
        *) grep -rlF "\"${file#include/}\"" src --include='*.cpp' || true ;;
      esac
    done | sort -u
}
files=src/
if [ "${1:-}" = --changed ]; then
  files=$(changed)
  [ -n "$files" ] || { echo "tidy: no source has changed"; exit 0; }
fi

cmake -S . -B build-tidy -G Ninja -DCMAKE_BUILD_TYPE=Debug -DLONGPOLLD_TESTS=OFF >/dev/null
# What is generated must be there to be parsed.
cmake --build build-tidy --target embedded_assets >/dev/null 2>&1 || true
log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
# shellcheck disable=SC2086
"$tidy" -p build-tidy -quiet $(printf "$PWD/%s\n" $files) >"$log" 2>/dev/null || code=$?
grep -E "(warning|error):" "$log" | sort -u || true
exit $code
