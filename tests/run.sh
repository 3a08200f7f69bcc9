#!/bin/sh
# Installs what the tests need, builds, and runs every test; what had to be left out is counted and named at the end.
# The release preset leaves the Debian package in build/.
#   sh tests/run.sh [preset …]       presets: release (default), debug, asan, tsan
# Groups that LONGPOLLD_LEAVE_OUT names, as a regular expression, are not run.
set -eu
cd "$(dirname "$0")/.."
. config/packages.sh
. tests/ctest.sh
# shellcheck disable=SC2046
install_packages $build_packages $test_packages $(libraries_of $unpacked_packages)
unpack_packages $unpacked_packages
(cd tests/page && npm install --loglevel=error --no-audit --no-fund)

for preset in ${*:-release}; do
  build "$preset" ON
  [ "$preset" != release ] || make_package build
  run_suite "$preset" ${LONGPOLLD_LEAVE_OUT:+-E "$LONGPOLLD_LEAVE_OUT"}
done
