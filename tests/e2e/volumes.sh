#!/bin/sh
# Volumes on paper: tools/volumes and tools/VOLUMES.md.
cd "$(dirname "$0")/../.." && exec python3 tests/e2e/volumes.py
