#!/usr/bin/env bash
# headers.sh - every header compiles alone, with gcc and with clang. BUILD: a configured build
# folder, for the include paths of the libraries.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
build=${BUILD:-build}
includes=()
if [ -f "$build/compile_commands.json" ]; then
  mapfile -t includes < <(grep -oE -- '-(I|isystem )[^ "]+' "$build/compile_commands.json" |
    sed 's/^-isystem /-I/' | sort -u)
fi
flags=(-std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror -fsyntax-only)
while IFS= read -r header; do
  for compiler in gcc clang; do
    if ! error=$(printf '#include "%s"\ntypedef int a_unit_is_not_empty;\n' "$header" |
      "$compiler" "${flags[@]}" -I. "${includes[@]}" -x c - 2>&1); then
      say "$header ($compiler): $(printf '%s' "$error" | grep -m1 error)"
    fi
  done
done < <(files ledger protocols switch bench tests -- '*.h')
finish
