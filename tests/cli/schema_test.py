"""Holds the program's JSON against the schema it ships: schema_test.py PROGRAM SCHEMA_DIR TESTDATA."""
import json
import pathlib
import subprocess
import sys

import jsonschema

program, schema_dir, testdata = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])


def validator_of(name):
    schema = json.loads((schema_dir / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


validator = validator_of("analysis-1.schema.json")

inputs = [p for folder in ("logs", "reports", "dumps") for p in sorted((testdata / folder).rglob("*")) if p.is_file()]
wrong = 0
kinds = set()
for path in inputs:
    run = subprocess.run([program, "--format", "json", str(path)], capture_output=True)
    if run.returncode not in (0, 2) or not run.stdout:
        wrong += 1
        print(f"{path}: exit status {run.returncode}, {len(run.stdout)} bytes of JSON")
        continue
    document = json.loads(run.stdout.decode("utf-8"))
    for error in validator.iter_errors(document):
        wrong += 1
        print(f"{path}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
    kinds.update(i["kind"] for i in document["inputs"])
    for config in document["configs"]:
        parts = sum(config[key] for key in ("header_bytes", "entry_bytes", "padding_bytes", "unused_slot_bytes",
                                            "freelist_bytes", "tail_bytes", "last_pool_free_bytes"))
        if parts != config["pool_bytes"]:
            wrong += 1
            print(f"{path}: {config['name']}: parts {parts} != pool_bytes {config['pool_bytes']}")
    order = [(r["input"], r["line"]) for r in document["reports"]]
    if order != sorted(order):
        wrong += 1
        print(f"{path}: reports are not sorted")
# The other commands: (schema, arguments before each input). What has nothing in it for a command prints nothing.
documents = 0
for name, command in (("estimate-1.schema.json", ["estimate"]),
                      ("estimate-1.schema.json", ["estimate", "--what-if", "max-frames=8,page-size=64K", "--records", "1000"]),
                      ("estimate-1.schema.json", ["estimate", "--saves", "100000"]),
                      ("stacks-1.schema.json", ["stacks"]),
                      ("triage-1.schema.json", ["triage"]),
                      ("triage-1.schema.json", ["triage", "--explain", "--threshold", "0.5", "--fail-on", "never"]),
                      ("stacks-1.schema.json", ["stacks", "--sort", "bytes", "--top", "3", "--kernel", "6.8-rc4"])):
    other = validator_of(name)
    for path in inputs:
        run = subprocess.run([program, *command, "--format", "json", str(path)], capture_output=True)
        if run.returncode not in ((0, 1, 2) if command[0] == "triage" else (0, 2)):
            wrong += 1
            print(f"{path}: {command}: exit status {run.returncode}")
        if not run.stdout:
            continue
        documents += 1
        document = json.loads(run.stdout.decode("utf-8"))
        for error in other.iter_errors(document):
            wrong += 1
            print(f"{path}: {command}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
        for config in document.get("configs", []):
            for key in (k[:-4] for k in config if k.endswith("_low")):
                if not config[key + "_low"] <= config[key] <= config[key + "_high"]:
                    wrong += 1
                    print(f"{path}: {command}: {config['name']}: {key} lies outside its bounds")
differ = validator_of("diff-1.schema.json")
logs = [p for p in inputs if p.suffix == ".txt"]
for before, after in zip(logs, logs[1:]):
    for command in (["diff"], ["diff", "--key", "names", "--sort", "bytes", "--top", "3", "--what-if", "page-size=64K"]):
        run = subprocess.run([program, *command, "--format", "json", str(before), str(after)], capture_output=True)
        if run.returncode not in (0, 2):
            wrong += 1
            print(f"{before} {after}: exit status {run.returncode}")
        if not run.stdout:
            continue
        documents += 1
        document = json.loads(run.stdout.decode("utf-8"))
        for error in differ.iter_errors(document):
            wrong += 1
            print(f"{before} {after}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
if documents < 10:
    sys.exit(f"too little to test on: {documents} documents of the other commands")
if len(inputs) < 3 or not {"log", "slab_traces"} <= kinds:
    sys.exit(f"too little to test on: {len(inputs)} inputs, kinds {kinds}")
print(f"{len(inputs)} inputs, {wrong} errors")
sys.exit(1 if wrong else 0)
