#!/usr/bin/env bash
# layers.sh - dependencies point one way: ledger <- protocols <- switch <- bench, tests; and each
# outside library is known to one layer only. BUILD: a build folder; its libraries are looked at
# too, since a symbol can come in without an include.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
build=${BUILD:-build}

includes() { # "file:line:header" of every include in FOLDER..., quotes or angle brackets
  local file
  files "$@" -- '*.c' '*.h' | while IFS= read -r file; do
    grep -noE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]+' "$file" |
      sed -E "s|^([0-9]+):.*include[[:space:]]*([\"<])|$file:\1:\2|"
  done
}

ours='"(switch|protocols|ledger|bench|tests)/'
say_lines "ledger/ includes only ledger/" < <(
  includes ledger | grep -E ':"' | grep -vE ':"ledger/')
say_lines "protocols/ includes only protocols/ and ledger/ledger.h" < <(
  includes protocols | grep -E ':"' | grep -vE ':"(protocols/|ledger/ledger\.h$)')
say_lines "switch/ includes only switch/, protocols/ and ledger/ledger.h" < <(
  includes switch | grep -E ":$ours" | grep -vE ':"(switch/|protocols/|ledger/ledger\.h$)')
say_lines "bench/ is nobody's to include" < <(includes switch | grep -E ':"(bench|tests)/')

# An integration knows itself, the shared parts and the contract, never another integration. Of the
# shared parts registry and xml know common, and common knows none.
while IFS= read -r line; do
  file=${line%%:*}
  folder=$(printf '%s' "$file" | cut -d/ -f2)
  header=${line##*:\"}
  [[ $file == protocols/*/* && $folder != common ]] || folder=common
  case $header in
    protocols/common/* | protocols/"$folder"/* | protocols/adapter.h | protocols/outbound.h) ;;
    protocols/registry/* | protocols/xml/*)
      case $folder in
        common | registry | xml) say "$line  <- a shared part does not know another" ;;
      esac
      ;;
    *) say "$line  <- an integration does not know another" ;;
  esac
done < <(includes protocols | grep -E ':"protocols/')

# Which folder may know which library.
say_lines "lmdb.h is ledger/store*'s alone" < <(
  includes ledger protocols switch | grep -E ':[<"]lmdb\.h' |
    grep -vE '^ledger/store[a-z_]*\.[ch]:')
say_lines "the network is switch/'s alone" < <(
  includes ledger protocols |
    grep -E ':[<"](uv\.h|uv/|llhttp|curl/|sys/socket\.h|netinet/|arpa/|poll\.h|sys/epoll\.h)' |
    grep -v '^protocols/common/network\.c:.*arpa/inet\.h') # text to bytes and back, no more
say_lines "msgpack and jansson are protocols/'s" < <(
  includes ledger | grep -E ':[<"](msgpack|jansson)')

mapfile -t ledger < <(files ledger -- '*.c' '*.h')
mapfile -t protocols < <(files protocols -- '*.c' '*.h')
mapfile -t translators < <(files protocols -- '*decode*.c' '*encode*.c')
clock='time|clock_gettime|gettimeofday|rand|random|getrandom|randombytes_buf|sleep|usleep|nanosleep'
outside='open|fopen|socket|connect|send|recv'
# The checkpoint thread may wait for a moment; what it writes does not depend on when that is.
say_lines "the ledger has no clock and no randomness" < <(c_calls "$clock" "${ledger[@]}" |
  grep -v '^ledger/checkpoint\.c:.*CLOCK_MONOTONIC')
say_lines "an adapter has no clock, no randomness, no files, no network" < <(
  c_calls "$clock|$outside" "${protocols[@]}")
say_lines "the library prints nothing" < <(
  c_calls 'printf|fprintf|puts|perror|vprintf' "${ledger[@]}" "${protocols[@]}" |
    grep -vE '^ledger/(assert\.h|store_lmdb\.c):.*fprintf\(stderr') # a last word before abort
say_lines "decode and encode take no memory: the caller gives it" < <(
  c_calls 'malloc|calloc|realloc|strdup|strndup|asprintf' "${translators[@]}")

symbols() { # symbols LIBRARY PATTERN REASON EXCEPT: undefined symbols that must not be
  local library=$build/$1
  [ -f "$library" ] || library=$(find "$build" -name "$1" -not -path '*/clang/*' 2>/dev/null |
    head -n 1)
  [ -n "$library" ] || return 0
  say_lines "$3" < <(nm -A -u "$library" 2>/dev/null |
    awk -v pattern="$2" -v except="${4:-}" '$NF ~ pattern {
      count = split($1, part, ":")
      object = part[count - 1]
      if (object " " $NF != except) print object ": " $NF
    }' | sort -u)
}
above='uv_|llhttp_|curl_|adapter_|conn_|rpc_|json_|msgpack_|log_|metrics_|node_'
clock='time|clock_gettime|gettimeofday|rand|random|getrandom'
symbols libledger.a "^($above)" "the ledger depends on nothing above it"
symbols libledger.a "^($clock|printf|puts|socket)$" \
  "the ledger has no clock, no randomness, no network" 'checkpoint.c.o clock_gettime'
symbols libprotocols.a '^(uv_|llhttp_|curl_|mdb_|conn_|switch_|ring_|bridge_)' \
  "an adapter only translates"
symbols libprotocols.a "^($clock|printf|puts|socket|open)$" "an adapter only translates"
finish
