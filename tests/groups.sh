# groups.sh - what tests/run can run: the installs, the builds, and each group of tests. A group
# prints one of the counted lines (see count_results) and exits 0, or with another code.

# What the tests need besides what switch/install installs anyway.
PACKAGES=(clang clang-format clang-tidy libclang-rt-14-dev universal-ctags python3 python3-msgpack
  curl openssl python3-lxml python3-zeep python3-xmlsec xmlsec1 php-cli php-soap php-xml faketime
  chromium chromium-driver python3-selenium)
PYTHON=/usr/bin/python3 # the one that python3-msgpack belongs to

install_missing() {
  switch/install "${PACKAGES[@]}" || { echo "cannot install what is missing" && return 1; }
}

seconds_since() {
  awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.1f", b - a}'
}

# ---- Builds ---------------------------------------------------------------------------------

build_in() { # build_in FOLDER CMAKE-OPTION...
  local folder=$1
  shift
  { [ -f "$folder/build.ninja" ] || cmake -S . -B "$folder" -G Ninja "$@"; } &&
    ninja -C "$folder"
}
build_release() { build_in build; }
build_asan() { build_in build/asan -DSANITIZE=address,undefined; }
build_tsan() { build_in build/tsan -DSANITIZE=thread; }
build_fuzz() { build_in build/fuzz -DFUZZ=ON -DCMAKE_C_COMPILER=clang; }

builds_of() { # the builds that a group needs
  case $1 in
  asan_*) echo asan ;;
  tsan_*) echo release tsan ;;
  fuzz) echo fuzz ;;
  *) echo release ;;
  esac
}

# ---- Results ----------------------------------------------------------------------------------

# "passed failed" of a group's log. Counted are Criterion's synthesis lines, unittest's summaries,
# and lines "ok NAME" and "not ok NAME". A group that ends badly has at least one failure, and a
# group that counted nothing did not test anything, which is one too.
count_results() { # count_results LOG EXIT-CODE
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk -v status="$2" '
    /Synthesis: Tested:/ {
      gsub(/[^0-9]+/, " "); split($0, n, " ")
      good += n[2]; bad += n[3] + n[4]
    }
    /^Ran [0-9]+ tests? in / { ran = $2; good += ran }
    /^FAILED \(/ || /^OK \(/ {
      line = $0
      while (match(line, /(failures|errors|skipped|unexpected successes)=[0-9]+/)) {
        split(substr(line, RSTART, RLENGTH), part, "=")
        good -= part[2]
        if (part[1] != "skipped") bad += part[2]
        line = substr(line, RSTART + RLENGTH)
      }
    }
    /^ok / { good++ }
    /^not ok / { bad++ }
    END {
      if (status != 0 && bad == 0) bad = 1
      if (good < 0) good = 0
      if (good + bad == 0) bad = 1
      print good + 0, bad + 0
    }'
}

one() { # one NAME COMMAND...: a program that is one test
  local name=$1
  shift
  if "$@"; then echo "ok $name"; else
    echo "not ok $name (exit code $?: $*)"
    return 1
  fi
}

all() { # all FUNCTION WORD...: runs FUNCTION for each word, and fails when one did
  local function=$1 word status=0
  shift
  for word in "$@"; do "$function" "$word" || status=1; done
  return $status
}

# ---- Groups -----------------------------------------------------------------------------------

check() { one "check $1" "tests/check/$1.sh"; }
group_checks() { all check top format limits words headers layers selftest; }
group_clang() { check clang; }
group_tidy() { check tidy; }

unit() { # unit BUILD PART
  "$1/unit_$2" --color=never --timeout 120
}
in_memory() { # in_memory COMMAND...: its temporary folders in memory, when there is enough
  local free
  free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
  if [ "${free:-0}" -gt 1000000 ] && [ -w /dev/shm ]; then
    TMPDIR=/dev/shm "$@"
  else
    "$@"
  fi
}
group_unit_ledger() { unit build ledger; }
group_unit_ledger_quick() { in_memory unit build ledger; }
group_unit_protocols() { unit build protocols; }
group_unit_switch() { unit build switch; }
# Criterion does not look at how a test's process ends, so a leak would fail nothing; and its runner
# leaks a little itself at times. So the reports are read: one with a frame of ours is a failure.
asan_unit() { # asan_unit PART
  local reports=build/tests/asan_$1 report status=0
  rm -rf "$reports"
  mkdir -p "$reports"
  ASAN_OPTIONS=log_path=$PWD/$reports/report LSAN_OPTIONS=exitcode=0 \
    unit build/asan "$1" || status=1
  for report in "$reports"/report.*; do
    if [ -e "$report" ] && grep -E '^ *#[0-9]+ ' "$report" | grep -qF "$PWD/"; then
      cat "$report"
      status=1
    fi
  done
  return $status
}
group_asan_unit_ledger() { asan_unit ledger; }
group_asan_unit_protocols() { asan_unit protocols; }
group_asan_unit_switch() { asan_unit switch; }

group_sim_quick() { in_memory one "20 seeds" build/tiyn_sim --seeds 1-20; }
group_sim() { all seeds 1-100 101-200 201-300; }
seeds() { one "seeds $1" build/tiyn_sim --seeds "$1"; }
fault() { one "fault $1" build/tiyn_fault "$1"; }
group_fault() { all fault calls damage torn; }

integration() { # integration BUILD TEST...
  local build=$1
  shift
  TIYN=$PWD/$build/tiyn "$PYTHON" -B -m unittest -v "$@"
}
# Those with a browser are a group of their own. The others wait for most of their time (pauses,
# deadlines, restarts), so two run side by side: that takes no more than one core.
all_integration() {
  local logs status=0
  logs=$(mktemp -d)
  export TIYN=$PWD/$1/tiyn PYTHON
  basename -s .py tests/integration/test_*.py | grep -v '_browser$' |
    sed 's/^/tests.integration./' | xargs -P 2 -n 4 bash -c \
    '"$PYTHON" -B -m unittest -v "$@" >"$0/$$.log" 2>&1' "$logs" || status=1
  cat "$logs"/*.log
  rm -r "$logs"
  return $status
}
group_integration_quick() {
  integration build tests.integration.test_rpc_login tests.integration.test_http_api \
    tests.integration.test_restart
}
group_integration() { all_integration build; }
group_asan_integration() { all_integration build/asan; }

# The buyer's pages, as the unit tests write them, in a browser.
group_pages() {
  export WEBSHOP_PAGES=$PWD/build/pages
  rm -rf "$WEBSHOP_PAGES" build/screenshots/pages
  mkdir -p "$WEBSHOP_PAGES"
  {
    build/unit_protocols --color=never --filter 'webshop_pages/*' &&
      build/unit_switch --color=never --filter 'demo_shop_page/*'
  } >build/tests/pages.written 2>&1 &&
    tests/pages/axe.sh &&
    TIYN=$PWD/build/tiyn "$PYTHON" -B -m unittest -v tests.pages.test_pages \
      tests.pages.test_demo_shop
}

# The whole checkout in a browser, from the shop's page to the shop's page.
group_browser() {
  rm -rf build/screenshots/checkout
  tests/pages/axe.sh && integration build tests.integration.test_checkout_browser
}

group_crash() { all crash crash deliveries checkout; }
crash() { TIYN=$PWD/build/tiyn one "crash: $1" "$PYTHON" -B "tests/crash/$1.py"; }

race() { one "$1" timeout 120 "build/tsan/$1"; }
group_tsan_race() { all race $(basename -s .c tests/race/*_race.c); }
group_tsan_node() {
  integration build/tsan tests.integration.test_load tests.integration.test_soap_load \
    tests.integration.test_outbox tests.integration.test_checkout_races
}

fuzz() { # FUZZ_SECONDS a target, from the corpus that the repository keeps
  local name=$1 found=build/fuzz/corpus/$1
  local kept=tests/fuzz/corpus/${name#fuzz_}
  mkdir -p "$found"
  if [ -f "tests/fuzz/${name#fuzz_}_corpus.py" ]; then # made of the golden exchanges
    kept=build/fuzz/corpus/golden-$name
    mkdir -p "$kept"
    "$PYTHON" -B "tests/fuzz/${name#fuzz_}_corpus.py" "$kept" || return 1
  fi
  one "$name" "build/fuzz/$name" -max_total_time="${FUZZ_SECONDS:-20}" -timeout=10 \
    -rss_limit_mb=4096 -verbosity=0 -artifact_prefix="build/fuzz/$name-" \
    "$found" "$kept"
}
group_fuzz() { all fuzz $(basename -s .c tests/fuzz/fuzz_*.c); }

group_bench() {
  one "bench smoke" bench/run --smoke --output build/tests/bench.json &&
    "$PYTHON" -B tests/check/bench.py build/tests/bench.json
}
