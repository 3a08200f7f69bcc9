# Sourced by fresh.sh and package.sh: minimal roots of Debian 12 (debootstrap, minbase), which apt can install into.
# Uses: name, what is left out where there can be no root, and folder, where the bare root is kept for the next time.
leave_out() { echo "left out: $name: $1"; exit 77; }
contained() { unshare -m -p --fork --kill-child --propagation private "$@"; }

# Whatever a root takes is here, else the script ends with 77.
need_roots() {
  [ "$(id -u)" = 0 ] || leave_out "not root"
  [ -f "$folder/bare.tar" ] || command -v debootstrap >/dev/null || leave_out "no debootstrap"
  contained mount -t proc proc /proc 2>/dev/null || leave_out "no mount and process namespaces to be had"
}

# Unpacks a bare root, made if there is none, into the folder $1 (with .log and .tar behind its name on the way), and has its apt reach what this machine's reaches.
new_root() {
  # The mirror that this machine's own apt is set to.
  mirror=$(sed -nE 's/^(URIs: *|deb +(\[[^]]*\] +)?)(https?:[^ ]+).*/\3/p' /etc/apt/sources.list.d/*.sources \
    /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null | grep -v security | head -1)
  mirror=${mirror:-http://deb.debian.org/debian}
  if ! [ -f "$folder/bare.tar" ]; then
    debootstrap --variant=minbase bookworm "$1" "$mirror" >"$1.log" ||
      { tail -5 "$1.log"; leave_out "debootstrap has no root from $mirror"; }
    chmod 755 "$1"  # not as mktemp made it
    tar -C "$1" -cf "$1.tar" . && mv "$1.tar" "$folder/bare.tar"
    rm -rf --one-file-system "$1" && mkdir "$1"
  fi
  tar -C "$1" -xf "$folder/bare.tar"
  # How this machine reaches its mirrors is the machine's affair: its apt settings, resolver and certificates go along.
  cp -a /etc/apt/apt.conf.d/. "$1/etc/apt/apt.conf.d/" 2>/dev/null || true
  rm -f "$1"/etc/apt/apt.conf.d/*docker* "$1"/etc/apt/apt.conf.d/*listchanges*
  cp -L /etc/resolv.conf /etc/hosts "$1/etc/" 2>/dev/null || true
  certificates=
  if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
    certificates=/etc/machine-certificates.pem  # not where ca-certificates would write over it
    install -m 644 "$NODE_EXTRA_CA_CERTS" "$1$certificates"
  fi
}
