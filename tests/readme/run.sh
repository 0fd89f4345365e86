#!/usr/bin/env bash
# run.sh COMMAND SOURCE_DIR README: runs every ```sh block of a README, the set-up commands aside, in a copy of graphs/, and
# fails at the first command that does.
set -euo pipefail
command=$(readlink -f "$1")
source=$2
readme=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
mkdir -p "$work/build/release/bin"
cp -r "$source/graphs" "$work/"
ln -s "$command" "$work/build/release/bin/spikeloom"
awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$source/$readme" |
  grep -vE '^(git clone|cd |tools/(quickstart|test))' >"$work/commands.sh" || true
[ -s "$work/commands.sh" ] || { echo "$readme holds no command" >&2; exit 1; }

# A graph that is shown is one that ships, to the letter.
shown=$(awk '/^```json$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$source/$readme")
if [ -n "$shown" ]; then
  same=no
  for graph in "$source"/graphs/*/network.json; do
    [ "$shown" != "$(cat "$graph")" ] || same=yes
  done
  [ "$same" = yes ] || { echo "$readme shows a graph that is not in graphs/" >&2; exit 1; }
fi

cd "$work"
PATH=$work/build/release/bin:$PATH bash -euxo pipefail commands.sh

# A command that says where it writes has written something there.
for file in $(grep -oE -- '--(plot|out|json-out) [^ ]+' commands.sh | awk '{ print $2 }'); do
  [ -s "$file" ] || [ -d "$file" ] || { echo "$readme: nothing was written to $file" >&2; exit 1; }
done
