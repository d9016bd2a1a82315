#!/usr/bin/env bash
# limits.sh - functions of at most 70 lines, files of at most 400, lines of at most 100 characters,
# and no function or type that has a safer one.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
FUNCTION_LINES=70
FILE_LINES=400
LINE_CHARACTERS=100

mapfile -t sources < <(c_files)
mapfile -t scripts < <(files . -- '*.py' '*.sh' run CMakeLists.txt)

if [ ${#sources[@]} -gt 0 ]; then
  say_lines "a function has at most $FUNCTION_LINES lines" < <(
    ctags --quiet --languages=C --langmap=C:.c.h --fields=+ne --c-kinds=f -o - "${sources[@]}" |
      awk -F'\t' -v most=$FUNCTION_LINES '{
        first = last = 0
        for (i = 4; i <= NF; i++) {
          if ($i ~ /^line:/) first = substr($i, 6)
          if ($i ~ /^end:/) last = substr($i, 5)
        }
        if (last - first + 1 > most) print $2 ":" first ": " $1 " has " (last - first + 1) " lines"
      }')
fi

# An exception is a comment in the file, "limits.sh: longer, since" and the reason.
say_lines "a file has at most $FILE_LINES lines" < <(
  awk -v most=$FILE_LINES '
    function tell() { if (lines > most && !excused) print name ": has " lines " lines" }
    FNR == 1 { tell(); excused = 0; name = FILENAME }
    /limits\.sh: longer, since / { excused = 1 }
    { lines = FNR }
    END { tell() }' "${sources[@]}" "${scripts[@]}" </dev/null)
# Tables between "clang-format off" and "on" keep their columns.
say_lines "a line has at most $LINE_CHARACTERS characters" < <(
  LC_ALL=C.UTF-8 awk -v most=$LINE_CHARACTERS '
    FNR == 1 { table = 0 }
    /clang-format off/ { table = 1 }
    /clang-format on/ { table = 0 }
    !table && length($0) > most { print FILENAME ":" FNR ": " length($0) }' \
    "${sources[@]}" "${scripts[@]}" </dev/null)

all_code=$(code "${sources[@]}")
banned() { # banned WORD-PATTERN REPLACEMENT FOLDER...
  local pattern=$1 replacement=$2
  shift 2
  local folders=$*
  say_lines "use $replacement" < <(printf '%s\n' "$all_code" | grep -E "^(${folders// /|})/" |
    grep -E "^[^:]+:[0-9]+:(.*[^A-Za-z0-9_])?($pattern)")
}
everywhere=(ledger protocols switch bench tests)
banned 'strcpy *\(|stpcpy *\(|strcat *\(|strncpy *\(|strncat *\(' \
  'memcpy with a checked size' "${everywhere[@]}"
banned 'sprintf *\(|vsprintf *\(' 'snprintf' "${everywhere[@]}"
banned 'atoi *\(|atol *\(|atoll *\(|atof *\(' 'a parser that checks (strtoul and its end)' \
  "${everywhere[@]}"
banned 'gets *\(' 'fgets' "${everywhere[@]}"
banned 'strtok *\(' 'strcspn' "${everywhere[@]}"
banned 'alloca *\(' 'a fixed buffer' "${everywhere[@]}"
banned 'assert *\(' 'ASSERT, which stays in a release' ledger protocols switch
banned '(float|double)([^A-Za-z0-9_]|$)' 'uint64_t tiyn' ledger protocols
banned 'system *\(|popen *\(' 'the library that does it' ledger protocols switch
finish
