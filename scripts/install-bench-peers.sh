#!/usr/bin/env bash
# Installs what `npm run bench` compares with, on Debian and its relatives. What is missing is named in
# the tables, so this is optional. What is Python is Debian's, for Debian's /usr/bin/python3; npm's packages
# go to bench/.work/peers and are no dependencies of ours.
set -euo pipefail
cd "$(dirname "$0")/.."

run() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

export DEBIAN_FRONTEND=noninteractive
run apt-get update -q
run apt-get install -q -y --no-install-recommends nginx-light wrk curl time \
  python3 python3-aiohttp python3-uvloop python3-gevent python3-requests python3-httpx
for optional in hey nghttp2-client; do
  run apt-get install -q -y --no-install-recommends "$optional" || echo "$optional: not in this release; the bench does without it"
done

mkdir -p bench/.work/peers
cd bench/.work/peers
echo '{ "name": "peers", "private": true }' >package.json
npm install --no-save --no-audit --no-fund got@16.1.0 ky@2.1.0 p-limit@7.3.3

# The bench starts an nginx of its own; Debian's service is not needed.
if command -v systemctl >/dev/null && systemctl is-active --quiet nginx 2>/dev/null; then run systemctl disable --now nginx; fi
