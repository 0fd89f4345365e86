#!/usr/bin/env bash
# format.sh CLANG_FORMAT SOURCE_DIR: fails with the place of everything that .clang-format would write differently.
set -euo pipefail
cd "$2"
find compiler runtime tools tests benchmarks -name '*.cpp' -o -name '*.h' -o -name '*.c' | sort |
  xargs "$1" --dry-run --Werror --style=file
