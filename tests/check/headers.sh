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
export FLAGS="${flags[*]} -I. ${includes[*]}"
alone() { # alone HEADER
  local compiler error
  for compiler in gcc clang; do
    # shellcheck disable=SC2086
    error=$(printf '#include "%s"\ntypedef int a_unit_is_not_empty;\n' "$1" |
      "$compiler" $FLAGS -x c - 2>&1) ||
      printf '%s (%s): %s\n' "$1" "$compiler" "$(printf '%s' "$error" | grep -m1 error)"
  done
}
export -f alone
say_lines "a header compiles alone" < <(
  files ledger protocols switch bench tests -- '*.h' |
    xargs -P "$(nproc)" -I{} bash -c 'alone {}' | sort)
finish
