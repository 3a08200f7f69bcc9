#!/bin/sh
# Installs what the tests need, builds, and runs every test.
#   sh tests/run.sh [preset …]       presets: release (default), debug, asan, tsan
set -eu
cd "$(dirname "$0")/.."
. config/packages.sh
install_packages $build_packages $test_packages
unpack_packages $unpacked_packages
(cd tests/page && npm install --loglevel=error --no-audit --no-fund)
for preset in ${*:-release}; do
  build "$preset" ON
  log=$(mktemp)
  code=0
  ctest --preset "$preset" >"$log" 2>&1 || code=$?
  cat "$log"
  # What was not looked at is said last, where it is seen.
  grep -hE '^ *[0-9]+:? .*(SKIP|skipped)|\*\*\*Skipped' "$log" | sed 's/^/left out: /' || true
  rm -f "$log"
  [ "$code" = 0 ] || exit "$code"
done
