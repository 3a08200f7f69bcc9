#!/bin/sh
# Package lists, the installed tree, the service's hardening, the binary's. Argument: the build folder.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
build=$1
failed=0
check() {
  if [ "$2" = "$3" ]; then echo "ok: $1"; else echo "FAILED: $1: '$2' is not '$3'"; failed=1; fi
}
sorted() { tr ' ' '\n' | grep -v '^$' | sort | tr '\n' ' '; }

. "$here/config/packages.sh"
in_docker=$(sed -n '/AS build/,/rm -rf/p' "$here/Dockerfile" | grep -E '^    [a-z]' | sed 's/\\//')
check "the Dockerfile builds with quickstart's packages" \
  "$(echo $in_docker | sorted)" "$(echo $build_packages | sorted)"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
DESTDIR=$root cmake --install "$build" --prefix /usr >/dev/null
check "everything is installed where Debian expects it" "$(cd "$root" && find . -type f | sort | tr '\n' ' ')" \
"./etc/longpolld/longpolld.toml ./usr/bin/longpolld ./usr/lib/systemd/system/longpolld.service \
./usr/lib/systemd/system/longpolld.socket ./usr/lib/sysusers.d/longpolld.conf \
./usr/share/doc/longpolld/CHANGELOG.md ./usr/share/doc/longpolld/LICENSE ./usr/share/doc/longpolld/README.md \
./usr/share/doc/longpolld/proxy/Caddyfile ./usr/share/doc/longpolld/proxy/haproxy.cfg \
./usr/share/doc/longpolld/proxy/nginx.conf "

if command -v systemd-analyze >/dev/null; then
  exposure=0
  systemd-analyze security --offline=true --threshold=15 "$here/systemd/longpolld.service" >"$root/security" || exposure=$?
  tail -1 "$root/security"
  check "the service is hardened to an exposure of 1.5 at most" "$exposure" 0
else
  echo "skipped: no systemd-analyze here"
fi

if [ -z "${LONGPOLLD_SANITIZE:-}" ] && [ "${LONGPOLLD_BUILD_TYPE:-}" = Release ] && command -v readelf >/dev/null; then
  binary=$root/usr/bin/longpolld
  check "the binary is position independent" "$(readelf -h "$binary" | grep -c 'DYN (Position-Independent')" 1
  check "its relocations are read-only" "$(readelf -lW "$binary" | grep -c GNU_RELRO)" 1
  check "and bound at start" "$(readelf -dW "$binary" | grep -cE 'BIND_NOW|FLAGS_1.*NOW' | sed 's/[2-9]/1/')" 1
  check "its stack is not executable" "$(readelf -lW "$binary" | grep GNU_STACK | grep -c ' RW ')" 1
  check "its stack is protected" "$(readelf -sW "$binary" | grep -c '__stack_chk_fail@' | sed 's/[2-9]/1/')" 1
  check "its library calls are fortified" "$(readelf -sW "$binary" | grep -cE '__(memcpy|snprintf|vsnprintf|sprintf)_chk@' | sed 's/[2-9]/1/')" 1
  check "the library's own checks are on" "$(nm -D "$binary" | grep -c '__glibcxx_assert_fail')" 1
  check "Boost's assertions, which abort, are off" "$(nm -D "$binary" | grep -cw '__assert_fail')" 0
fi
exit $failed
