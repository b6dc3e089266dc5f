#!/usr/bin/env bash
# All benchmarks of a bench build: run.sh BUILD_DIR. Machines are noisy: what counts are the ratios within one run.
set -euo pipefail
build=$1
here=$(cd "$(dirname "$0")" && pwd)
"$build"/tests/bench/depot_bench
python3 "$here/log_throughput.py" "$build/depot-analyze" "$here/../../testdata/logs"
python3 "$here/triage_throughput.py" "$build/depot-analyze" "$here/../../testdata/logs"
