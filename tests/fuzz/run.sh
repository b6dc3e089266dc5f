#!/usr/bin/env bash
# Runs each fuzzer of a fuzz build: run.sh BUILD_DIR [SECONDS] [FUZZER]. Findings are left in the working directory.
set -euo pipefail
build=$1
seconds=${2:-60}
only=${3:-}
data=$(cd "$(dirname "$0")/../../testdata" && pwd)
for fuzzer in "$build"/tests/fuzz/*_fuzzer; do
  [ -z "$only" ] || [ "$(basename "$fuzzer")" = "$only" ] || continue
  corpus=$(mktemp -d)
  echo "$(basename "$fuzzer"): $seconds s"
  "$fuzzer" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "$corpus" \
    "$data"/logs "$data"/reports/* "$data"/dumps 2>&1 | tail -12
  rm -rf "$corpus"
done
