# Sourced by quickstart.sh and tests/run.sh: the packages, and how to install and build.
# The Dockerfile names the same packages; a test holds the lists against each other.
build_packages="g++ cmake ninja-build libboost1.81-dev libspdlog-dev libcli11-dev libtomlplusplus-dev"
test_packages="catch2 curl iproute2 libfaketime python3 chromium nodejs npm openssl systemd clang-format"
# Servers that tests start by themselves: Debian would enable and start them as services, so they are unpacked into
# tests/tools, and only the libraries they need are installed.
unpacked_packages="nginx haproxy"

# Where Boost 1.81 is gone (newer Debian and Ubuntu) the default Boost is new enough.
fitting() {
  for package in "$@"; do
    if [ "$package" = libboost1.81-dev ] && ! apt-cache show "$package" >/dev/null 2>&1; then
      package=libboost-dev
    fi
    echo "$package"
  done
}

# A program that is there from elsewhere is as good as its package.
missing() {
  for package in "$@"; do
    case $package in
      nodejs) command -v node >/dev/null && continue ;;
      npm|cmake|curl|chromium|clang-format|openssl|nginx|haproxy) command -v "$package" >/dev/null && continue ;;
    esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

# Runs a command as root without asking for anything; says what to run where that is not to be had.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    echo "This needs root, and sudo asks for a password. Run this once, then start again:" >&2
    echo "  sudo $*" >&2
    return 1
  fi
}

apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }

install_packages() {
  command -v apt-get >/dev/null || { echo "no apt-get here: install by hand: $*" >&2; return; }
  # shellcheck disable=SC2046
  set -- $(missing "$@")
  [ $# -gt 0 ] || return 0
  # shellcheck disable=SC2046
  if [ -z "$(find /var/lib/apt/lists -name '*_Packages*' 2>/dev/null | head -1)" ]; then as_root apt-get update -qq; fi
  # shellcheck disable=SC2046
  set -- $(missing $(fitting "$@"))
  [ $# -gt 0 ] || return 0
  echo "Installing Debian packages: $*"
  apt_install "$@" >/dev/null || { as_root apt-get update -qq && apt_install "$@" >/dev/null; }
}

# Unpacks programs into tests/tools and puts them on the path.
unpack_packages() {
  tools=$PWD/tests/tools
  PATH=$PATH:$tools/usr/sbin:$tools/usr/bin
  export PATH
  command -v apt-get >/dev/null || return 0
  for package in $(missing "$@"); do
    libraries=$(apt-get -s install --no-install-recommends "$package" | sed -n 's/^Inst \(lib[^ ]*\).*/\1/p' |
      grep -v "^lib$package" || true)
    # shellcheck disable=SC2086
    [ -z "$libraries" ] || install_packages $libraries
    echo "Unpacking $package into tests/tools"
    mkdir -p "$tools"
    (cd "$tools" && apt-get download -qq "$package" 2>/dev/null && dpkg -x "$package"_*.deb . && rm -f "$package"_*.deb)
  done
}

build() {
  cmake --preset "$1" -G Ninja -DLONGPOLLD_TESTS="${2:-OFF}" >/dev/null
  cmake --build --preset "$1"
}
