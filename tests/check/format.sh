#!/usr/bin/env bash
# format.sh - every C file is as clang-format writes it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
mapfile -t sources < <(c_files)
[ ${#sources[@]} -gt 0 ] || finish
say_lines "clang-format -i" < <(
  clang-format --dry-run -Werror "${sources[@]}" 2>&1 | grep -E 'error:')
finish
