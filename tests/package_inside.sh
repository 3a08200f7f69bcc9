# Run by package.sh in a bare Debian: first.deb, and two later versions, of which only the second has other options.
set -eu
failed=0
check() {
  if [ "$2" = "$3" ]; then echo "ok: $1"; else echo "FAILED: $1: '$2' is not '$3'"; failed=1; fi
}
export DEBIAN_FRONTEND=noninteractive
apt() {
  apt-get -y -qq --no-install-recommends "$@" </dev/null >/log 2>&1 || { cat /log; echo "FAILED: apt-get $*"; exit 1; }
}
there() { for one in "$@"; do if [ -e "$one" ] || [ -L "$one" ]; then echo "$one"; fi; done; }
as() { who=$1; shift; setpriv --reuid "$who" --regid "$(id -g "$who")" --clear-groups "$@"; }
modes() { stat -c '%n %a %U:%G' "$@" | tr '\n' ' '; }
options=/etc/longpolld/longpolld.toml
state=/var/lib/longpolld
enabled=/etc/systemd/system/multi-user.target.wants/longpolld.service

# No systemd runs here, as in a container.
apt install /first.deb
check "it is installed, and all it needs" "$(dpkg-query -W -f '${Status}' longpolld)" "install ok installed"
check "without bringing systemd" "$(there /usr/bin/systemctl)" ""
check "dpkg finds its files as they were packed" "$(dpkg --verify longpolld)" ""
check "files have the owners and modes they should have" "$(modes /usr/bin/longpolld $options /etc/longpolld)" \
  "/usr/bin/longpolld 755 root:root $options 644 root:root /etc/longpolld 750 root:longpolld "
check "the service's user cannot log in" "$(getent passwd longpolld | cut -d: -f6-)" "/:/usr/sbin/nologin"
check "the service is enabled, the socket is not" "$(there $enabled /etc/systemd/system/sockets.target.wants/longpolld.socket)" "$enabled"
longpolld --version
check "its user reads the options, which are right" "$(as longpolld longpolld --config $options --check-config 2>&1 && echo right)" right
echo secret >/etc/longpolld/own.key
check "others do not read what is put beside them" "$(as nobody cat /etc/longpolld/own.key 2>/dev/null || echo no)" no

# As its unit runs it.
install -d -m 700 -o longpolld -g longpolld $state
export STATE_DIRECTORY=$state
# Not by a function, whose shell would get the signal in the server's place.
setpriv --reuid longpolld --regid longpolld --clear-groups longpolld --config $options --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 >/served 2>&1 &
server=$!
port=
while [ -z "$port" ]; do
  kill -0 $server || { cat /served; exit 1; }
  sleep 0.1
  port=$(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*/\1/p' /served | head -1)
done
longpolld tail --url "http://127.0.0.1:$port" --since all --count 2 --for 60 --data farm >/polled &
poll=$!
longpolld publish --url "http://127.0.0.1:$port" farm '{"pig":"oink"}' >/published
longpolld publish --url "http://127.0.0.1:$port" farm '{"cow":"moo"}' >>/published
wait $poll
check "it serves a publish and a poll" "$(tr '\n' ' ' </polled)" '{"pig":"oink"} {"cow":"moo"} '
kill -INT $server
wait $server
check "and keeps a journal" "$(modes $state/longpolld.db)" "$state/longpolld.db 600 longpolld:longpolld "
unset STATE_DIRECTORY

# Upgrades, with an administrator's changes.
echo "max_categories = 77" >>$options
chown root:longpolld $options
chmod 640 $options
chmod 710 /etc/longpolld
mkdir -p /etc/systemd/system/longpolld.service.d
echo '[Service]' >/etc/systemd/system/longpolld.service.d/own.conf
rm $enabled
edited=$(cat $options)
apt install /99.1-1.deb
check "an upgrade keeps edited options" "$(cat $options)" "$edited"
check "and their owners and modes" "$(modes $options /etc/longpolld)" \
  "$options 640 root:longpolld /etc/longpolld 710 root:longpolld "
check "a service that was disabled stays so" "$(there $enabled)" ""
apt -o Dpkg::Options::=--force-confold install /99.2-1.deb
check "so does one whose own options are others" "$(cat $options)" "$edited"
check "which lie beside them" "$(tail -1 $options.dpkg-dist)" "# of a later version"
check "the new one reads the old ones" "$(as longpolld longpolld --config $options --print-config | grep -c '^max_categories = 77 ')" 1

apt remove longpolld
check "removed, the program is gone, options and events stay" "$(there /usr/bin/longpolld $options $state/longpolld.db)" \
  "$options
$state/longpolld.db"
apt purge longpolld
check "purged, what others made stays, and nothing else but the user" \
  "$(find / -xdev -path /proc -prune -o -path /dev -prune -o -name '*longpolld*' -print | sort | tr '\n' ' ')$(find /etc/longpolld -type f)" \
  "/etc/longpolld /etc/systemd/system/longpolld.service.d /etc/longpolld/own.key"
rm -r /etc/longpolld /etc/systemd/system/longpolld.service.d

# What a running systemd would be told.
mkdir -p /run/systemd/system
cat >/usr/bin/systemctl <<'STUB'
#!/bin/sh
case "$*" in *is-enabled*) echo enabled ;; *is-active* | *preset*) ;; *) echo "$*" >>/told ;; esac
STUB
chmod 755 /usr/bin/systemctl
told() { sed -E 's/--(system|quiet) ?//g' /told | tr '\n' ','; rm /told; }
apt install /first.deb
check "installed, the service starts" "$(told)" "daemon-reload,start longpolld.service,"
apt install /99.2-1.deb
check "upgraded, it starts again, once, and is not stopped before" "$(told)" "daemon-reload,restart longpolld.service,"
check "options that nobody changed become the new ones" "$(tail -1 $options)" "# of a later version"
apt remove longpolld
check "removed, it stops before its program is gone" "$(told)" "stop longpolld.socket longpolld.service,daemon-reload,"
apt install /99.2-1.deb
check "installed again it starts" "$(told)" "daemon-reload,restart longpolld.service,"
apt purge longpolld
check "purged, nothing of it is left" "$(find /etc /var /usr /run -xdev -name '*longpolld*')" ""

# Here, since lintian brings a hundred packages and a timer, which nobody has to have for a test.
apt install lintian mandoc
check "lintian has nothing to say" "$(lintian --allow-root --fail-on error,warning /first.deb 2>&1 | grep -v '^I:' || true)" ""
apt install /first.deb
for page in man1/longpolld.1 man5/longpolld.toml.5; do
  text=/tmp/${page#*/}
  gzip -dc "/usr/share/man/$page.gz" >"$text"
  check "man reads $page without a warning" "$(man --warnings -l "$text" 2>&1 >/dev/null)" ""
  # It has no date, so that equal sources make equal pages.
  check "mandoc reads it, too" "$(mandoc -T lint -W warning "$text" | grep -v 'missing date' || true)" ""
done
exit $failed
