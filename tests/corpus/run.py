"""How the tool's reading of third-party crash logs agrees with their expected answers: run.py PROGRAM DIR [--differences N].

Each file of DIR: header lines (TITLE, ALT, TYPE, CORRUPTED, ...), a blank line, the raw log, and in some files
"REPORT:" with more text. The first report of each log, by line, is held against the header. A log without a title
holds nothing; reports that are unrecognised or corrupted do not count as found there.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

KEYS = ("TITLE", "ALT", "TYPE", "FRAME", "CORRUPTED", "SUPPRESSED", "PANICKED", "EXECUTOR", "START", "END")


def read_case(path):
    """(facts, log): facts maps a header's key to the list of its values."""
    facts = collections.defaultdict(list)
    raw = path.read_bytes()
    head, _, log = raw.partition(b"\n\n") if not raw.startswith(b"\n") else (b"", b"", raw[1:])
    for line in head.decode("utf-8", "replace").splitlines():
        key, _, value = line.partition(":")
        if key in KEYS and value.strip():
            facts[key].append(value.strip())
    at = log.find(b"\nREPORT:\n")
    return facts, log if at < 0 else log[: at + 1]


def families():
    """What a title's first words say of its family, for the table's rows."""
    return [
        ("KASAN", "KASAN:"), ("KMSAN", "KMSAN:"), ("KFENCE", "KFENCE:"), ("KCSAN", "KCSAN:"), ("UBSAN", "UBSAN:"),
        ("SLUB", "SLUB:"), ("leak", "memory leak"), ("rcu stall", "INFO: rcu detected"), ("hung task", "INFO: task"),
        ("soft lockup", "BUG: soft lockup"), ("lockdep", ("possible deadlock", "inconsistent lock", "BUG: bad unlock", "WARNING: suspicious RCU",
                                                         "WARNING: locking", "WARNING: held lock", "WARNING: bad unlock")),
        ("WARNING", "WARNING"), ("kernel BUG", "kernel BUG"), ("oops", ("BUG: unable", "general protection", "divide", "Internal", "Unhandled", "PANIC")),
        ("panic", "kernel panic"), ("other", ""),
    ]


def family_of(title):
    return next(name for name, start in families() if title.startswith(start))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--differences", type=int, default=10)
    options.add_argument("--only", default="", help="show only differences whose kind or title holds this")
    args = options.parse_args()

    cases = {path.name: read_case(path) for path in sorted(args.folder.glob("*.txt"))}
    if not cases:
        sys.exit(f"{args.folder}: no .txt files")
    with tempfile.TemporaryDirectory() as folder:
        for name, (_, log) in cases.items():
            (pathlib.Path(folder) / name).write_bytes(log)
        run = subprocess.run([args.program, "--format", "json", "-q", folder], capture_output=True, check=False)
    reports = collections.defaultdict(list)
    for report in json.loads(run.stdout)["reports"]:
        reports[pathlib.Path(report["input"]).name].append(report)

    table = collections.defaultdict(collections.Counter)
    differences = []
    for name, (facts, _) in cases.items():
        found = sorted(reports[name], key=lambda r: r["line"])
        title = facts["TITLE"][0] if facts["TITLE"] else ""
        if not title:
            row = table["(no title)"]
            row["files"] += 1
            real = [r for r in found if r["family"] != "unrecognised" and not r["corrupted"]]
            row["invented"] += bool(real)
            if real:
                differences.append((name, "invented", "", real[0]["title"]))
            continue
        row = table[family_of(title)]
        row["files"] += 1
        if not found:
            row["missed"] += 1
            differences.append((name, "missed", title, ""))
            continue
        first = found[0]
        right = first["title"] == title
        row["right" if right else "wrong"] += 1
        if not right:
            differences.append((name, "title", title, first["title"]))
        wanted = sorted(facts["ALT"])
        row["alt"] += wanted == sorted(first["alt_titles"])
        if right and wanted != sorted(first["alt_titles"]):
            differences.append((name, "alt", str(wanted), str(sorted(first["alt_titles"]))))
        kind = facts["TYPE"][0] if facts["TYPE"] else ""
        row["type"] += kind == first.get("type", "")
        if right and kind != first.get("type", ""):
            differences.append((name, "type", kind, first.get("type", "")))
        corrupted = bool(facts["CORRUPTED"])
        row["corrupted"] += corrupted == first["corrupted"]
        if corrupted != first["corrupted"]:
            differences.append((name, "corrupted", str(corrupted), first.get("corrupted_reason", "")))

    columns = ("files", "right", "wrong", "missed", "alt", "type", "corrupted", "invented")
    print(f"{'family':12}" + "".join(f"{c:>10}" for c in columns))
    total = collections.Counter()
    for family in [name for name, _ in families()] + ["(no title)"]:
        if family in table:
            print(f"{family:12}" + "".join(f"{table[family][c]:>10}" for c in columns))
            total.update(table[family])
    print(f"{'all':12}" + "".join(f"{total[c]:>10}" for c in columns))
    titled = total["files"] - table["(no title)"]["files"]
    for what in ("right", "alt", "type", "corrupted"):
        print(f"{what:12}{100 * total[what] / max(titled, 1):9.1f} % of {titled} files with a title")
    shown = [d for d in differences if args.only in d[1] or args.only in d[2]]
    for name, what, wanted, got in shown[: args.differences]:
        print(f"{name}: {what}\n    expected {wanted}\n    found    {got}")
    if len(shown) > args.differences:
        print(f"... {len(shown) - args.differences} more differences")


main()
