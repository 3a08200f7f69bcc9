#!/bin/sh
# Installs what longpolld needs to build, builds it, and starts it on 127.0.0.1:8080 with the demo page.
#   sh config/quickstart.sh [options of longpolld]        Ctrl-C stops it.
set -eu
cd "$(dirname "$0")/.."
. config/packages.sh
install_packages $build_packages
build release
port_of() { for word in "$@"; do case $word in 127.*:*) echo "${word##*:}"; return;; esac; done; echo 8080; }
port=$(port_of "$@")
cat <<TEXT

  longpolld is starting. Try next:
    open http://127.0.0.1:$port/ in a browser, and then in another shell:
    curl -d '{"category":"farm","data":"oink"}' http://127.0.0.1:$port/publish
    curl 'http://127.0.0.1:$port/events?category=farm&since_time=0'
  Ctrl-C stops it.

TEXT
exec build/longpolld --demo on "$@"
