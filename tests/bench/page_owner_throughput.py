"""A large page_owner dump beside the kernel's own reader of it, page_owner_sort: page_owner_throughput.py PROGRAM

The dump is a recording's (DEPOT_LAB set) or made up, repeated to 200 MB. The peer is built from Debian's linux-source-6.12,
installed or fetched by apt-get into a temporary folder; where it cannot be had, that is said.
"""
import lzma
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

SIZE = 200_000_000
RUNS = 3
PACKAGE = "linux-source-6.12"
SOURCE = "tools/mm/page_owner_sort.c"


def timed(command):
    """Median wall time in seconds; the first run only warms the page cache."""
    walls = []
    for _ in range(RUNS + 1):
        start = time.monotonic()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        walls.append(time.monotonic() - start)
    return statistics.median(walls[1:])


def dump():
    lab = os.environ.get("DEPOT_LAB")
    recordings = sorted(pathlib.Path(lab).glob("*/page_owner.txt.xz")) if lab else []
    if recordings:
        return b"".join(lzma.decompress(p.read_bytes()) for p in recordings)
    blocks = []
    for i in range(2000):
        frames = "".join(f" f{(i * 7 + d * 13) % 500}+0x{d:x}0/0x{d + 9:x}00\n" for d in range(4 + i % 12))
        blocks.append(f"Page allocated via order 0, mask 0xcc0(GFP_KERNEL), pid {i % 90}, tgid {i % 90} (task{i % 90}), "
                      f"ts {i * 1000} ns\nPFN 0x{i:x} type Unmovable Block 1 type Unmovable Flags 0x0(node=0|zone=1)\n{frames}\n")
    return "".join(blocks).encode()


def source_archive(folder):
    """The package's tar.xz, or None."""
    installed = pathlib.Path("/usr/src") / f"{PACKAGE}.tar.xz"
    if installed.exists():
        return installed
    if shutil.which("apt-get") is None:
        return None
    fetched = subprocess.run(["apt-get", "download", "-qq", PACKAGE], cwd=folder, capture_output=True, check=False)
    packages = list(folder.glob(f"{PACKAGE}_*.deb"))
    if fetched.returncode != 0 or not packages:
        return None
    subprocess.run(["dpkg-deb", "-x", packages[0], folder / "package"], check=True)
    return folder / "package" / "usr" / "src" / f"{PACKAGE}.tar.xz"


def build_peer(folder):
    """The path of page_owner_sort, or None with the reason printed."""
    archive = source_archive(folder)
    if archive is None:
        print(f"page_owner_sort: {PACKAGE} is neither installed nor to be fetched, skipped")
        return None
    with tarfile.open(archive) as tar:  # read until the file is met, not unpacked as a whole
        for member in tar:
            if member.name.endswith(SOURCE):
                (folder / "page_owner_sort.c").write_bytes(tar.extractfile(member).read())
                break
    program = folder / "page_owner_sort"
    built = subprocess.run(["cc", "-O2", "-w", "-o", program, folder / "page_owner_sort.c"], check=False)
    if built.returncode != 0:
        print("page_owner_sort: does not build, skipped")
        return None
    return program


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        path = folder / "page_owner"
        unit = dump()
        with path.open("wb") as out:
            for _ in range(SIZE // len(unit) + 1):
                out.write(unit)
        size = path.stat().st_size
        mine = timed([program, str(path)])
        print(f"page_owner, {size / 1e6:.0f} MB; medians of {RUNS} runs")
        print(f"depot-analyze          {mine:7.3f} s  {size / mine / 1e6:6.0f} MB/s")
        peer = build_peer(folder)
        if peer is None:
            return
        # Its own cull by stack is what comes nearest to counting stacks; plain, it sorts what it read.
        for arguments in ([], ["--cull=stacktrace"]):
            theirs = timed([str(peer), *arguments, str(path), str(folder / "sorted")])
            print(f"{' '.join(['page_owner_sort', *arguments]):33} {theirs:7.3f} s  {size / theirs / 1e6:6.0f} MB/s  "
                  f"{theirs / mine:.1f} times ours")


main()
