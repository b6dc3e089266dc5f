"""Every frame of recorded logs has a place or an honest reason: recording_test.py PROGRAM

DEPOT_LAB names the folder of recordings, DEPOT_VMLINUX Debian's kernel for its console log. Without them skipped (77).
Frames are counted here by a pattern that shares nothing with the program.
"""
import collections
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

SKIPPED = 77
# Why code of a kernel may have no line: it is no code of any source.
HONEST = ("padding behind a function", "padding in front of a function", "trampoline of a static call", "no such symbol")

program = sys.argv[1]
lab = os.environ.get("DEPOT_LAB")
if not lab or not pathlib.Path(lab).is_dir():
    print("no DEPOT_LAB: skipped")
    sys.exit(SKIPPED)
lab = pathlib.Path(lab)
failed = False


def check(log, arguments, most_without):
    global failed
    command = [program, "symbolize", "-q", "-v", "--no-cache", *arguments, str(log)]
    done = subprocess.run(command, capture_output=True, check=True)
    out = done.stdout.decode(errors="replace")
    frames = re.findall(rb"[A-Za-z_][\w.$]*\+0x[0-9a-f]+/0x[0-9a-f]+", log.read_bytes())
    placed = re.findall(r"\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[[^\]]*\])? \S+:\d+", out)
    reasons = collections.Counter(re.findall(r"\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[[^\]]*\])? \(([a-z][^)]*)\)", out))
    print(f"{log}: {len(frames)} frames, {len(placed)} with a line, without: {dict(reasons)}")
    honest = all(reason.startswith(HONEST) for reason in reasons)
    if len(placed) + sum(reasons.values()) != len(frames) or not honest or sum(reasons.values()) > most_without:
        print("  FAILED")
        failed = True
    # What is added is all that is changed.
    stripped = re.sub(r"^.* \[inline\]\r?\n", "", out, flags=re.M)
    stripped = re.sub(r"(\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[[^\]]*\])?) (?:\S+:\d+|\([a-z][^)]*\))(?=[ )\r\n]|$)", r"\1", stripped)
    if stripped != log.read_bytes().decode(errors="replace"):
        print("  FAILED: more than annotations was changed")
        failed = True


with tempfile.TemporaryDirectory() as folder:
    kernel = lab / "kernels/6.12-kasan"
    with tarfile.open(kernel / "modules.tar.xz") as packed:
        packed.extractall(folder)
    check(lab / "run-a/console.log", ["--vmlinux", str(kernel / "vmlinux.xz"), "--modules", folder], 4)
vmlinux = os.environ.get("DEPOT_VMLINUX")
if vmlinux and pathlib.Path(vmlinux).exists():
    check(lab / "debian-6.12/console.txt", ["--vmlinux", vmlinux], 8)
sys.exit(1 if failed else 0)
