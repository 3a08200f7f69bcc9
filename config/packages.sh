# Sourced by quickstart.sh and tests/run.sh: the packages, and how to install and build.
# The Dockerfile names those to build and to package; a test holds the lists against each other.
build_packages="g++ cmake ninja-build libboost1.81-dev libspdlog-dev libcli11-dev libtomlplusplus-dev libssl-dev libsqlite3-dev libhiredis-dev"
# What cpack takes on top to make a Debian package.
package_packages="dpkg-dev file"
test_packages="$package_packages catch2 curl iproute2 libfaketime python3 python3-yaml chromium nodejs openssl systemd clang-format"
# Unpacked into tests/tools: servers that tests start by themselves, which Debian would enable and start as services
# (the libraries they need are installed), npm, which would bring some three hundred packages, and promtool of prometheus.
unpacked_packages="nginx haproxy varnish redis-tools redis-server npm prometheus"

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
      redis-tools) command -v redis-cli >/dev/null && continue ;;
      prometheus) command -v promtool >/dev/null && continue ;;
      nodejs) command -v node >/dev/null && continue ;;
      varnish) command -v varnishd >/dev/null && continue ;;
      npm|cmake|curl|chromium|clang-format|openssl|nginx|haproxy|redis-server|clang|clang-tidy|debootstrap) command -v "$package" >/dev/null && continue ;;
    esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

has_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# What apt would install for these.
would_install() { apt-get -s install --no-install-recommends "$@" 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p'; }

# Installs what is missing, and asks for nothing: where that cannot be, it says what to run.
install_packages() {
  command -v apt-get >/dev/null || { echo "no apt-get here: install by hand: $*" >&2; return; }
  # shellcheck disable=SC2046
  set -- $(missing "$@")
  [ $# -gt 0 ] || return 0
  # shellcheck disable=SC2046
  set -- $(missing $(fitting "$@"))
  [ $# -gt 0 ] || return 0
  if ! has_root; then
    how="once as root" sudo=
    if command -v sudo >/dev/null; then how=once sudo="sudo "; fi
    echo "These Debian packages are missing, and it takes root to install them. Run this $how, then start again:" >&2
    echo "  ${sudo}apt-get update && ${sudo}apt-get install --no-install-recommends $*" >&2
    return 1
  fi
  if [ -z "$(find /var/lib/apt/lists -name '*_Packages*' 2>/dev/null | head -1)" ]; then as_root apt-get update -qq; fi
  echo "Installing Debian packages: $*"
  needed=$(would_install "$@" | grep -vxF "$(printf '%s\n' "$@")" | tr '\n' ' ' || true)
  [ -z "$needed" ] || echo "and what they need: $needed"
  apt_install "$@" || { as_root apt-get update -qq && apt_install "$@"; }
}

# The libraries that these would bring; of npm none, which is run by node, nor of prometheus, whose are for its pages.
libraries_of() {
  for package in $(missing "$@"); do
    case $package in npm|prometheus) continue ;; esac
    would_install "$package" | grep '^lib' | grep -v "^lib$package" || true
  done
}

# Unpacks programs into tests/tools and puts them on the path.
unpack_packages() {
  tools=$PWD/tests/tools
  PATH=$PATH:$tools/usr/sbin:$tools/usr/bin
  export PATH
  command -v apt-get >/dev/null || return 0
  for package in $(missing "$@"); do
    # shellcheck disable=SC2046
    install_packages $(libraries_of "$package")
    along=
    [ "$package" != npm ] || along=$(would_install npm | grep '^node-' || true)
    echo "Unpacking into tests/tools: $(echo $package $along)"
    rm -rf "$tools/archives"
    mkdir -p "$tools/archives"
    # shellcheck disable=SC2086
    (cd "$tools/archives" && apt-get download -qq $package $along 2>/dev/null)
    for archive in "$tools"/archives/*.deb; do dpkg -x "$archive" "$tools"; done
    rm -rf "$tools/archives"
  done
  # Where npm that was unpacked finds what came along.
  if [ -d "$tools/usr/share/nodejs/npm" ]; then NODE_PATH=$tools/usr/share/nodejs; export NODE_PATH; fi
}

build() {
  cmake --preset "$1" -G Ninja -DLONGPOLLD_TESTS="${2:-OFF}" >/dev/null
  cmake --build --preset "$1"
}

# The Debian package of a build, in its folder.
make_package() { (cd "$1" && cpack); }
