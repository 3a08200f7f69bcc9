#!/bin/sh
# What a user runs on a fresh Debian 12: builds a minimal root (debootstrap, minbase), clones the project into it and
# runs the two commands of the README there, as they are written.
#   sh tests/fresh.sh [FOLDER]    as root; FOLDER (default /var/tmp/longpolld-fresh) keeps the bare root for the next time
# Exit code 77 where it cannot be run: no root, no debootstrap, no namespace to mount in, no mirror that answers.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-/var/tmp/longpolld-fresh}
port=8080
leave_out() { echo "fresh: left out: $1"; exit 77; }
[ "$(id -u)" = 0 ] || leave_out "not root"
command -v debootstrap >/dev/null || leave_out "no debootstrap"
contained() { unshare -m -p --fork --kill-child --propagation private "$@"; }
contained mount -t proc proc /proc 2>/dev/null || leave_out "no mount and process namespaces to be had"

# The mirror that this machine's own apt is set to.
mirror=$(sed -nE 's/^(URIs: *|deb +(\[[^]]*\] +)?)(https?:[^ ]+).*/\3/p' /etc/apt/sources.list.d/*.sources \
  /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null | grep -v security | head -1)
mirror=${mirror:-http://deb.debian.org/debian}
if ! [ -f "$folder/bare.tar" ]; then
  mkdir -p "$folder"
  rm -rf "$folder/bare"
  debootstrap --variant=minbase bookworm "$folder/bare" "$mirror" >"$folder/debootstrap.log" ||
    { tail -5 "$folder/debootstrap.log"; leave_out "debootstrap has no root from $mirror"; }
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
mkdir -p "$root/tmp/lists/partial"
chroot "$root" apt-get -qq -o Dir::State::Lists=/tmp/lists -o APT::Update::Error-Mode=any update ||
  leave_out "no packages to be had from $mirror"
rm -rf "$root/tmp/lists"
git clone -q --no-hardlinks "$here" "$root/root/longpolld"

# In a mount and process namespace of its own, so that nothing is left mounted or running behind it.
# Nothing in it may inherit that SIGHUP is ignored, as it is under nohup: closing a terminal is tried there.
cat >"$root/inside.sh" <<'INSIDE'
set -eu
cd /root/longpolld
say() { printf '\n== %s\n' "$*"; }
fail() { echo "fresh: FAILED: $*"; exit 1; }
answers() { (exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null; }
# Whatever starts with the system, but for what systemd, D-Bus and X11, which a machine with a browser has, start of
# their own: they come with systemd-analyze and chromium.
enabled() { find /etc/systemd/system /etc/rc?.d -type l 2>/dev/null |
  grep -vE '/(S01dbus|S01x11-common|getty@tty1\.service|remote-fs\.target|systemd-pstore\.service)$' | sort; }
# All processes, which here are those of the tests and of what they have left running.
running() { for one in /proc/[0-9]*; do tr '\0' ' ' <"$one/cmdline" 2>/dev/null && echo; done |
  grep -vE '^ *$|^(bash /inside|tr|grep|sort|diff|find) ' | sort -u; }
if answers $PORT; then fail "port $PORT is taken"; fi

# At a terminal, whose Ctrl-C is one byte.
say "sh config/quickstart.sh"
began=$(date +%s)
mkfifo /keys
exec 9<>/keys
script -qefc "sh config/quickstart.sh" /quickstart.log <&9 >/dev/null &
terminal=$!
until answers $PORT; do
  kill -0 $terminal 2>/dev/null || { cat /quickstart.log; fail "quickstart ended without serving"; }
  sleep 0.5
done
cat /quickstart.log
until grep -q 'publish --url' /quickstart.log; do sleep 0.1; done
say "it took $(($(date +%s) - began)) s; what it says to run next"
sed -nE 's/^ *(build\/longpolld publish .*farm.*)\r?$/\1/p' /quickstart.log | tr -d '\r' >/next.sh
[ -s /next.sh ] || fail "it says nothing to run next"
sh -eu /next.sh
build/longpolld tail --since 0 --count 1 --for 10 farm | grep oink || fail "what was published is not there"
say "a second start"
sh config/quickstart.sh 2>&1 | grep "port $PORT is held by process" || fail "a second start does not say who holds the port"
printf '\003' >&9
for _ in $(seq 100); do answers $PORT || break; sleep 0.1; done
if answers $PORT; then fail "Ctrl-C did not end it within 10 s"; fi
wait $terminal || true
script -qefc "sh config/quickstart.sh" /quickstart.log <&9 >/dev/null &
terminal=$!
until answers $PORT; do sleep 0.5; done
kill -KILL $terminal
for _ in $(seq 300); do answers $PORT || break; sleep 0.1; done
if answers $PORT; then fail "closing the terminal did not end it within 30 s"; fi

enabled >/enabled
running >/running
say "sh tests/run.sh"
began=$(date +%s)
code=0
sh tests/run.sh </dev/null || code=$?
say "tests/run.sh took $(($(date +%s) - began)) s"
enabled | diff /enabled - || fail "the tests had services enabled"
running | diff /running - || fail "the tests left something running"
exit $code
INSIDE
contained sh -eu -c '
  mount --bind "$0" "$0"  # so that it is a mount of its own, which network namespaces take for granted
  mount -t proc proc "$0/proc"
  mount --rbind /dev "$0/dev"
  mount --rbind /sys "$0/sys" 2>/dev/null || true
  exec chroot "$0" env -i --default-signal=HUP HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb PORT="$1" \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" NODE_EXTRA_CA_CERTS="$2" \
    bash /inside.sh
' "$root" "$port" "$certificates"
