#!/bin/sh
# Installs what the tests need, builds, and runs every test; what had to be left out is counted and named at the end.
# The release preset leaves the Debian package in build/.
#   sh tests/run.sh [preset …]       presets: release (default), debug, asan, tsan
# Groups that LONGPOLLD_LEAVE_OUT names, as a regular expression, are not run.
set -eu
cd "$(dirname "$0")/.."
. config/packages.sh
# shellcheck disable=SC2046
install_packages $build_packages $test_packages $(libraries_of $unpacked_packages)
unpack_packages $unpacked_packages
(cd tests/page && npm install --loglevel=error --no-audit --no-fund)

# What is not looked at says "left out: …", in tests of pages "# SKIP …", which CTest does not show where all is well.
say_left_out() {
  left=$(sed -nE 's/^ *ok [0-9]+ - (.*) # SKIP *(.*)$/\1: \2/p; s/^[^[]*left out: +(.+)$/\1/p' \
    "$1/Testing/Temporary/LastTest.log" | awk '!seen[$0]++')
  if [ -z "$left" ]; then echo "No test was left out."; return; fi
  printf '%s\n' "$left" | wc -l | sed 's/^/Tests left out: /'
  printf '%s\n' "$left" | sed 's/^/  /'
}

for preset in ${*:-release}; do
  build "$preset" ON
  [ "$preset" != release ] || make_package build
  code=0
  ctest --preset "$preset" ${LONGPOLLD_LEAVE_OUT:+-E "$LONGPOLLD_LEAVE_OUT"} || code=$?
  case $preset in release) say_left_out build ;; *) say_left_out "build-$preset" ;; esac
  [ "$code" = 0 ] || exit "$code"
done
