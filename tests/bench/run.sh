#!/usr/bin/env bash
# All benchmarks of a bench build: run.sh BUILD_DIR. Machines are noisy: what counts are the ratios within one run.
# DEPOT_VMLINUX names a kernel with debug information, DEPOT_LAB the recordings, DEPOT_LINUX a kernel source tree, from
# which scripts/decode_stacktrace.sh is taken.
set -euo pipefail
build=$1
here=$(cd "$(dirname "$0")" && pwd)
"$build"/tests/bench/depot_bench
"$build"/tests/bench/rules_bench
python3 "$here/log_throughput.py" "$build/depot-analyze" "$here/../../testdata/logs"
python3 "$here/page_owner_throughput.py" "$build/depot-analyze"
vmlinux=${DEPOT_VMLINUX:-$(compgen -G '/usr/lib/debug/boot/vmlinux-*-cloud-amd64' | tail -n 1 || true)}
linux=${DEPOT_LINUX:-$(compgen -G '/usr/src/linux-source-*/' | tail -n 1 || true)}
if [ -f "$vmlinux" ]; then
  python3 "$here/symbolize.py" "$build/depot-analyze" "$vmlinux" "${DEPOT_LAB:-}/debian-6.12/console.txt" "$linux/scripts/decode_stacktrace.sh"
else
  echo "symbolize: no vmlinux (DEPOT_VMLINUX, or Debian's package linux-image-6.12-cloud-amd64-dbg), skipped"
fi
python3 "$here/triage_throughput.py" "$build/depot-analyze" "$here/../../testdata/logs"
