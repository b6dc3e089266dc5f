"""What long logs are made of: whole recordings (DEPOT_LAB set) or the test data's logs, and the logs of a corpus of
crashes (DEPOT_CORPUS set)."""
import os
import pathlib


def log_parts(logs):
    lab, corpus = os.environ.get("DEPOT_LAB"), os.environ.get("DEPOT_CORPUS")
    parts = [p.read_bytes() for p in sorted(pathlib.Path(lab).glob("*/console.*") if lab else logs.glob("*.txt"))]
    for path in sorted(pathlib.Path(corpus).rglob("*.txt")) if corpus else []:
        # Expectations stand above a blank line; what the log should be cut to below "REPORT:".
        text = path.read_bytes()
        text = text if text.startswith(b"\n") else text.partition(b"\n\n")[2]
        parts.append(text.partition(b"\nREPORT:\n")[0] + b"\n")
    return parts
