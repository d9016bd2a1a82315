#!/usr/bin/env bash
# clang.sh - the whole tree compiles with clang, warnings as errors. CLANG_BUILD: where.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
build=${CLANG_BUILD:-build/clang}
{ [ -f "$build/build.ninja" ] ||
  cmake -S . -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang >"/dev/null"; } &&
  error=$(ninja -C "$build" 2>&1) || say "$(printf '%s' "$error" | grep -E 'error' | head -20)"
finish
