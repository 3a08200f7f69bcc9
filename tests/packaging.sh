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
check "the Dockerfile builds with quickstart's packages, and what makes the Debian package" \
  "$(echo $in_docker | sorted)" "$(echo $build_packages $package_packages | sorted)"
# What can be held without Docker: where the package comes from, and that nothing else of the build goes along.
stage=$(sed -n '/^FROM/h;/^FROM/!H;${x;p}' "$here/Dockerfile")
check "the Dockerfile's last stage has the package from the one before, and nothing else" \
  "$(echo "$stage" | grep -E '^(COPY|ADD)')" "COPY --from=build /src/build/longpolld_*.deb /root/"
check "which cpack makes there" "$(sed -n '/AS build/,/^FROM/p' "$here/Dockerfile" | grep -cE '^WORKDIR /src$|\(cd build && cpack\)$')" 2
check "and apt installs" "$(echo "$stage" | grep -c 'apt-get install .* /root/longpolld_\*\.deb')" 1
check "which has the program where the image starts it" "$(echo "$stage" | grep -cE '(ENTRYPOINT|CMD) \["/usr/bin/longpolld"')" 2

root=$(mktemp -d)
trap 'rm -rf "$root" "$root.manual"' EXIT
"$build/longpolld" manual longpolld.toml >"$root.manual"
DESTDIR=$root cmake --install "$build" --prefix /usr >/dev/null
files() { tr ' ' '\n' | grep -v '^$' | LC_ALL=C sort; }
check "everything is installed where Debian expects it" "$(cd "$root" && find . -type f | files)" "$(files <<FILES
./etc/longpolld/longpolld.toml ./usr/bin/longpolld ./usr/lib/systemd/system/longpolld.service
./usr/lib/systemd/system/longpolld.socket ./usr/lib/sysusers.d/longpolld.conf
./usr/share/bash-completion/completions/longpolld
$(cd "$here" && for file in CHANGELOG.md CONTRIBUTING.md LICENSE README.md SECURITY.md src/README.md src/web/README.md src/web/client.d.ts tests/README.md tests/bench/README.md tests/bench/figures.svg config/longpolld.toml config/pages.webp config/doc/* config/golongpoll.md config/monitoring/* config/proxy/* config/redis.md config/caches.md config/sizing.md config/compose.yaml
  do echo "./usr/share/doc/longpolld/$file"; done && find tests/examples -type f | sed 's|^|./usr/share/doc/longpolld/|')
./usr/share/man/man1/longpolld.1.gz ./usr/share/man/man5/longpolld.toml.5.gz
FILES
)"
check "links between the documents lead somewhere" "$(cd "$root/usr/share/doc/longpolld" &&
  find . -name '*.md' | while read -r file; do
    grep -oE '\]\([^)#: ]+[)#]' "$file" | sed 's/^](//; s/.$//' | while read -r to; do
      [ -e "$(dirname "$file")/$to" ] || echo "$file: $to"
    done
  done)" ""
check "the manual that is installed is this program's" "$(gzip -dc "$root/usr/share/man/man5/longpolld.toml.5.gz" |
  cmp - "$root.manual" 2>&1 && echo same)" same

# As a user, with packages missing and a sudo that wants a password.
stubs=$root.stubs
mkdir "$stubs"
trap 'rm -rf "$root" "$root.manual" "$stubs"' EXIT
stub() { printf '#!/bin/sh\n%s\n' "$2" >"$stubs/$1" && chmod +x "$stubs/$1"; }
stub id 'echo 1000'
stub sudo 'printf "%s\n" "$*" >>"$0.asked"; exit 1'
stub dpkg-query 'exit 1'
stub apt-get 'exit 0'
stub apt-cache 'exit 0'
said=$( (PATH=$stubs:$PATH; install_packages one two) 2>&1 && echo "went on" || true)
check "without root it says once what to run, and ends" "$(echo "$said" | grep sudo)" \
  "  sudo apt-get update && sudo apt-get install --no-install-recommends one two"
check "and sudo is never let ask" "$(sort -u "$stubs/sudo.asked")" "-n true"

named() { grep -c "$1" "$2" || true; }
unit=lib/systemd/system/longpolld.service
check "the service runs what is installed, and reads what is installed" \
  "$(named '/usr/bin/longpolld --config /etc/longpolld/longpolld.toml' "$root/usr/$unit")" 2

options=$root/etc/longpolld/longpolld.toml
again() { DESTDIR=$root cmake --install "$build" --prefix "$1" | grep -c 'Kept .*longpolld.toml' || true; }
check "installing again says nothing of options that nobody changed" "$(again /usr)" 0
echo "# edited" >>"$options"
check "options that were edited are kept, and that is said" "$(again /usr) $(named '^# edited' "$options")" "1 1"
sed 's/^#admin_listen = .*/admin_listen = ["127.0.0.1:8081"]/' "$here/config/longpolld.toml" >"$stubs/options"
check "what they would have become lies beside them" "$(cmp "$options.new" "$stubs/options" && echo same)" same
check "the service can be looked at from its own machine" "$(named '^admin_listen = \["127.0.0.1:8081"\]$' "$options.new")" 1

check "another prefix has its own options" "$(again /opt/lp) $(cmp "$root/opt/lp/etc/longpolld/longpolld.toml" \
  "$stubs/options" && echo same)" "0 same"
check "which its service reads" \
  "$(named '/opt/lp/bin/longpolld --config /opt/lp/etc/longpolld/longpolld.toml' "$root/opt/lp/$unit")" 2
check "and nothing of it names a place where nothing is" \
  "$(grep -hoE '(=|:)/[^ ]*longpolld[^ ]*' "$root/opt/lp/$unit" | sed 's/^[=:]*//' | sort -u | while read -r path; do
    [ -e "$root$path" ] || echo "$path"; done)" ""

if command -v systemd-analyze >/dev/null; then
  exposure=0
  systemd-analyze security --offline=true --threshold=15 "$root/usr/$unit" >"$root/security" || exposure=$?
  tail -1 "$root/security"
  check "the service is hardened to an exposure of 1.5 at most" "$exposure" 0
else
  echo "left out: the hardening of the service: no systemd-analyze here"
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
