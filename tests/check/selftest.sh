#!/usr/bin/env bash
# selftest.sh - the checks find what they are for: each passes on a good small tree and fails, with
# the right file named, on the same tree with one bad file.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

good_tree() {
  rm -rf "$scratch/tree"
  mkdir -p "$scratch"/tree/{ledger,protocols/{common,rpc,other},switch,bench,tests/lib,.ci}
  cp "$here"/../../.clang-{format,tidy} "$scratch/tree/"
  cat >"$scratch/tree/ledger/a.c" <<'C'
#include "ledger/a.h"

int a_sum(int left, int right) {
    return left + right;
}
C
  cat >"$scratch/tree/ledger/a.h" <<'C'
/* a.h - double-entry; time (and sprintf) in a comment are no violation. */
#ifndef LEDGER_A_H
#define LEDGER_A_H
int a_sum(int left, int right);
#endif
C
  touch "$scratch/tree/CMakeLists.txt"
}

run() { # run CHECK
  BUILD=$scratch/tree/build CLANG_BUILD=$scratch/tree/build/clang \
    "$here/$1.sh" "$scratch/tree" >"$scratch/out" 2>&1
}

expect() { # expect CHECK FILE MESSAGE: with the content of stdin as FILE, CHECK says MESSAGE
  good_tree
  if ! run "$1"; then
    printf '%s.sh complains of a good tree: %s\n' "$1" "$(head -n 1 "$scratch/out")"
    failures=$((failures + 1))
  fi
  mkdir -p "$scratch/tree/$(dirname "$2")"
  cat >"$scratch/tree/$2"
  if run "$1" || ! grep -qF -- "$3" "$scratch/out"; then
    printf '%s.sh does not say "%s" of %s, but: %s\n' "$1" "$3" "$2" "$(cat "$scratch/out")"
    failures=$((failures + 1))
  fi
}

lines() { # lines COUNT TEXT
  yes "$2" | head -n "$1"
}

expect top notes.txt 'notes.txt' <<<'left here'
expect format ledger/b.c 'ledger/b.c' <<<'int  b ( void );'
expect limits ledger/b.c 'b has 72 lines' < <(echo 'int b(void) {'; lines 70 '    ;'; echo '}')
expect limits ledger/b.c 'has 401 lines' < <(lines 401 '')
expect limits ledger/b.c 'b.c:1: 101' < <(printf '//%099d\n' 0)
expect limits switch/b.c 'use snprintf' <<<'    sprintf(text, "x");'
expect limits switch/b.c 'use memcpy' <<<'    strcpy(text, "x");'
expect limits switch/b.c 'use a parser' <<<'    int n = atoi(text);'
expect limits protocols/b.c 'use uint64_t' <<<'static double amount;'
expect limits ledger/b.c 'use ASSERT' <<<'    assert(a);'
expect limits ledger/b.c 'b.c:3:' < <(printf '/* a\n strcpy(a, b) */\nint c = atoi(d);\n')
expect words switch/b.c 'do it' <<<"/* TO""DO: later */"
expect words README.md 'a path of one machine' <<<"see /ro""ot/notes"
expect words switch/b.c 'the word is command' <<<'int run_cmd(int cmd);'
expect words switch/b.c 'the word is payment' <<<'struct transfer { int a; };'
expect headers ledger/b.h 'ledger/b.h (gcc)' <<<'size_t b(void);'
expect headers switch/b.h 'switch/b.h (clang)' <<<'struct b { uint8_t c; };'
expect layers ledger/b.c 'ledger/ includes only' <<<'#include "switch/log.h"'
expect layers protocols/b.c 'protocols/ includes only' <<<'#include "ledger/store.h"'
expect layers switch/b.c 'switch/ includes only' <<<'#include "ledger/table.h"'
expect layers switch/b.c "bench/ is nobody's" <<<'#include "bench/load.h"'
expect layers protocols/rpc/b.c 'does not know another' <<<'#include "protocols/other/c.h"'
expect layers protocols/common/b.c 'does not know another' <<<'#include "protocols/rpc/c.h"'
expect layers protocols/xml/b.c 'does not know another' <<<'#include "protocols/registry/c.h"'
expect layers ledger/journal.c "lmdb.h is ledger/store" <<<'#include <lmdb.h>'
expect layers protocols/b.c "the network is switch/'s" <<<'#include <uv.h>'
expect layers ledger/b.c 'the ledger has no clock' <<<'    long now = time(NULL);'
expect layers protocols/b.c 'an adapter has no clock' <<<'    clock_gettime(0, &now);'
expect layers protocols/rpc/decode.c 'take no memory' <<<'    char *text = malloc(4);'
expect layers ledger/b.c 'prints nothing' <<<'    printf("x");'

# The symbols of a library: an undeclared dependency that no include shows.
good_tree
mkdir -p "$scratch/tree/build"
echo 'int uv_run(void); int b(void); int b(void) { return uv_run(); }' >"$scratch/b.c"
gcc -c "$scratch/b.c" -o "$scratch/b.o" && ar rc "$scratch/tree/build/libledger.a" "$scratch/b.o"
if run layers || ! grep -q 'uv_run' "$scratch/out"; then
  printf 'layers.sh does not see uv_run in libledger.a\n'
  failures=$((failures + 1))
fi

# The two that need a whole build get a small project of their own.
good_tree
cat >"$scratch/tree/CMakeLists.txt" <<'C'
cmake_minimum_required(VERSION 3.25)
project(sample C)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
add_compile_options(-Wall -Werror)
include_directories(${CMAKE_SOURCE_DIR})
file(GLOB sources ledger/*.c)
add_library(sample STATIC ${sources})
C
project_says() { # project_says CHECK MESSAGE: "" for no complaint
  rm -rf "$scratch/tree/build"
  cmake -S "$scratch/tree" -B "$scratch/tree/build" -G Ninja >"$scratch/log" 2>&1
  if [ -z "$2" ]; then
    run "$1" && return
  elif ! run "$1" && grep -qF -- "$2" "$scratch/out"; then
    return
  fi
  printf '%s.sh, expected "%s": %s\n' "$1" "$2" "$(cat "$scratch/out")"
  failures=$((failures + 1))
}
project_says tidy ''
project_says clang ''
printf '#include <stdlib.h>\nint b(int a);\nint b(int a) {\n    char *p = malloc(4);\n%s' \
  '    if (a = 1) return 0;
    free(p);
    return 1;
}' >"$scratch/tree/ledger/b.c"
project_says tidy 'ledger/b.c'
project_says clang 'ledger/b.c'
[ "$failures" -eq 0 ] || printf 'selftest.sh: %d failures\n' "$failures"
exit $((failures > 0))
