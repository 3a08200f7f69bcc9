#!/bin/sh
# What a user runs on a fresh Debian 12: builds a minimal root (debootstrap, minbase), clones the project into it and
# runs the two commands of the README there, as they are written.
#   sh tests/fresh.sh [FOLDER]    as root; FOLDER (default /var/tmp/longpolld-fresh) keeps the bare root for the next time
# Exit code 77 where it cannot be run: no root, no debootstrap, no namespace to mount in, no mirror that answers.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-/var/tmp/longpolld-fresh}
port=8080
name="a fresh Debian"
. "$here/tests/debian_root.sh"
need_roots
mkdir -p "$folder"
root=$(mktemp -d "$folder/root.XXXXXX")
trap 'rm -rf --one-file-system "$root"*' EXIT
new_root "$root"
mkdir -p "$root/tmp/lists/partial"
chroot "$root" apt-get -qq -o Dir::State::Lists=/tmp/lists -o APT::Update::Error-Mode=any update ||
  leave_out "no packages to be had from $mirror"
rm -rf "$root/tmp/lists"
mkdir -p "$root/var/tmp/longpolld-fresh"  # where package.sh looks for it
ln "$folder/bare.tar" "$root/var/tmp/longpolld-fresh/"
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
