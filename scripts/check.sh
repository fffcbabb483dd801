#!/usr/bin/env bash
# Everything that must hold besides the tests: format, lint, types, unused code, ranks, and that the
# package works for a stranger who installs it. Called by `npm run check`, which puts this project's
# Node first on the path. A step prints its name and time; the first failure stops with its output.
set -uo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() {
  local name=$1 begin=$EPOCHREALTIME
  shift
  printf '%-38s' "$name"
  if "$@" >"$work/out" 2>&1 </dev/null; then
    awk -v b="$begin" -v e="$EPOCHREALTIME" 'BEGIN { printf "ok   %5.1f s\n", e - b }'
  else
    printf 'FAILED: %s\n' "$*"
    cat "$work/out"
    exit 1
  fi
}

# The package as npm would publish it. The only tarball in its folder.
pack() { npm pack --pack-destination "$work" && mv "$work"/manyfetch-*.tgz "$work/manyfetch.tgz"; }

major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 24 ] || { echo "check: run it as \`npm run check\`; this node is $(node --version), 24 is needed"; exit 1; }

step 'format (oxfmt)' oxfmt --check
step 'lint, type-aware (oxlint)' oxlint
step 'types (tsc)' tsc -p .
step 'unused code (knip)' knip
step 'ranks and house style' vitest run test/architecture.test.ts
step 'reference is what the sources say' node scripts/reference.ts --check
step 'build and pack' pack
step 'package fields (publint)' publint run "$work/manyfetch.tgz" --strict
# That `require` gets an ES module is what Node does since 22: the stranger tries it.
step 'types as importers see them (attw)' attw "$work/manyfetch.tgz" --profile node16 --ignore-rules cjs-resolves-to-esm
step 'installed by a stranger' bash scripts/check-install.sh "$work/manyfetch.tgz" "$work/stranger"
echo 'All checks passed.'
