#!/bin/sh
# Prints a Python that can run Pactolus, or says what is needed and fails.
# The first argument, if it is not empty, is the only candidate.
# durable-rules cannot be imported on 3.13, hence the upper limit.

fits='import sys, venv, ensurepip; raise SystemExit(not (3, 11) <= sys.version_info[:2] < (3, 13))'
asked_for=$1

if [ -n "$asked_for" ]; then
  set -- "$asked_for"
else
  set -- python3.12 python3.11 python3
fi

for candidate in "$@"; do
  if "$candidate" -c "$fits" >/dev/null 2>&1; then
    command -v "$candidate"
    exit 0
  fi
done

if [ -n "$asked_for" ]; then
  echo "\`$asked_for\` is not a Python 3.11 or 3.12 with the venv module" >&2
else
  echo "no Python 3.11 or 3.12 with the venv module was found" >&2
  echo "install one, or name it: make setup PYTHON=/path/to/python3.12" >&2
fi
exit 1
