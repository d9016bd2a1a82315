#!/usr/bin/env bash
# words.sh - one word for one thing, no path of one machine, nothing left to be done later.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mapfile -t texts < <(files . -- '*.c' '*.h' '*.py' '*.md' '*.sh' '*.ini' run CMakeLists.txt)
texts=($(printf '%s\n' "${texts[@]}" | grep -vxE 'tests/check/(words|selftest)\.sh'))
mapfile -t sources < <(c_files)

no() { # no PATTERN REASON FILE...
  local pattern=$1 reason=$2
  shift 2
  [ $# -gt 0 ] || return 0
  say_lines "$reason" < <(grep -nHE "$pattern" "$@")
}

if [ ${#texts[@]} -gt 0 ]; then
  no '(^|[^A-Za-z_])(TODO|FIXME|XXX|HACK)([^A-Za-z_]|$)' 'do it, or file an issue' "${texts[@]}"
  no '(^|[^A-Za-z0-9_.$}])/(work|home|root|Users)/' 'a path of one machine' "${texts[@]}"
  no '/tmp/(build|h)\b' 'a path of one machine' "${texts[@]}"
fi

word() { # word SYNONYM THE-WORD: an identifier made of the synonym
  [ ${#sources[@]} -gt 0 ] || return 0
  local part="(^|[^A-Za-z0-9_\"%-])([a-z0-9]+_)*($1)(_[a-z0-9_]+)?([^A-Za-z0-9_\"-]|$)"
  say_lines "the word is $2" < <(grep -nHE "$part" "${sources[@]}" | grep -vE "${3:-^$}")
}
word 'cmd|cmds' 'command'
word 'acct|acc|accts' 'account'
word 'amt' 'amount'
word 'cfg' 'config'
# txn_id and txn_date are what check/pay itself calls its parameters.
word 'txn' 'payment, or batch' \
  '^ledger/store|^bench/|MDB_|mdb_|^tests/(lib|sim|fault)|^tests/[a-z_/]*checkpay'
word 'transfer|transfers' 'payment' '[Tt]ransfer-?[Ee]ncoding|F_TRANSFER|transferred'
word 'msisdn|iban' 'account'
finish
