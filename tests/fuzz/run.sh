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
  seeds=("$data"/logs "$data"/reports/* "$data"/dumps)
  # The symbolizer's test programs are there when the tests were built as well.
  [ "$(basename "$fuzzer")" != symbolize_fuzzer ] || seeds=("$data"/symbolize "$data"/modules "$build"/tests/symbolize/programs)
  words=(-dict="$(dirname "$0")/kernel_text.dict")
  [ "$(basename "$fuzzer")" != symbolize_fuzzer ] || words=()
  there=()
  for seed in "${seeds[@]}"; do [ ! -e "$seed" ] || there+=("$seed"); done
  echo "$(basename "$fuzzer"): $seconds s"
  "$fuzzer" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "${words[@]}" "$corpus" \
    "${there[@]}" 2>&1 | tail -12
  rm -rf "$corpus"
done
