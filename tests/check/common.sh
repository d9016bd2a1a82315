# common.sh - what every check starts with. A check takes the tree to look at as its argument (the
# default is this one), prints one line a violation, and exits 0 when there was none, else 1.
set -u
shopt -s nullglob
root=$(cd "${1:-"$(dirname "${BASH_SOURCE[0]}")/../.."}" && pwd)
cd "$root" || exit 2
violations=0

say() { # one violation
  printf '%s\n' "$*"
  violations=$((violations + 1))
}

say_lines() { # every line of the input is a violation, $1 tells what is wrong
  local line
  while IFS= read -r line; do
    say "$line  <- $1"
  done
}

finish() {
  [ "$violations" -eq 0 ] || printf '%s: %d violations\n' "$(basename "$0")" "$violations"
  exit $((violations > 0))
}

# Files under the given folders (default: the whole tree) whose names match one of -name patterns.
files() { # files FOLDER... -- PATTERN...
  local folders=() patterns=()
  while [ "$1" != -- ]; do
    [ -e "$1" ] && folders+=("$1")
    shift
  done
  shift
  [ ${#folders[@]} -gt 0 ] || return 0
  local pattern
  for pattern in "$@"; do patterns+=(-o -name "$pattern"); done
  find "${folders[@]}" \( -path './build*' -o -path './.git' -o -name corpus -o -name golden \
    -o -name __pycache__ \) -prune -o -type f \( "${patterns[@]:1}" \) -print |
    sed 's|^\./||' | sort
}

c_files() {
  files ledger protocols switch bench tests -- '*.c' '*.h'
}

code() { # code FILE...: "file:line:text" of all lines, without comments and what stands in quotes
  [ $# -eq 0 ] || awk '
    FNR == 1 { inside = 0 }
    {
      line = $0; out = ""
      gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
      while (line != "") {
        if (inside) {
          end = index(line, "*/")
          if (!end) break
          line = substr(line, end + 2); inside = 0
        } else {
          start = index(line, "/*")
          if (!start) { out = out line; break }
          out = out substr(line, 1, start - 1)
          line = substr(line, start + 2); inside = 1
        }
      }
      sub(/\/\/.*/, "", out)
      print FILENAME ":" FNR ":" out
    }' "$@"
}

c_calls() { # c_calls PATTERN FILE...: the lines of code where one of the functions is called
  local pattern=$1
  shift
  code "$@" | grep -E "^[^:]+:[0-9]+:(.*[^A-Za-z0-9_>.])?($pattern) *\("
}
