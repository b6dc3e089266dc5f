#!/usr/bin/env bash
# A CI job's three nights: all is well, a known failure, a new one. triage_pipeline_test.sh PROGRAM TESTDATA
set -uo pipefail
tool=$1
reports=$2/reports/kasan
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
# run EXPECTED_STATUS FORMAT LOGS...: the job's step; output in out
run() {
  local expected=$1 format=$2
  shift 2
  "$tool" triage --baseline known.txt --format "$format" "$@" >out 2>err </dev/null
  local status=$?
  [ "$status" = "$expected" ] || { fail "$format $*: exit status $status, expected $expected"; cat err; }
}
has() { grep -qF -- "$1" out || { fail "lacks: $1"; head -5 out; }; }
lacks() { ! grep -qF -- "$1" out || fail "has: $1"; }
log_of() { sed '1,/^$/d' "$reports/$1"; }

mkdir night1 night2 night3
printf '[    1.000000] Linux is fine\n' | tee night1/a.log >night1/b.log
cp night1/a.log night2/a.log
log_of v6.12-double-free.txt >night2/b.log
cp night2/b.log night3/a.log
log_of v6.12-slab-oob-inline.txt >night3/b.log

# Night 1: clean, with an empty baseline.
: >known.txt
run 0 text night1
has "no report"
run 0 junit night1
has 'tests="1" failures="0"'
run 0 github night1
[ ! -s out ] || fail "annotations on a clean night"
[ ! -s known.txt ] || fail "the baseline was written without being asked for"

# Night 2: something breaks; somebody looks at it and takes it into the baseline.
run 1 text night2
cp night2/b.log first.log
"$tool" triage --baseline known.txt --update-baseline night2 >/dev/null || fail "--update-baseline is no failure"
grep -q ' | KASAN: invalid-free in ' known.txt || fail "the baseline lacks the new title"
sed -i 's/^\(1-[0-9a-f]*\) |/# Anna looks into it\n\1 expires=2027-06-30 link=https:\/\/example.org\/7 |/' known.txt
cp known.txt reviewed.txt
today=(--as-of 2026-11-25)
run 0 text "${today[@]}" night2
has "1 known"
run 0 junit "${today[@]}" night2
has 'failures="0"'
has "<skipped message=\"known: known.txt:4 https://example.org/7 Anna looks into it\"/>"
run 0 github "${today[@]}" night2
has "::warning "
lacks "::error "

# Night 3: the known failure again, and a new one.
run 1 text "${today[@]}" night3
has "1 new, 1 known"
has "Failed: 1 new."
run 1 junit "${today[@]}" night3
has 'tests="2" failures="1" errors="0" skipped="1"'
has '<failure message="new: 1 report in 1 log, first night3/b.log:'
run 1 github "${today[@]}" night3
[ "$(grep -c '^::error ' out)" = 1 ] || fail "not one error"
grep '^::error ' out | grep -q 'slab-out-of-bounds' || fail "the error is not the new report"
run 1 sarif "${today[@]}" night3
has '"baselineState":"new"'
has '"baselineState":"unchanged"'
run 1 markdown "${today[@]}" night3
has "**1 new**, 1 known"
cmp -s known.txt reviewed.txt || fail "the baseline changed without being asked for"
run 0 json --update-baseline "${today[@]}" night3
grep -q "^# Anna looks into it$" known.txt || fail "a comment got lost"
grep -q 'expires=2027-06-30 link=https://example.org/7 | KASAN: invalid-free' known.txt || fail "an entry changed"
[ "$(grep -c ' | ' known.txt)" = 2 ] || fail "not two entries"
[ -z "$(find . -name 'known.txt.*')" ] || fail "a temporary file was left"
run 0 text "${today[@]}" night3

# The day after Anna's date.
run 1 text --as-of 2027-07-01 night3
has "expires 2027-06-30"
# The fix is in: the entry is told to be of no use.
run 0 text "${today[@]}" night1
has "Entries of the baseline that nothing matched"

# A baseline that cannot be written is trouble, and nothing is lost.
mkdir locked
cp known.txt locked/known.txt
ln -s /proc/version locked/fixed
"$tool" triage --baseline locked/fixed --update-baseline night3 >/dev/null 2>&1
[ $? = 2 ] || fail "an unreadable baseline is no trouble"
# A link stays a link.
ln -s known.txt linked.txt
"$tool" triage --baseline linked.txt --update-baseline night3 >/dev/null 2>&1 || fail "a linked baseline"
[ -L linked.txt ] || fail "the link is gone"

if [ $failures -gt 0 ]; then
  echo "$failures failures"
  exit 1
fi
echo "the pipeline does as it should"
