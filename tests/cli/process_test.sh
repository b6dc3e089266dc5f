#!/usr/bin/env bash
# depot-analyze as its users meet it: process_test.sh PROGRAM TESTDATA SYMBOLIZE_PROGRAMS
set -uo pipefail
tool=$1
data=$2
kernel=$3/kernel-gcc-5
log=$data/logs/kasan-slub-6.12.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# check NAME EXPECTED_STATUS COMMAND...: output in out and err
check() {
  local name=$1 expected=$2
  shift 2
  "$@" >out 2>err </dev/null
  local status=$?
  [ "$status" = "$expected" ] || fail "$name: exit status $status, expected $expected"
  last=$name
}
fail() {
  echo "FAILED: $*"
  sed 's/^/  out: /' out | head -20
  sed 's/^/  err: /' err | head -20
  failures=$((failures + 1))
}
out_has() { grep -qF -- "$1" out || fail "$last: standard output lacks: $1"; }
out_lacks() { ! grep -qF -- "$1" out || fail "$last: standard output has: $1"; }
err_has() { grep -qF -- "$1" err || fail "$last: standard error lacks: $1"; }
err_empty() { [ ! -s err ] || fail "$last: standard error is not empty"; }
out_empty() { [ ! -s out ] || fail "$last: standard output is not empty"; }

check "a log" 0 "$tool" "$log"
out_has "9 reports: 8 KASAN, 1 SLUB"
out_has "SLUB: Right Redzone overwritten in lab_rz_right"
out_has "this log"
err_empty

check "help" 0 "$tool" --help
out_has "Examples:"
out_has "--what-if"
check "version" 0 "$tool" --version
out_has "depot-analyze "

check "a missing file" 2 "$tool" no-such-file
err_has "no-such-file: No such file or directory"
out_empty
check "a missing file and a log" 2 "$tool" no-such-file "$log"
err_has "no-such-file: No such file or directory"
out_has "9 reports"

: >empty.txt
check "an empty file" 2 "$tool" empty.txt
err_has "empty.txt: empty"
check "an empty file and a log" 2 "$tool" "$log" empty.txt
out_has "9 reports"

head -c 20000 "$tool" >binary
check "a binary file" 2 "$tool" binary
err_has "binary: not text"
head -c 100000 /dev/urandom >random
check "random bytes" 2 "$tool" random
err_has "random: not text"
mkdir blobs
cp binary blobs/a.bin
check "a directory in which nothing is text" 2 "$tool" blobs
err_has "blobs: nothing in it is a kernel log"
tar -cf blobs.tar blobs
check "an archive in which nothing is text" 2 "$tool" blobs.tar
err_has "blobs.tar: nothing in it"

mkdir none
check "a directory without files" 2 "$tool" none
err_has "none: a directory without files"
mkdir logs
cp "$log" logs/a.txt
cp binary logs/b.bin
: >logs/c.empty
ln -s a.txt logs/latest
check "a directory: what is no text in it is no mistake, links are not followed" 0 "$tool" logs
out_has "9 reports"
err_empty

if [ "$(id -u)" -ne 0 ]; then
  cp "$log" secret && chmod 0 secret
  check "an unreadable file" 2 "$tool" secret
  err_has "secret: Permission denied"
fi

{ printf '\0\0\1'; cat "$log"; printf '\0'; } >dirty.txt
check "a few NUL and control bytes" 0 "$tool" dirty.txt
out_has "9 reports"

{ head -c 70000 /dev/zero; cat "$log"; } >hole.txt
check "a hole of NUL bytes before a log" 0 "$tool" hole.txt
out_has "9 reports"
out_has "kernel 6.12.117-lab"
{ printf '\xef\xbb\xbf'; cat "$log"; } >bom.txt
check "a byte order mark" 0 "$tool" bom.txt
out_has "kernel 6.12.117-lab"

echo "[    1.000000] all is well" >calm.txt
check "no report" 0 "$tool" calm.txt
out_has "no report"
out_has "No stack of the kernel's depot in this input."
err_empty

check "usage" 2 "$tool" --no-such-option
check "an unknown format" 2 "$tool" --format yaml "$log"
check "a wrong version" 2 "$tool" --kernel later "$log"
err_has "--kernel later: expected a kernel version"
check "a kernel without a depot" 2 "$tool" --kernel 4.4 "$log"
err_has "v4.6"
check "a wrong what-if" 2 "$tool" --what-if max-frames=0 "$log"
err_has "max-frames"
check "a what-if key that is none" 2 "$tool" --what-if colour=red "$log"
err_has "'colour' is no key"

check "--kernel marks its layout" 0 "$tool" --kernel 6.8-rc4 "$log"
grep -E "6\.8-rc1\.\.rc6 .*this log" out >/dev/null || fail "--kernel marks its layout"
check "--what-if adds a row" 0 "$tool" --what-if kernel=6.8-rc1,max-frames=32 "$log"
out_has "kernel=6.8-rc1,max-frames=32"

check "a vmlinux that is none" 2 "$tool" --vmlinux "$log" "$log"
err_has "not a usable ELF file"
out_has "9 reports"
check "a vmlinux that is not this kernel" 0 "$tool" --vmlinux "$tool" "$log"
err_has "build-id differs: the log has 89486221120051402a1c1b76dd990ce337fc3008"
out_has "9 reports"
check "a vmlinux that is not this kernel, used all the same" 0 "$tool" -v --allow-mismatch --vmlinux "$tool" "$log"
out_has "no such symbol"

"$tool" - <"$log" >out 2>err || fail "standard input"
grep -q "^-   " out || fail "standard input is named -"
"$tool" <"$log" >out 2>err || fail "no argument, a pipe"
grep -q "9 reports" out || fail "no argument, a pipe"

# A reader that has seen enough is no error.
"$tool" --format json "$log" 2>err | head -c 10 >/dev/null
[ "${PIPESTATUS[0]}" = 0 ] || fail "a closed pipe: exit status ${PIPESTATUS[0]}"
"$tool" "$log" >/dev/full 2>err && fail "a full disk is an error"
grep -q "standard output" err || fail "a full disk is said"

check "-o" 0 "$tool" -o result.json --format json "$log"
grep -q '"depot-analyze/analysis/1"' result.json || fail "-o writes the result"
out_empty
check "-o where it cannot be" 2 "$tool" -o none/such/dir/result "$log"
err_has "none/such/dir/result"
mkdir kept
cp "$log" kept/a.txt
check "-o onto a file of an input directory" 2 "$tool" -o kept/a.txt kept
err_has "would overwrite an input"
cmp -s "$log" kept/a.txt || fail "-o replaced an input"
check "-v" 0 "$tool" -v "$log"
err_has "log, 1067 lines"

for packer in "gzip -c" "xz -c" "bzip2 -c" "zstd -qc"; do
  command -v "${packer%% *}" >/dev/null || continue
  $packer "$log" >packed
  check "$packer" 0 "$tool" packed
  out_has "9 reports"
done
tar -cf both.tar -C "$data/logs" kasan-slub-6.12.txt kasan-slub-6.1-cut.txt
check "a tar archive" 0 "$tool" both.tar
out_has "15 reports"
out_has "2 boots"
head -c 3000 both.tar | gzip -c >cut.tar.gz
check "a cut archive" 2 "$tool" cut.tar.gz
err_has "cannot unpack"
gzip -c "$log" >a.log.gz
cp "$log" b.log
tar -cf mixed.tar a.log.gz b.log
check "a packed file inside an archive is unpacked" 0 "$tool" --format json mixed.tar
out_has '"mixed.tar!a.log.gz"'
out_has '"mixed.tar!b.log"'
[ "$(grep -c '"title":' out)" = 18 ] || fail "a packed file inside an archive: not all reports"
xz -c mixed.tar >mixed.tar.xz && tar -cf outer.tar mixed.tar.xz
check "an archive inside an archive" 0 "$tool" outer.tar
out_has "18 reports"
if command -v python3 >/dev/null; then
  python3 -m zipfile -c logs.zip a.log.gz b.log
  check "zip" 0 "$tool" logs.zip
  out_has "18 reports"
fi
cat a.log.gz a.log.gz >twice.gz
check "gzip that was appended to" 0 "$tool" twice.gz
out_has "18 reports"
{ head -c 4096 /dev/zero; cat "$log"; } | gzip -c >hole.gz
check "a packed log that begins with a hole" 0 "$tool" hole.gz
out_has "9 reports"
gzip -c "$log" | head -c 9000 >half.gz
check "a cut packed file is said to be cut" 2 "$tool" half.gz
err_has "half.gz: cannot unpack"
grep -qE " [3-9] reports" out || fail "a cut packed file: what was unpacked is analysed"
head -c 5000000 /dev/zero | tr '\0' 'a' | gzip -c >bomb.gz
check "an archive that unpacks to more than --max-input" 2 "$tool" --max-input 1MB bomb.gz
err_has "raise the limit with --max-input"
# 10 MB in 10 KB in 100 bytes: the limit counts what comes out at each level.
head -c 10000000 /dev/zero | gzip -c | gzip -c >bomb.gz.gz
check "a bomb in a bomb" 2 "$tool" --max-input 1MB bomb.gz.gz
err_has "raise the limit with --max-input"
{ cat "$log"; head -c 5000000 /dev/zero | tr '\0' 'a'; } | xz -c >bomb.xz
check "what came before the limit is analysed" 2 "$tool" --max-input 1MB bomb.xz
out_has "9 reports"

# No byte of a log reaches the terminal as it is.
sed 's/lab_rz_right/\x1b[31mlab\x07\xe2\x80\xae/; s/t_dfree/\xff\xfe/g' "$log" >hostile.txt
check "escapes in a log" 0 "$tool" --reports hostile.txt
LC_ALL=C grep -q "$(printf '[\033\007\377]')" out && fail "escapes in a log reach the terminal"
check "colours when asked for" 0 "$tool" --color always "$log"
grep -q "$(printf '\033')" out || fail "--color always"
check "no colours in a pipe" 0 "$tool" "$log"
grep -q "$(printf '\033')" out && fail "colours in a pipe"

# Commands: the first word and nothing else.
check "the commands are listed" 0 "$tool" --help
out_has "estimate  "
out_has "stacks  "
for command in estimate stacks; do
  check "$command --help" 0 "$tool" "$command" --help
  out_has "Examples:"
  out_has "depot-analyze $command"
  check "$command --no-such-option" 2 "$tool" "$command" --no-such-option
  check "$command without a file that is there" 2 "$tool" "$command" no-such-file
  err_has "no-such-file: No such file or directory"
  out_empty
  cp "$log" "$command"
  check "a file named $command" 0 "$tool" "./$command"
  out_has "9 reports"
  check "$command on a file of its name" 0 "$tool" "$command" "$command"
  check "a file named $command behind another" 0 "$tool" "$log" "$command"
  out_has "18 reports"
  "$tool" "$command" <"$log" >out 2>err || fail "$command: standard input"
  "$tool" "$command" "$log" 2>err | head -c 10 >/dev/null
  [ "${PIPESTATUS[0]}" = 0 ] || fail "$command: a closed pipe: exit status ${PIPESTATUS[0]}"
  check "$command with a file that is missing" 2 "$tool" "$command" "$log" no-such-file
  [ -s out ] || fail "$command: the others are still read"
  check "$command -o" 0 "$tool" "$command" -o result "$log"
  out_empty
  [ -s result ] || fail "$command: -o writes the result"
  check "$command -o over an input" 2 "$tool" "$command" -o "$command" "$command"
  err_has "would overwrite an input"
  cmp -s "$log" "$command" || fail "$command: -o over an input left it whole"
done
check "estimate from numbers reads nothing" 0 "$tool" estimate --records 23232 --mean-frames 13
out_has "775"
check "estimate of a negative number" 2 "$tool" estimate --records -5
check "estimate of nothing" 2 "$tool" estimate calm.txt
err_has "there is nothing to count"
check "a bad pattern" 2 "$tool" stacks --symbol '(' "$log"
err_has "--symbol (: missing )"
"$tool" stacks --format ndjson "$log" 2>err | "$tool" - >out 2>>err || fail "a stack list in a pipe"
grep -q "29 saved, 25 unique" out || fail "a stack list in a pipe"
check "escapes in stacks" 0 "$tool" stacks --top 0 hostile.txt
LC_ALL=C grep -q "$(printf '[\033\007\377]')" out && fail "escapes in stacks reach the terminal"

# symbolize: a filter.
export XDG_CACHE_HOME=$work/cache
check "symbolize --help" 0 "$tool" symbolize --help
out_has "--kaslr-offset"
check "symbolize without a kernel" 2 "$tool" symbolize "$log"
err_has "name it with --vmlinux"
out_empty
check "symbolize with what is no kernel" 2 "$tool" symbolize --vmlinux "$log" "$log"
err_has "$log: not a usable ELF file"
check "symbolize" 0 "$tool" symbolize --vmlinux "$kernel" --modules "$data/modules" --allow-mismatch "$log"
out_has "/build/labmod/labmod_main.c:43"
sed 's/ \/build\/labmod[^ ]*:[0-9]*//' out | grep -v '\[inline\]$' | cmp -s - "$log" || fail "symbolize: without what it added it is the log"
check "symbolize again, with what the first run kept" 0 "$tool" symbolize --vmlinux "$kernel" --modules "$data/modules" --allow-mismatch "$log"
out_has "/build/labmod/labmod_main.c:43"
ls cache/depot-analyze/*.symbols >/dev/null 2>&1 || fail "symbolize keeps answers in XDG_CACHE_HOME"
rm -rf cache
for _ in 1 2 3 4 5 6 7 8; do "$tool" symbolize -q --vmlinux "$kernel" --modules "$data/modules" --allow-mismatch "$log" >/dev/null & done
wait
for kept in cache/depot-analyze/*.symbols; do printf 'damage' | dd of="$kept" bs=1 seek=200 conv=notrunc status=none; done
cp out first
check "symbolize with a cache that many wrote and that is damaged" 0 "$tool" symbolize --vmlinux "$kernel" --modules "$data/modules" --allow-mismatch "$log"
cmp -s out first || fail "symbolize: a damaged cache changes nothing"
[ "$(find cache -type f | grep -cv '\.symbols$')" = 0 ] || fail "symbolize leaves temporary files"
rm -rf cache
check "symbolize --no-cache" 0 "$tool" symbolize --no-cache --vmlinux "$kernel" "$log"
[ ! -e cache ] || fail "symbolize --no-cache keeps nothing"
"$tool" symbolize --vmlinux "$kernel" -q "$log" 2>err | head -c 10 >/dev/null
[ "${PIPESTATUS[0]}" = 0 ] || fail "symbolize: a closed pipe: exit status ${PIPESTATUS[0]}"
gzip -c "$log" | "$tool" symbolize --vmlinux "$kernel" -q 2>err | cmp -s - "$log" || fail "symbolize: packed, from a pipe"
head -c 100000 /dev/urandom >noise
"$tool" symbolize --vmlinux "$kernel" -q noise 2>err | cmp -s - noise || fail "symbolize: any bytes come out as they went in"

# While the input waits, what has come is out.
mkfifo slow
"$tool" symbolize --vmlinux "$kernel" - <slow >followed 2>err &
follower=$!
exec 3>slow
printf '[    1.000000]  start_kernel+0x5/0x100\nhalf a ' >&3
for _ in $(seq 100); do grep -q "start_kernel+0x5/0x100 init/main.c:" followed && break; sleep 0.05; done
grep -q "start_kernel+0x5/0x100 init/main.c:" followed || fail "symbolize: a followed log waits for more"
printf 'line' >&3
exec 3>&-
wait "$follower" || fail "symbolize: following a log"
[ "$(tail -n 1 followed)" = "half a line" ] || fail "symbolize: the last line of a followed log"

# A narrow terminal: no line is wider. Paths are never broken, and the sources may lie deep.
if command -v script >/dev/null; then
  script -qec "stty cols 60 rows 24; cd '$data/logs'; TERM=xterm LC_ALL=C.UTF-8 '$tool' --color never '${log##*/}'" /dev/null >out 2>err </dev/null
  LC_ALL=C.UTF-8 awk '{ sub(/\r$/, ""); if (length($0) > 60) { print; bad = 1 } } END { exit bad }' out >wide || fail "a narrow terminal: $(head -2 wide)"
fi

# Progress is for eyes only, and for work that takes longer than a second.
slowly() { cat "$log"; sleep 1.2; cat "$log"; sleep 0.1; cat "$log"; }
slowly | "$tool" - 2>err >/dev/null
[ ! -s err ] || fail "progress without a terminal"
slowly | "$tool" --progress always - 2>err >/dev/null
grep -q "MB/s" err || fail "--progress always"

# A followed stream: each report as it comes, the summary at the end or when the user has seen enough.
# until_has TEXT: waits for it in followed.
until_has() {
  for _ in $(seq 100); do
    grep -qF -- "$1" followed && return 0
    sleep 0.05
  done
  cp followed out
  fail "a followed stream: not said in time: $1"
}
mkfifo stream
"$tool" - <stream >followed 2>err &
reader=$!
exec 9>stream
head -n 300 "$log" >&9
until_has "KASAN: slab-out-of-bounds"
grep -q "reports:" followed && fail "a followed stream: the summary came too early"
before=$(wc -l <followed)
tail -n +301 "$log" >&9
until_has "KASAN: invalid-free in t_dfree"
[ "$(wc -l <followed)" -gt "$before" ] || fail "a followed stream: nothing more came"
exec 9>&-
wait "$reader" || fail "a followed stream: exit status $?"
grep -q "9 reports: 8 KASAN, 1 SLUB" followed || { cp followed out; fail "a followed stream: the summary at its end"; }
for signal in INT TERM; do
  : >followed
  # A shell's background jobs ignore SIGINT unless it is in job control.
  python3 -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])' \
    "$tool" - <stream >followed 2>err &
  reader=$!
  exec 9>stream
  cat "$log" >&9
  until_has "KASAN: invalid-free in t_dfree"
  kill -s "$signal" "$reader"
  wait "$reader" || fail "SIG$signal: exit status $?"
  exec 9>&-
  grep -q "9 reports: 8 KASAN, 1 SLUB" followed || { cp followed out; fail "SIG$signal: the summary"; }
done

[ "$failures" = 0 ] && echo "all as expected"
exit "$failures"
