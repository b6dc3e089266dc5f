"""Holds triage's JUnit and SARIF against their schemas, and its line formats against their rules:
triage_formats_test.py PROGRAM TESTDATA. DEPOT_SARIF_SCHEMA names the standard's whole schema, where that is at hand."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import jsonschema

program, testdata = sys.argv[1], pathlib.Path(sys.argv[2])
here = pathlib.Path(__file__).parent
wrong = 0


def check(good, what):
    global wrong
    if not good:
        wrong += 1
        print(what)


def triage(arguments, statuses=(0, 1)):
    run = subprocess.run([program, "triage", *map(str, arguments)], capture_output=True)
    check(run.returncode in statuses, f"{arguments}: exit status {run.returncode}: {run.stderr.decode(errors='replace')}")
    return run.stdout


def schema(path):
    document = json.loads(pathlib.Path(path).read_text())
    return jsonschema.validators.validator_for(document)(document)


sarif_schemas = [schema(here / "sarif-2.1.0-part.schema.json")]
if "DEPOT_SARIF_SCHEMA" in os.environ:
    sarif_schemas.append(schema(os.environ["DEPOT_SARIF_SCHEMA"]))

HOSTILE = "]]><script>alert(1)</script>&amp;|`~~~\r::error::x%0A,file=y\x1b[31m\x07\u202e\ufffe```"


def hostile_log(folder):
    """Reports whose function, task and file are what an attacker would choose."""
    p = "[    1.000000][  T100] "
    rule = p + "=" * 66 + "\n"
    text = ""
    for name in ("foo", "bar"):
        text += rule + f"{p}BUG: KASAN: slab-use-after-free in {name}+0x10/0x80\n"
        text += f"{p}Read of size 8 at addr ffff888001234560 by task {HOSTILE}/100\n{p}\n"
        text += f"{p}CPU: 0 UID: 0 PID: 100 Comm: {HOSTILE} Not tainted 6.12.3 #1\n{p}Call Trace:\n{p} <TASK>\n"
        text += f"{p} kasan_report+0xce/0x100\n{p} {name}+0x10/0x80\n{p} {HOSTILE}\n{p} do_syscall_64+0x4b/0x110 fs/{name}.c:12\n{p} </TASK>\n" + rule
    path = folder / "a|b`c,d:e%0A<i>.log"
    path.write_bytes(text.encode("utf-8") + b"\xff\xfe\n")
    return path


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    quiet = folder / "quiet.log"
    quiet.write_text("[    1.0] nothing\n")
    hostile = hostile_log(folder)
    baseline = folder / "known.txt"
    baseline.write_text("- link=https://example.org/1 | KASAN: slab-use-after-free Read in foo\n- | gone <b>|\n")
    rules = folder / "rules.txt"
    rules.write_text("guilty ^t_ -- of <the> lab\n")
    logs = testdata / "logs"
    sets = [[quiet], [hostile], ["--baseline", baseline, hostile], [logs], ["--suppress", rules, logs],
            [testdata / "reports"], [testdata / "render" / "hostile" / "log.txt"]]
    cases = annotations = 0
    for arguments in sets:
        document = json.loads(triage(["--format", "json", *arguments]))
        totals, groups = document["totals"], document["groups"]

        junit = folder / "junit.xml"
        junit.write_bytes(triage(["--format", "junit", *arguments]))
        lint = subprocess.run(["xmllint", "--noout", "--schema", here / "junit.xsd", junit], capture_output=True)
        check(lint.returncode == 0, f"{arguments}: {lint.stderr.decode(errors='replace')[:500]}")
        suite = xml.etree.ElementTree.parse(junit).getroot().find("testsuite")
        found = suite.findall("testcase")
        cases += len(found)
        check(len(found) == max(1, len(groups)) == int(suite.get("tests")), f"{arguments}: {len(found)} cases")
        check(len(suite.findall("testcase/failure")) == totals["new"] == int(suite.get("failures")), f"{arguments}: failures")
        check(len(suite.findall("testcase/skipped")) == len(groups) - totals["new"], f"{arguments}: skipped")
        check(all(s.get("message") for s in suite.findall("testcase/skipped")), f"{arguments}: skipped without a reason")
        check([c.get("name") for c in found] == [g["title"] for g in groups] or not groups, f"{arguments}: names")

        sarif = json.loads(triage(["--format", "sarif", *arguments]))
        for validator in sarif_schemas:
            for error in validator.iter_errors(sarif):
                check(False, f"{arguments}: SARIF {'/'.join(map(str, error.path))}: {error.message[:200]}")
        run = sarif["runs"][0]
        check(len(run["results"]) == len(groups), f"{arguments}: SARIF results")
        for result in run["results"]:
            check(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"], f"{arguments}: rule")
        if hostile in arguments:
            check(any("codeFlows" in result for result in run["results"]), "no code flow although the log names lines")

        lines = triage(["--format", "github", *arguments]).decode("utf-8").split("\n")
        check(lines.pop() == "", "the last line has no end")
        for line in lines:
            annotations += 1
            check(line.startswith(("::error file=", "::warning file=", "::notice file=")), f"no command: {line[:80]}")
            properties = line[2:].split("::", 1)[0]
            keys = [part.split("=")[0] for part in properties.split(" ", 1)[1].split(",")]
            check(keys in (["file", "line", "title"], ["file", "title"]), f"properties {keys}")
            check(not any(ord(c) < 32 for c in line), f"control characters: {line[:80]!r}")
        check(sum(line.startswith("::error ") for line in lines) == totals["new"], f"{arguments}: errors")

        markdown = triage(["--format", "markdown", *arguments]).decode("utf-8")
        check(not any(ord(c) < 32 and c != "\n" for c in markdown), f"{arguments}: control characters in Markdown")
        # Whatever is not code is our own.
        fence = None
        for line in markdown.split("\n"):
            if fence is None and line.startswith("```"):
                fence = line.removesuffix("text")
                check(line == fence + "text", f"fence {line!r}")
            elif fence is not None:
                if line == fence:
                    fence = None
            else:
                rest = line
                while "`" in rest:
                    start = rest.index("`")
                    marks = len(rest[start:]) - len(rest[start:].lstrip("`"))
                    end = rest.find("`" * marks, start + marks)
                    while end >= 0 and (rest[end + marks:end + marks + 1] == "`" or rest[end - 1] == "`" != rest[end - 1:end]):
                        end = rest.find("`" * marks, end + 1)
                    check(end >= 0, f"code without end: {line[:100]!r}")
                    rest = rest[:start] + rest[end + marks:] if end >= 0 else ""
                check("<" not in rest and "::" not in rest and "script" not in rest, f"not code: {line[:100]!r}")
                if line.startswith("| ") and "title" not in line:
                    check(line.replace("\\|", "").count("|") == 7, f"cells: {line[:100]!r}")
        check(fence is None, f"{arguments}: a block does not end")
    check(cases > 60 and annotations > 60, f"too little to test on: {cases} cases, {annotations} annotations")

print(f"{len(sets)} sets, {wrong} errors")
sys.exit(1 if wrong else 0)
