#!/bin/sh
# Installs what the tests need, builds, and runs every test.
#   sh tests/run.sh [preset …]       presets: release (default), debug, asan, tsan
set -eu
cd "$(dirname "$0")/.."
. config/packages.sh
install_packages $build_packages $test_packages
(cd tests/page && npm install --loglevel=error --no-audit --no-fund)
for preset in ${*:-release}; do
  build "$preset" ON
  ctest --preset "$preset"
done
