"""Throughput and peak memory over a long dense log, beside rg and cat on the same file: log_throughput.py PROGRAM LOGS.

The log is made of log_parts(), repeated to 400 MB.
"""
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from log_parts import log_parts

SIZE = 400_000_000
RUNS = 5

program, logs = sys.argv[1], pathlib.Path(sys.argv[2])
parts = log_parts(logs)
unit = b"".join(parts)


def timed(command):
    """Median wall time in seconds; the first run only warms the page cache."""
    walls = []
    for _ in range(RUNS + 1):
        start = time.monotonic()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        walls.append(time.monotonic() - start)
    return statistics.median(walls[1:])


with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "big.log"
    with path.open("wb") as out:
        for _ in range(SIZE // len(unit) + 1):
            out.write(unit)
    size = path.stat().st_size
    mine = timed([program, str(path)])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{size / 1e6:.0f} MB of {len(parts)} logs, repeated; medians of {RUNS} runs")
    print(f"depot-analyze          {mine:7.3f} s  {size / mine / 1e6:6.0f} MB/s  peak {peak / 1024:.0f} MiB")
    peers = {"cat": ["cat", str(path)], "rg": ["rg", "-c", "-j1", "BUG:|WARNING:|Call.Trace", str(path)]}
    for name, command in peers.items():
        if shutil.which(name) is None:
            print(f"{name}: not installed, skipped")
            continue
        theirs = timed(command)
        print(f"{' '.join(command[:-1]):22} {theirs:7.3f} s  {size / theirs / 1e6:6.0f} MB/s  ratio {mine / theirs:.1f}")
