"""Counts depot traces by plain regular expressions and compares: count_test.py PROGRAM TESTDATA.

Shares nothing with the parser: every section that announces a depot stack is looked for line by line, and the frames
below it are taken as printed. With DEPOT_LAB set, whole recordings of kernels are counted as well.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

program, testdata = sys.argv[1], pathlib.Path(sys.argv[2])

PREFIX = re.compile(r"^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?")
SECTION = re.compile(
    r"^(Allocated by task |Freed by task |Last potentially related work|Second to last potentially related work"
    r"|(Allocated|Freed) in .* age=|page last allocated via|page last free )")
FRAME = re.compile(r"^ ([\w.$]+\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[\w+\])?)$")
TITLE = re.compile(r"^BUG: KASAN: |^BUG [^:]+ \((?:Not tainted|Tainted: [^)]*)\): ")


def count_log(text):
    """(saves, unique, titles): sections with at least one frame, their different stacks, title lines."""
    stacks, titles = [], []
    caller_stack = {}
    for number, raw in enumerate(text.split("\n"), 1):
        raw = raw.rstrip("\r")
        prefix = PREFIX.match(raw)
        if not prefix:
            continue
        caller, line = raw[:prefix.end()].split("][")[-1], raw[prefix.end():]
        if TITLE.match(line):
            titles.append(number)
        frame = FRAME.match(line)
        if SECTION.match(line):
            caller_stack[caller] = []
            stacks.append(caller_stack[caller])
        elif frame and caller_stack.get(caller) is not None:
            caller_stack[caller].append(frame.group(1))
        else:
            caller_stack[caller] = None
    stacks = [tuple(s) for s in stacks if s]
    return len(stacks), len(set(stacks)), titles


def count_traces(texts):
    """An entry is a line with its count in the first eight columns; entries without a stack save nothing."""
    entries = []
    for text in texts:
        for line in text.split("\n"):
            if line.startswith("        "):
                entries[-1][1].append(line.strip())
            elif line.strip() and line.split()[0].isdigit():
                entries.append((int(line.split()[0]), []))
    stored = [(count, tuple(stack)) for count, stack in entries if stack]
    return sum(count for count, _ in stored), len({stack for _, stack in stored})


def analysed(*paths):
    run = subprocess.run([program, "--format", "json", *map(str, paths)], capture_output=True, check=True)
    return json.loads(run.stdout)


def members(path):
    with tarfile.open(path) as archive:
        return [archive.extractfile(m).read().decode() for m in archive if m.isfile()]


wrong = 0


def compare(what, ours, theirs):
    global wrong
    if ours != theirs:
        wrong += 1
        print(f"{what}: program {ours}, counted {theirs}")


logs = [testdata / "logs" / "kasan-slub-6.12.txt"]
traces = [testdata / "logs" / "debian-6.12-slab-traces.tar.xz"]
if "DEPOT_LAB" in os.environ:
    lab = pathlib.Path(os.environ["DEPOT_LAB"])
    logs += sorted(lab.glob("*/console.log")) + sorted(lab.glob("*/dmesg.txt")) + sorted(lab.glob("*/console.txt"))
    traces += sorted(lab.glob("*/traces.tar.xz"))
else:
    print("DEPOT_LAB is not set: whole recordings are left out")
for path in logs:
    saves, unique, titles = count_log(path.read_text(errors="replace"))
    document = analysed(path)
    compare(f"{path}: saves", document["depot"]["saves"], saves)
    compare(f"{path}: unique", document["depot"]["unique"], unique)
    compare(f"{path}: title lines", [r["line"] for r in document["reports"] if r["family"] in ("kasan", "slub")], titles)
for path in traces:
    document = analysed(path)
    compare(f"{path}: (saves, unique)", (document["depot"]["saves"], document["depot"]["unique"]), count_traces(members(path)))
print(f"{len(logs)} logs and {len(traces)} archives counted, {wrong} differences")
sys.exit(1 if wrong else 0)
