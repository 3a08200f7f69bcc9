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
# All of them in batches, which parse what they share once. The analyzer takes what a batch includes for sources only
# where the batch's path has this word (clang's AnalysisConsumer, isInCodeFile).
folder=build-tidy/UnifiedSources files="$PWD/.*" unity=ON
if [ "${1:-}" = --changed ]; then
  folder=build-tidy/changed files=$(changed | sed "s|^|$PWD/|") unity=OFF
  [ -n "$files" ] || { echo "tidy: no source has changed"; exit 0; }
fi

cmake -S . -B $folder -G Ninja -DCMAKE_BUILD_TYPE=Debug -DLONGPOLLD_TESTS=OFF -DLONGPOLLD_UNITY=$unity >/dev/null
# What is generated must be there to be parsed.
cmake --build $folder --target embedded_assets >/dev/null 2>&1 || true
log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
# shellcheck disable=SC2086
"$tidy" -p $folder -quiet -checks=-bugprone-suspicious-include -header-filter="$PWD/(src|include/longpolld)/" $files \
  >"$log" 2>/dev/null || code=$?
grep -E "(warning|error):" "$log" | sort -u || true
exit $code
