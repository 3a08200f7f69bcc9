# Sourced by quickstart.sh and tests/run.sh: the packages, and how to install and build.
# The Dockerfile names the same packages; a test holds the lists against each other.
build_packages="g++ cmake ninja-build libboost1.81-dev libspdlog-dev libcli11-dev libtomlplusplus-dev"
test_packages="catch2 curl iproute2 libfaketime python3 chromium nodejs npm nginx-light haproxy
  openssl systemd clang-format"

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
      nginx-light) command -v nginx >/dev/null && continue ;;
      npm|cmake|curl|chromium|clang-format|haproxy|openssl) command -v "$package" >/dev/null && continue ;;
    esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

install_packages() {
  command -v apt-get >/dev/null || { echo "no apt-get here: install by hand: $*" >&2; return; }
  wanted=$(missing "$@")
  [ -n "$wanted" ] || return 0
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root apt-get update -qq
  # shellcheck disable=SC2046
  wanted=$(missing $(fitting "$@"))
  [ -n "$wanted" ] || return 0
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted
}

build() {
  cmake --preset "$1" -G Ninja -DLONGPOLLD_TESTS="${2:-OFF}"
  cmake --build --preset "$1"
}
