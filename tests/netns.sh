#!/bin/sh
# A subscriber whose link goes down in silence: no FIN, no RST. Two network namespaces, a cable between them, a
# poll of ten minutes across it; the cable is cut. The server must free the connection within a minute and a half
# (keepalive and TCP_USER_TIMEOUT). With a cut of five seconds only, the poll must survive and get its event. The poll
# names a host of no meaning, which over an address that is not loopback does not matter.
#   sh tests/netns.sh build/longpolld       needs root
set -eu
binary=$1
if [ "$(id -u)" != 0 ] || ! command -v ip >/dev/null || ! ip netns add lpd-probe 2>/dev/null; then
  echo "left out: a link that goes down in silence: network namespaces need root and iproute2" >&2
  exit 77
fi
ip netns del lpd-probe
near=lpd-near-$$ far=lpd-far-$$ log=$(mktemp)
server= client=
finish() {
  [ -z "$client" ] || kill "$client" 2>/dev/null || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  ip netns del "$near" 2>/dev/null || true
  ip netns del "$far" 2>/dev/null || true
  rm -f "$log" "$log.reply"
}
trap finish EXIT INT TERM
ip netns add "$near"
ip netns add "$far"
ip -n "$near" link add cable type veth peer name cable netns "$far"
ip -n "$near" address add 10.77.0.1/24 dev cable
ip -n "$far" address add 10.77.0.2/24 dev cable
for side in "$near" "$far"; do
  ip -n "$side" link set lo up
  ip -n "$side" link set cable up
done

ip netns exec "$near" "$binary" --listen 10.77.0.1:8080,127.0.0.1:8080 --threads 1 \
  --max-longpoll-timeout-seconds 600 >"$log" &
server=$!
until grep -q 'listening address=127' "$log"; do sleep 0.1; done
established() { ip netns exec "$near" ss -Htn state established '( sport = :8080 )' | grep -c 10.77.0.2 || true; }
park() {
  ip netns exec "$far" curl -s -H 'Host: any.example' "http://10.77.0.1:8080/events?category=a&timeout=600" >"$log.reply" &
  client=$!
  until [ "$(established)" = 1 ]; do sleep 0.1; done
}

park
ip -n "$far" link set cable down
sleep 5
ip -n "$far" link set cable up
ip netns exec "$near" curl -s -d '{"category":"a","data":1}' http://127.0.0.1:8080/publish >/dev/null
wait "$client"
client=
grep -q '"data":1' "$log.reply" || { echo "FAILED: a cut of five seconds lost the reply" >&2; exit 1; }
echo "a cut of 5 s: the poll got its event"

park
ip -n "$far" link set cable down
waited=0
while [ "$(established)" != 0 ]; do
  [ "$waited" -lt 90 ] || { echo "FAILED: not freed after 90 s" >&2; exit 1; }
  sleep 1
  waited=$((waited + 1))
done
echo "a cut for good: freed after $waited s"
kill "$client"
wait "$client" 2>/dev/null || true
client=
