"""Agreement with llvm-symbolizer on a whole kernel: oracle_test.py PROGRAM [COUNT]

DEPOT_VMLINUX names the kernel, LLVM_SYMBOLIZER the peer (else llvm-symbolizer of the path); without them this is skipped
(77). COUNT random text addresses, as return addresses: function, file, line and the inline chain in its order. Each
difference is sorted by what a third tool, addr2line of binutils, says.
"""
import bisect
import os
import pathlib
import posixpath
import random
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
AIM = 0.995

program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5000
vmlinux = os.environ.get("DEPOT_VMLINUX")
peer = os.environ.get("LLVM_SYMBOLIZER") or next((p for n in ("llvm-symbolizer-19", "llvm-symbolizer") if (p := shutil.which(n))), None)
if not vmlinux or not pathlib.Path(vmlinux).exists() or peer is None:
    print("no DEPOT_VMLINUX or no llvm-symbolizer: skipped")
    sys.exit(SKIPPED)


def run(command, stdin=""):
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True).stdout


# Addresses within functions: past the first byte, since a return address is never that, and no padding behind.
functions = []
for line in run(["readelf", "-sW", vmlinux]).splitlines():
    f = line.split()
    if len(f) == 8 and f[3] == "FUNC" and f[6] not in ("UND", "ABS") and not f[7].startswith(("__pfx_", "__SCT__")):
        size = int(f[2], 0)
        if size > 1:
            functions.append((int(f[1], 16), size))
functions = sorted(set(functions))
ends, total = [], 0
for _, size in functions:
    total += size - 1
    ends.append(total)
choose = random.Random(20240131)
returns = set()
while len(returns) < count:
    at = choose.randrange(total)
    i = bisect.bisect_right(ends, at)
    start, size = functions[i]
    returns.add(start + 1 + (at - (ends[i - 1] if i else 0)))
returns = sorted(returns)


def place(text):
    """"file:line" with its path made normal; what is not known is empty."""
    file, _, line = text.rpartition(":")
    line = line.split(" ")[0]
    if file in ("", "??") or line in ("?", "0", ""):
        return ""
    return posixpath.normpath(file) + ":" + line


def llvm():
    out = run([peer, f"--obj={vmlinux}", "--inlining", "--functions=linkage", "--no-demangle"],
              "".join(f"0x{a - 1:x}\n" for a in returns))
    for block in out.strip("\n").split("\n\n"):
        lines = block.split("\n")
        yield [(name, place(":".join(where.split(":")[:-1]))) for name, where in zip(lines[::2], lines[1::2])]


def binutils():
    out = run(["addr2line", "-afi", "-e", vmlinux], "".join(f"0x{a - 1:x}\n" for a in returns))
    chain = None
    lines = iter(out.splitlines())
    for line in lines:
        if line.startswith("0x"):
            if chain is not None:
                yield chain
            chain = []
        else:
            chain.append((line, place(next(lines).split(" (")[0])))
    yield chain


def ours():
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        log.write("".join(f"[<{a:016x}>]\n" for a in returns))
        log.flush()
        out = run([program, "symbolize", "-q", "--no-cache", "--strip-prefix", "", "--vmlinux", vmlinux, log.name])
    chain = []
    for line in out.splitlines():
        inlined = re.fullmatch(r"(\S+)(?: (\S+:\d+))? \[inline\]", line)
        frame = re.fullmatch(r"\[<[0-9a-f]+>\](?: (\S+?)\+0x[0-9a-f]+/0x[0-9a-f]+)?(?: (\S+:\d+))?", line)
        if inlined:
            chain.append((inlined[1], place(inlined[2] or "")))
        else:
            yield chain + [(frame[1] or "??", place(frame[2] or ""))]
            chain = []


# Aliases are one function: a symbol's name may be any of those at its address.
names = {}
for line in run(["nm", vmlinux]).splitlines():
    f = line.split()
    if len(f) == 3:
        names.setdefault(f[2], set()).add(f[0])


def same(a, b):
    """Names of the frame itself may be aliases; a compiler's suffix is in the symbol and not in the DWARF."""
    def plain(name):
        return re.sub(r"\.(cold|isra|constprop|part|llvm)[.\w]*", "", name)
    return len(a) == len(b) and all(
        x[1] == y[1] and (plain(x[0]) == plain(y[0]) or names.get(x[0], {0}) & names.get(y[0], {1})) for x, y in zip(a, b))


mine, theirs, third = list(ours()), list(llvm()), list(binutils())
assert len(mine) == len(theirs) == len(third) == len(returns), (len(mine), len(theirs), len(third), len(returns))
sorted_by = {"theirs": 0, "ours": 0, "ambiguous": 0}
for address, a, b, c in zip(returns, mine, theirs, third):
    if same(a, b):
        continue
    # addr2line names the places, and the frame by its DWARF name: places are what it can judge.
    def places(chain):
        return [where for _, where in chain]
    kind = "theirs" if places(a) == places(c) != places(b) else "ours" if places(b) == places(c) != places(a) else "ambiguous"
    sorted_by[kind] += 1
    if sorted_by[kind] <= 8:
        print(f"{kind}: {address:#x}\n  ours  {a}\n  llvm  {b}\n  addr2line {c}")
agree = 1 - sum(sorted_by.values()) / len(returns)
print(f"{len(returns)} addresses, {agree:.2%} agree with {pathlib.Path(peer).name}; differences: {sorted_by}")
sys.exit(0 if agree >= AIM else 1)
