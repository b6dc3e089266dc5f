#!/usr/bin/env bash
# Runs each `$ ./dev run ...` that the README shows and compares: readme_test.sh PROGRAM ROOT
# UPDATE_GOLDEN=1 writes the real output into the README and fails all the same.
set -euo pipefail
tool=$1
root=$2
cd "$root"
made=$(mktemp)
trap 'rm -f "$made"' EXIT

shown=0
while IFS= read -r line; do
  if [[ $line == '```console' ]]; then
    echo "$line" >>"$made"
    IFS= read -r command
    echo "$command" >>"$made"
    arguments=${command#'$ ./dev run '}
    if [[ $arguments != "$command" ]]; then
      shown=$((shown + 1))
      eval "\"$tool\" $arguments" >>"$made"
      while IFS= read -r line && [[ $line != '```' ]]; do :; done
      echo '```' >>"$made"
    fi
  else
    echo "$line" >>"$made"
  fi
done <README.md

[ "$shown" -gt 0 ] || { echo "the README shows no ./dev run"; exit 1; }
if ! diff -u README.md "$made"; then
  [ -z "${UPDATE_GOLDEN:-}" ] || cat "$made" >README.md
  exit 1
fi
echo "$shown commands print what the README shows"
