#!/usr/bin/env bash
# run.sh GUARD COUNTS: counts instructions of each kernel and fails if one needs 5 % more than COUNTS says.
# With SPIKELOOM_BLESS=1 it writes COUNTS instead. Exit code 77: there is no valgrind here.
set -euo pipefail
guard=$1
counts=$2

command -v valgrind >/dev/null || { echo "skipped: valgrind is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

valgrind --tool=callgrind --collect-atstart=no --callgrind-out-file="$work/out" --quiet "$guard" \
  >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

# Each dump names its kernel and its total.
awk '/^desc: Trigger: Client Request: / { kernel = $5 }
     /^totals: / { if (kernel != "") print kernel, $2; kernel = "" }' "$work"/out.* >"$work/counts"
[ -s "$work/counts" ] || { echo "callgrind counted nothing"; cat "$work/log"; exit 1; }

if [ "${SPIKELOOM_BLESS:-}" = 1 ]; then
  { sed -n '/^#/p' "$counts"; cat "$work/counts"; } >"$work/new"
  cp "$work/new" "$counts"
  cat "$counts"
  exit 0
fi

awk -v file="$counts" '
  NR == FNR { if ($0 !~ /^#/ && NF == 2) expected[$1] = $2; next }
  {
    seen[$1] = 1
    if (!($1 in expected)) { printf "%s is not in %s\n", $1, file; wrong = 1; next }
    change = 100 * ($2 / expected[$1] - 1)
    printf "%-18s %10d instructions, %+.1f %%\n", $1, $2, change
    if (change > 5) { printf "  slower: %d were enough\n", expected[$1]; wrong = 1 }
    if (change < -5) printf "  faster: SPIKELOOM_BLESS=1 writes the new number down\n"
  }
  END {
    for (kernel in expected) if (!(kernel in seen)) { printf "%s was not counted\n", kernel; wrong = 1 }
    exit wrong
  }' "$counts" "$work/counts"
