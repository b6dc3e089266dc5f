"""Triage of 1,000 logs of 2 MB each, beside rg over the same files: triage_throughput.py PROGRAM LOGS.

Beside plain analysis of the same bytes as well: what triage adds to it is a ratio of processor time.

The logs are cut from whole recordings (DEPOT_LAB set) or from the test data's logs, and from a corpus of crash logs
(DEPOT_CORPUS set); each begins at another place, so that no two are equal.
"""
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from log_parts import log_parts

LOGS = 1000
SIZE = 2_000_000
RUNS = 3

program, logs = sys.argv[1], pathlib.Path(sys.argv[2])
parts = log_parts(logs)


def log(number):
    """Whole parts, from another one on for each log."""
    pieces, size = [], 0
    at = number * 7
    while size < SIZE:
        pieces.append(parts[at % len(parts)])
        size += len(pieces[-1])
        at += 1
    return b"".join(pieces)


def timed(command, statuses=(0,)):
    """Medians of wall and processor time in seconds; the first run only warms the page cache."""
    walls, busy = [], []
    for _ in range(RUNS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        run = subprocess.run(command, stdout=subprocess.PIPE)
        walls.append(time.monotonic() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if run.returncode not in statuses:
            sys.exit(f"{command[0]}: exit status {run.returncode}")
    return statistics.median(walls[1:]), statistics.median(busy[1:]), run.stdout


with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
    total = 0
    for number in range(LOGS):
        text = log(number)
        total += len(text)
        (pathlib.Path(folder) / f"{number:04}.log").write_bytes(text)
    cores = len(os.sched_getaffinity(0))
    print(f"{LOGS} logs, {total / 1e6:.0f} MB, of {len(parts)} parts of {sum(map(len, parts)) / 1e6:.1f} MB in all, so that "
          f"reports repeat as one bug's do in CI; {cores} cores; medians of {RUNS} runs")

    def row(name, wall, busy, more=""):
        print(f"{name:<20} {wall:7.3f} s  {total / wall / 1e6:6.0f} MB/s  processor {busy:7.3f} s  {more}".rstrip())

    wall, plain, _ = timed([program, "--progress", "never", folder])
    row("analysis", wall, plain)
    results = {}
    for jobs in sorted({1, cores}):
        wall, busy, out = timed([program, "triage", "--fail-on", "never", "-j", str(jobs), folder])
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        results[jobs] = wall
        row(f"triage -j {jobs}", wall, busy, f"{busy / plain:.2f} x analysis  peak {peak / 1024:.0f} MiB")
    print(re.sub(rb"\s+", b" ", out.split(b"\n", 1)[0]).decode())
    if shutil.which("rg") is None:
        print("rg: not installed, skipped")
    else:
        for jobs in sorted({1, cores}):
            wall, busy, _ = timed(["rg", "-c", "-j", str(jobs), "BUG:|WARNING:|Call.Trace", folder])
            row(f"rg -c -j {jobs}", wall, busy, f"triage takes {results[jobs] / wall:.1f} x as long")
