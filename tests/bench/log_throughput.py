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
RUNS = 7

program, logs = sys.argv[1], pathlib.Path(sys.argv[2])
parts = log_parts(logs)
unit = b"".join(parts)


def wall(command):
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "big.log"
    with path.open("wb") as out:
        for _ in range(SIZE // len(unit) + 1):
            out.write(unit)
    size = path.stat().st_size
    peers = {"cat": ["cat", str(path)], "rg": ["rg", "-c", "-j1", "BUG:|WARNING:|Call.Trace", str(path)]}
    for name in [name for name in peers if shutil.which(name) is None]:
        print(f"{name}: not installed, skipped")
        del peers[name]
    commands = [[program, str(path)], *peers.values()]
    wall(commands[0])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # before rg, which maps the file
    for command in commands[1:]:
        wall(command)
    # In turn, so that whatever else the machine does meets all of them.
    rounds = [[wall(command) for command in commands] for _ in range(RUNS)]
    mine, *theirs = [statistics.median(walls) for walls in zip(*rounds)]
    print(f"{size / 1e6:.0f} MB of {len(parts)} logs, repeated; medians of {RUNS} rounds")
    print(f"depot-analyze          {mine:7.3f} s  {size / mine / 1e6:6.0f} MB/s  peak {peak / 1024:.0f} MiB")
    for command, seconds in zip(commands[1:], theirs):
        print(f"{' '.join(command[:-1]):22} {seconds:7.3f} s  {size / seconds / 1e6:6.0f} MB/s  ratio {mine / seconds:.1f}")
