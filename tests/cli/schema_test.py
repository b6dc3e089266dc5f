"""Holds the program's JSON against the schema it ships: schema_test.py PROGRAM SCHEMA_DIR TESTDATA."""
import json
import pathlib
import subprocess
import sys

import jsonschema

program, schema_dir, testdata = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
schema = json.loads((schema_dir / "analysis-1.schema.json").read_text())
validator = jsonschema.Draft202012Validator(schema)
validator.check_schema(schema)

inputs = [p for folder in ("logs", "reports", "dumps") for p in sorted((testdata / folder).rglob("*")) if p.is_file()]
wrong = 0
kinds = set()
for path in inputs:
    run = subprocess.run([program, "--format", "json", str(path)], capture_output=True)
    if not run.stdout:
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
if len(inputs) < 3 or not {"log", "slab_traces"} <= kinds:
    sys.exit(f"too little to test on: {len(inputs)} inputs, kinds {kinds}")
print(f"{len(inputs)} inputs, {wrong} errors")
sys.exit(1 if wrong else 0)
