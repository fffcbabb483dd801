#!/usr/bin/env bash
# Installs what `npm run bench` compares with, on Debian and its relatives. What is missing is named in
# the table, so this is optional. aiohttp is Debian's, for Debian's /usr/bin/python3.
set -euo pipefail

run() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

export DEBIAN_FRONTEND=noninteractive
run apt-get update -q
run apt-get install -q -y --no-install-recommends nginx-light wrk curl time python3 python3-aiohttp python3-uvloop
run apt-get install -q -y --no-install-recommends hey || echo 'hey: not in this release; the bench does without it'

# The bench starts an nginx of its own; Debian's service is not needed.
if command -v systemctl >/dev/null && systemctl is-active --quiet nginx 2>/dev/null; then run systemctl disable --now nginx; fi
