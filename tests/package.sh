#!/bin/sh
# The Debian package: made twice it is the same; in a bare Debian 12 it is installed, serves, is upgraded, removed and
# purged as Debian's users expect it, and lintian and the readers of manual pages have nothing to say of it.
#   sh tests/package.sh build [FOLDER]      FOLDER (default /var/tmp/longpolld-fresh) keeps the bare root
#   LONGPOLLD_REBUILD=1 sh tests/package.sh build      also builds the sources anew in another folder
# It is a group of CTest (package), not a part of fresh.sh: so it runs wherever somebody works on the package, within a
# minute or two. In fresh.sh's root, which has no debootstrap, it uses the bare root that fresh.sh was made of.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
folder=${2:-/var/tmp/longpolld-fresh}
name="the package in a bare Debian"
. "$here/tests/debian_root.sh"
failed=0
check() {
  if [ "$2" = "$3" ]; then echo "ok: $1"; else echo "FAILED: $1: '$2' is not '$3'"; failed=1; fi
}
for program in cpack dpkg-shlibdeps file; do
  command -v "$program" >/dev/null || { echo "left out: the package: no $program"; exit 77; }
done
work=$(mktemp -d) root=
trap 'rm -rf --one-file-system "$work" ${root:+"$root"*}' EXIT
trap 'exit 1' INT TERM

# Into $2, from the build's folder $1; prints the package's name.
pack() {
  cpack --config "$1/CPackConfig.cmake" -B "$2" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  ls "$2"/*.deb
}
committed=$(git -C "$here" log -1 --format=%ct 2>/dev/null || true)  # what a copy without git does not know
one=$(umask 022 && pack "$build" "$work/one")
other=$(umask 077 && export TZ=Asia/Tokyo && pack "$build" "$work/the other")
check "packed twice, in places of their own, it is the same" "$(cmp "$one" "$other" && echo same)" same
if [ -n "${LONGPOLLD_REBUILD:-}" ] && ! grep -q '^CMAKE_BUILD_TYPE:STRING=Release' "$build/CMakeCache.txt"; then
  echo "left out: building anew: only releases are the same wherever they are built"
elif [ -n "${LONGPOLLD_REBUILD:-}" ]; then
  mkdir "$work/re built"
  tar -C "$here" --exclude './build*' --exclude ./.git --exclude ./tests/tools --exclude node_modules -cf - . |
    tar -C "$work/re built" -xf -
  (cd "$work/re built" && umask 077 && export CCACHE_DISABLE=1 && cmake --preset release -G Ninja -DLONGPOLLD_TESTS=OFF &&
    cmake --build --preset release) >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
  anew=$([ -z "$committed" ] || export SOURCE_DATE_EPOCH="$committed"; pack "$work/re built/build" "$work/three")
  check "built anew in another place it is the same" "$(cmp "$one" "$anew" && echo same)" same
fi

check "its files are root's, nobody else can write them, and all can read them" \
  "$(dpkg-deb -c "$one" | grep -vE '^(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x) root/root ' || true)" ""
[ "$failed" = 0 ] || exit 1

# Two later ones: of the first the options are the same, of the second they are others.
dpkg-deb -R "$one" "$work/tree"
later() {
  sed -i "s/^Version: .*/Version: $1/" "$work/tree/DEBIAN/control"
  dpkg-deb --root-owner-group -Znone -b "$work/tree" "$work/$1.deb" >/dev/null
}
later 99.1-1
echo "# of a later version" >>"$work/tree/etc/longpolld/longpolld.toml"
later 99.2-1

need_roots
mkdir -p "$folder"
root=$(mktemp -d "$folder/root.XXXXXX")
new_root "$root"
cp "$one" "$root/first.deb"
cp "$work"/99.*.deb "$root"
cp "$here/tests/package_inside.sh" "$root/inside.sh"
chroot "$root" apt-get -qq -o APT::Update::Error-Mode=any update || leave_out "no packages to be had from $mirror"
contained sh -eu -c '
  mount -t proc proc "$0/proc"
  mount --rbind /dev "$0/dev"
  exec chroot "$0" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin http_proxy="${http_proxy:-}" \
    https_proxy="${https_proxy:-}" sh /inside.sh
' "$root"
