#!/usr/bin/env bash
# Installs a packed manyfetch as a stranger would, and uses both of its faces: the command, and the
# library from strict TypeScript. Arguments: the tarball, an empty folder. Nothing of the checkout is
# reachable from there but the compiler.
set -euo pipefail

tarball=$1 folder=$2
checkout=$(cd "$(dirname "$0")/.." && pwd)
node_types=$(node -p 'require(process.argv[1]).version' "$checkout/node_modules/@types/node/package.json")
expected=$(node -p 'require(process.argv[1]).version' "$checkout/package.json")

mkdir -p "$folder"
cd "$folder"
cat >package.json <<'JSON'
{ "name": "stranger", "private": true, "type": "module" }
JSON
cat >tsconfig.json <<'JSON'
{
  "compilerOptions": {
    "target": "es2024", "lib": ["es2024", "esnext.disposable"], "module": "nodenext", "strict": true,
    "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true, "skipLibCheck": false,
    "types": ["node"], "noEmit": true
  },
  "files": ["use.ts"]
}
JSON
cat >use.ts <<'TS'
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as manyfetch from 'manyfetch';
import { fetchMany, type Result, runBatch } from 'manyfetch';
import { readFileSync, writeFileSync } from 'node:fs';

const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{"big":12345678901234567890}'));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
writeFileSync('in.jsonl', '{"id":"a"}\n{"id":"b"}\n');
await runBatch({ input: 'in.jsonl', output: 'out.jsonl', url: `http://127.0.0.1:${port}/`, recordAsJson: true });
const urls = new Set([new URL(`http://127.0.0.1:${port}/`), 'nonsense']);
const results: Result[] = await fetchMany(urls, { ordered: true, retries: 0 }).toArray();
const [good, bad] = results;
if (good?.result !== 'ok' || !(await good.text()).includes('12345678901234567890') || bad?.error?.code !== 'bad_url')
  throw new Error(`unexpected results: ${JSON.stringify(results)}`);
server.close();
const lines = readFileSync('out.jsonl', 'utf8').trimEnd().split('\n');
if (lines.length !== 2 || !lines.every((line) => line.includes('"result":"ok"') && line.includes('12345678901234567890')))
  throw new Error(`unexpected results:\n${lines.join('\n')}`);
console.log(Object.keys(manyfetch).length, 'exports');
TS

npm install --prefer-offline --no-audit --no-fund --save-exact "$tarball" "@types/node@$node_types"

version=$(npx --no-install manyfetch --version)
[ "$version" = "$expected" ] || { echo "npx manyfetch --version printed '$version', not '$expected'"; exit 1; }

"$checkout/node_modules/.bin/tsc" -p .
node use.ts
test ! -e node_modules/manyfetch/src || { echo 'the package carries its sources'; exit 1; }
