#!/usr/bin/env bash
# tidy.sh - clang-tidy over every C file of the node. BUILD: a configured build folder.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
build=${BUILD:-build}
mapfile -t sources < <(files ledger protocols switch -- '*.c')
[ ${#sources[@]} -gt 0 ] || finish
say_lines "clang-tidy" < <(
  printf '%s\n' "${sources[@]}" |
    xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$build" 2>/dev/null |
    grep -E '(warning|error):' | sed "s|$root/||" | sort -u)
finish
