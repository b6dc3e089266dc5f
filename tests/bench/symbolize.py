"""Symbolizing beside the peers, on one kernel: symbolize.py PROGRAM VMLINUX [CONSOLE_LOG [DECODE_STACKTRACE]]

Wall times and peak memory of whole processes, page cache warm, medians; what counts are the ratios. Addresses are
random ones out of the symbol table, the same for all. Peers that are not there are skipped with a word.
"""
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 7
FEW, MANY = 100, 100_000

program, vmlinux = sys.argv[1], sys.argv[2]
console = sys.argv[3] if len(sys.argv) > 3 else None
script = sys.argv[4] if len(sys.argv) > 4 else None
peer = next((shutil.which(name) for name in ("llvm-symbolizer-19", "llvm-symbolizer", "llvm-symbolizer-14") if shutil.which(name)), None)
peer = os.environ.get("LLVM_SYMBOLIZER", peer)


def measured(command, stdin=None, runs=RUNS, before=lambda: None):
    """Median wall time in seconds and peak memory in MiB; the first run only warms the page cache."""
    walls, peaks = [], []
    for _ in range(runs + (runs > 1)):
        before()
        with open(stdin or os.devnull, "rb") as source, open(os.devnull, "wb") as sink:
            start = time.monotonic()
            process = subprocess.Popen(command, stdin=source, stdout=sink, stderr=sink)
            _, status, usage = os.wait4(process.pid, 0)
            walls.append(time.monotonic() - start)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
        peaks.append(usage.ru_maxrss / 1024)
    return statistics.median(walls[runs > 1 :]), max(peaks[runs > 1 :])


def text_symbols():
    """(address, name, size as the kernel counts it) of functions whose name is there once."""
    listed = subprocess.run(["nm", "-n", vmlinux], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    rows = [(int(r[0], 16), r[2]) for r in rows if len(r) == 3 and r[1] in "tTwW"]
    count = {}
    for _, name in rows:
        count[name] = count.get(name, 0) + 1
    for (address, name), (following, _) in zip(rows, rows[1:]):
        if count[name] == 1 and 16 < following - address < 100_000 and not name.startswith(("__pfx_", "__SCT__")):
            yield address, name, following - address


def row(label, mine, theirs, aim):
    (wall, peak), (their_wall, their_peak) = mine, theirs
    ratio = wall / their_wall
    print(f"{label:34} {wall:8.4f} s {peak:5.0f} MiB   peer {their_wall:8.4f} s {their_peak:5.0f} MiB   "
          f"time {ratio:5.3f}x (aim {aim})  memory {peak / their_peak:4.2f}x")


symbols = list(text_symbols())
choose = random.Random(1)
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    inputs = {}
    for count in (FEW, MANY):
        places = set()
        while len(places) < count:
            address, name, size = choose.choice(symbols)
            places.add((address, name, choose.randrange(1, size), size))
        places = sorted(places, key=lambda place: choose.random())
        log, addresses = folder / f"{count}.log", folder / f"{count}.addresses"
        log.write_text("".join(f"[   12.345678]  {name}+0x{offset:x}/0x{size:x}\n" for _, name, offset, size in places))
        addresses.write_text("".join(f"0x{address + offset - 1:x}\n" for address, _, offset, _ in places))
        inputs[count] = (str(log), str(addresses))

    mine = [program, "symbolize", "-q", "--vmlinux", vmlinux]
    forget = lambda: shutil.rmtree(folder / "cache", ignore_errors=True)
    if peer is None:
        print("llvm-symbolizer: not installed, skipped")
    else:
        theirs = [peer, f"--obj={vmlinux}", "--inlining", "--functions=linkage"]
        peer_few = measured(theirs, stdin=inputs[FEW][1])
        row(f"{FEW} frames, no cache", measured(mine + ["--no-cache", inputs[FEW][0]]), peer_few, "0.4")
        row(f"{FEW} frames, cache to be filled", measured(mine + [inputs[FEW][0]], before=forget), peer_few, "0.6")
        row(f"{FEW} frames, second run", measured(mine + [inputs[FEW][0]]), peer_few, "0.05")
        peer_many = measured(theirs, stdin=inputs[MANY][1], runs=1)
        row(f"{MANY:,} frames, no cache", measured(mine + ["--no-cache", inputs[MANY][0]], runs=3), peer_many, "0.5")
        forget()
        row(f"{MANY:,} frames, second run", measured(mine + [inputs[MANY][0]], runs=3), peer_many, "-")

    if console is None or not pathlib.Path(console).exists():
        print("no console log of this kernel, decode_stacktrace.sh skipped")
    else:
        forget()
        wall, _ = measured(mine + ["--no-cache", console])
        warm, _ = measured(mine + [console])
        print(f"{pathlib.Path(console).name}: {wall:.4f} s, with answers kept {warm:.4f} s")
        if script is None or not pathlib.Path(script).exists():
            print("scripts/decode_stacktrace.sh: not there, skipped")
        else:
            slow, _ = measured(["bash", script, vmlinux], stdin=console, runs=1)
            print(f"decode_stacktrace.sh: {slow:.1f} s, {slow / wall:.0f} times as long, {slow / warm:.0f} times with answers kept (aim 200)")
