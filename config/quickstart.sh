#!/bin/sh
# Installs what longpolld needs to build, builds it, and starts it on 127.0.0.1:8080 with the demo page.
#   sh config/quickstart.sh [options of longpolld]        Ctrl-C stops it.
set -eu
cd "$(dirname "$0")/.."
. config/packages.sh
echo "longpolld: installs what is missing to build it, builds it into build/, and starts it."
install_packages $build_packages
build release

# The socket that listens on a port, if there is one.
taken_by() { awk -v port=":$(printf %04X "$1")\$" '$2 ~ port && $4 == "0A" {print $10; exit}' /proc/net/tcp* 2>/dev/null; }

# Who listens on a port, as far as this user may see.
holder() {
  inode=$(taken_by "$1")
  found=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" 2>/dev/null | head -1 | cut -d/ -f3)
  if [ -n "$found" ]; then echo "process $found ($(cat "/proc/$found/comm"))"; else echo "a process of another user"; fi
}

# Its figures and the operator's API, unless the port is taken or somebody says where.
admin="--admin-listen 127.0.0.1:8081"
case "${LONGPOLLD_ADMIN_LISTEN+set} $* " in
  set*|*" --admin-listen"*|*" --config"*|*8081[\ ,]*) admin= ;;
  *) [ -z "$(taken_by 8081)" ] || {
    echo "longpolld: port 8081 is held by $(holder 8081), so there is no /metrics; with it: sh config/quickstart.sh --admin-listen 127.0.0.1:8091"
    admin=
  } ;;
esac

said=$(mktemp -d)
mkfifo "$said/log"
server=
stop() { [ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true; }
# Before it starts, so that it never outlives its terminal: a line that cannot be printed any more ends this script.
trap 'stop; rm -rf "$said"' EXIT
trap : INT                           # it gets that one itself
trap stop HUP TERM
# shellcheck disable=SC2086
build/longpolld --demo on $admin "$@" >"$said/log" 2>&1 &
server=$!
told=
while IFS= read -r line || [ -n "$line" ]; do
  printf '%s\n' "$line"
  case $line in
    *"Address already in use"*) port=${line%: Address*} port=${port##*:}
      echo "longpolld: port $port is held by $(holder "$port"); another: sh config/quickstart.sh --listen 127.0.0.1:8090" ;;
    *" listening "*address=*) [ -z "$told" ] || continue
      told=${line##*address=} told=${told%% *}
      cat <<TEXT

  Open http://$told/ in a browser, then in another shell:
    build/longpolld publish --url http://$told farm '{"pig":"oink"}'
    build/longpolld tail --url http://$told --since 0 farm
  Ctrl-C stops it.

TEXT
      ;;
  esac
done <"$said/log"
code=0
wait $server || code=$?
server=
exit $code
