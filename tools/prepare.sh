# shellcheck shell=bash
# Sourced by tools/quickstart and tools/test: what is installed and how a preset is built.
# Everything said here goes to stderr, so that stdout belongs to the caller.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*" >&2; }

# install_packages build|test: the packages of that part of tools/packages.txt that are missing.
install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "This is not a Debian system: the packages of tools/packages.txt are taken as installed."
    return
  fi
  local present missing as_root=()
  present=$(dpkg-query -W -f '${db:Status-Status} ${Package} ' 2>/dev/null)
  missing=$(awk -v part="$1" -v present=" $present" \
    '!/^#/ && ($2 == "build" || $2 == part) && !index(present, " installed " $1 " ") { printf "%s ", $1 }' \
    tools/packages.txt)
  [ -n "$missing" ] || return 0
  say "Installing $missing"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "These need root or sudo; install them and come again." >&2; return 1; }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q >&2
  # shellcheck disable=SC2086  # a list of names
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2
}

# configure PRESET [-DNAME=VALUE ...]: again only if the presets or one of the values changed since the last time.
configure() {
  local preset=$1 cache=build/$1/CMakeCache.txt stamp=build/$1/configured same=yes flag
  shift
  [ -f "build/$preset/build.ninja" ] && [ "$stamp" -nt CMakePresets.json ] || same=no
  for flag in "$@"; do
    flag=${flag#-D}
    grep -qs "^${flag%%=*}:[A-Z]*=${flag#*=}\$" "$cache" || same=no
  done
  [ "$same" = no ] || return 0
  say "Configuring $preset"
  cmake --preset "$preset" "$@" >&2
  touch "$stamp"
}

# build PRESET [TARGET ...]: everything, or only these targets.
build() {
  local preset=$1
  shift
  say "Building $preset${*:+: $*}"
  cmake --build "build/$preset" ${*:+--target "$@"} >&2
}
