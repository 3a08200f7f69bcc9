#!/bin/sh
# What a user runs on a fresh Debian 12: builds a minimal root (debootstrap, minbase), clones the project into it and
# runs the two commands of the README there, as they are written.
#   sh tests/fresh.sh [FOLDER]    as root; FOLDER (default /var/tmp/longpolld-fresh) keeps the bare root for the next time
# Exit code 77 where it cannot be run: no root, no debootstrap, no namespace to mount in.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-/var/tmp/longpolld-fresh}
port=8080
leave_out() { echo "fresh: left out: $1"; exit 77; }
[ "$(id -u)" = 0 ] || leave_out "not root"
command -v debootstrap >/dev/null || leave_out "no debootstrap"
unshare -m true 2>/dev/null || leave_out "no mount namespace to be had"

# The mirror that this machine's own apt is set to.
mirror=$(sed -nE 's/^(URIs: *|deb +(\[[^]]*\] +)?)(https?:[^ ]+).*/\3/p' /etc/apt/sources.list.d/*.sources \
  /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null | grep -v security | head -1)
if ! [ -f "$folder/bare.tar" ]; then
  mkdir -p "$folder"
  rm -rf "$folder/bare"
  debootstrap --variant=minbase bookworm "$folder/bare" "${mirror:-http://deb.debian.org/debian}" >"$folder/debootstrap.log" ||
    { tail -5 "$folder/debootstrap.log"; exit 1; }
  tar -C "$folder/bare" -cf "$folder/bare.tar.part" . && mv "$folder/bare.tar.part" "$folder/bare.tar"
  rm -rf "$folder/bare"
fi
root=$(mktemp -d "$folder/root.XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
tar -C "$root" -xf "$folder/bare.tar"
# How this machine reaches its mirrors is the machine's affair: its apt settings, resolver and certificates go along.
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
rm -f "$root"/etc/apt/apt.conf.d/*docker* "$root"/etc/apt/apt.conf.d/*listchanges*
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
certificates=
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  certificates=/etc/machine-certificates.pem  # not where ca-certificates would write over it
  install -m 644 "$NODE_EXTRA_CA_CERTS" "$root$certificates"
fi
git clone -q --no-hardlinks "$here" "$root/root/longpolld"
if [ -d "$here/../shared" ]; then cp -a "$here/../shared" "$root/root/shared"; fi

# In a mount and process namespace of its own, so that nothing is left mounted or running behind it.
cat >"$root/inside.sh" <<'INSIDE'
set -eu
cd /root/longpolld
say() { printf '\n== %s\n' "$*"; }
answers() { (exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null; }
if answers $PORT; then echo "fresh: port $PORT is taken"; exit 1; fi
began=$(date +%s)
say "sh config/quickstart.sh"
sh config/quickstart.sh &
first=$!
until answers $PORT; do
  kill -0 $first 2>/dev/null || { echo "fresh: quickstart ended without serving"; exit 1; }
  sleep 0.5
done
build/longpolld publish farm '{"pig":"oink"}'
build/longpolld tail --since 0 --count 1 --for 10 farm
kill -INT $first
wait $first
say "quickstart took $(($(date +%s) - began)) s; sh tests/run.sh"
began=$(date +%s)
sh tests/run.sh
say "tests/run.sh took $(($(date +%s) - began)) s"
INSIDE
unshare -m -p --fork --kill-child --propagation private sh -eu -c '
  mount -t proc proc "$0/proc"
  mount --rbind /dev "$0/dev"
  mount --rbind /sys "$0/sys" 2>/dev/null || true
  exec chroot "$0" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb PORT="$1" \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" NODE_EXTRA_CA_CERTS="$2" \
    bash /inside.sh
' "$root" "$port" "$certificates"
