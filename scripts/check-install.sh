#!/usr/bin/env bash
# Installs a packed manyfetch as a stranger would, and uses all of its faces: the command, and the library from strict
# TypeScript, as an ES module and as CommonJS; under this Node, the next one, and Bun.
# Arguments: the tarball, an empty folder. Nothing of the checkout is reachable from there but the compiler.
set -euo pipefail

tarball=$1 folder=$2
checkout=$(cd "$(dirname "$0")/.." && pwd)
node_types=$(node -p 'require(process.argv[1]).version' "$checkout/node_modules/@types/node/package.json")
expected=$(node -p 'require(process.argv[1]).version' "$checkout/package.json")

# Other runtimes have a folder of their own: a project has one `node`. They come as their makers give them to npm, which
# runs what sets them up only where it is allowed.
mkdir -p "$folder/project" "$folder/runtimes"
cd "$folder/runtimes"
cat >package.json <<'JSON'
{ "name": "runtimes", "private": true, "allowScripts": { "node": true, "bun": true } }
JSON
npm install --prefer-offline --no-audit --no-fund --save-exact node@26 bun@1 typescript@5.8
old_tsc=$PWD/node_modules/.bin/tsc
next_node=$PWD/node_modules/.bin/node bun=$PWD/node_modules/.bin/bun
echo "node $(node --version), $("$next_node" --version), bun $("$bun" --version)"

cd "$folder/project"
cat >package.json <<'JSON'
{ "name": "stranger", "private": true, "type": "module" }
JSON
cat >tsconfig.json <<'JSON'
{
  "compilerOptions": {
    "target": "es2024", "lib": ["es2024", "esnext.disposable"], "module": "nodenext", "strict": true,
    "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true, "skipLibCheck": false,
    "types": ["node"], "rootDir": ".", "outDir": "built"
  },
  "files": ["server.ts", "sends.ts", "batch.ts", "pools.ts", "common.cts"]
}
JSON
cat >server.ts <<'TS'
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers everything with a number that is too large for JavaScript. */
export async function withServer(use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"big":12345678901234567890}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.close();
}

export function check(holds: boolean, what: unknown): asserts holds {
  if (!holds) throw new Error(`unexpected: ${JSON.stringify(what)}`);
}
TS
cat >sends.ts <<'TS'
import { Client, fetchMany, type Result, scope } from 'manyfetch';
import * as concurrency from 'manyfetch/concurrency';
import { openConnection, startServer, type Connection } from 'manyfetch/streams';
import { check, withServer } from './server.js';

await withServer(async (url) => {
  const results: Result[] = await fetchMany(new Set([new URL(url), 'nonsense']), { ordered: true, retries: 0 }).toArray();
  const [good, bad] = results;
  check(good?.result === 'ok' && (await good.text()).includes('12345678901234567890'), results);
  check(bad?.error?.code === 'bad_url', results);

  await using client = new Client({ baseUrl: url });
  const response = await client.post('orders', { json: { sku: 'A-1' } });
  check(response.ok && (await response.text()).includes('12345678901234567890'), response.status);
  await using streamed = await client.stream('GET', 'orders');
  let bytes = 0;
  for await (const chunk of streamed.body) bytes += chunk.length;
  check(bytes === 28, bytes);

  const doubled = await scope(async (tasks) => {
    const list = [1, 2, 3].map((n) => tasks.spawn(async ({ signal }) => (await concurrency.sleep(n, { signal }), n * 2)));
    return concurrency.gather(list);
  });
  check(doubled.join() === '2,4,6', doubled);
  const late = await concurrency.timeout(20, ({ signal }) => concurrency.sleep(60_000, { signal })).catch((error) => error);
  check(late.code === 'deadline', late);
  check(concurrency.scope === scope, 'the same from both entry points');

  await using server = await startServer(async (peer: Connection) => peer.write(`${await peer.readLine()}!\n`));
  await using connection = await openConnection({ host: server.host, port: server.port });
  await connection.write('hello\n');
  const said = await connection.readLine();
  check(said === 'hello!', said);
});
TS
cat >batch.ts <<'TS'
import { runBatch } from 'manyfetch';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { check, withServer } from './server.js';

process.chdir(mkdtempSync('batch-'));
await withServer(async (url) => {
  writeFileSync('in.jsonl', '{"id":"a"}\n{"id":"b"}\n');
  await runBatch({ input: 'in.jsonl', output: 'out.jsonl', url, recordAsJson: true });
  const lines = readFileSync('out.jsonl', 'utf8').trimEnd().split('\n');
  check(lines.length === 2, lines);
  for (const line of lines) check(line.includes('"result":"ok"') && line.includes('12345678901234567890'), line);
});
TS
cat >pools.ts <<'TS'
import { ProcessPool, ThreadPool } from 'manyfetch/executors';
import { check } from './server.js';

for (const Pool of [ThreadPool, ProcessPool]) {
  await using pool = new Pool({ workers: 1 });
  const [sum, dead] = [pool.submit((a: number, b: number) => a + b, 1, 2), pool.submit(() => process.exit(3))];
  check((await sum) === 3, sum);
  const outcome = await dead.outcome();
  check(outcome.state === 'failed' && String(outcome.error).includes('died'), outcome.state);
  check((await pool.submit<(data: string) => number>('node:zlib', 'crc32', 'abc')) === 891568578, pool.statistics());
  const stubborn = pool.submit(() => {
    for (;;);
  });
  setTimeout(() => stubborn.cancel(), 50);
  check((await stubborn.outcome()).state === 'cancelled', pool.statistics());
}
// Threads of Bun have no limits.
let refused = false;
try {
  new ThreadPool({ maxMemoryMb: 64 });
} catch {
  refused = true;
}
check(refused === (process.versions['bun'] !== undefined), refused);
TS
cat >common.cts <<'TS'
import manyfetch = require('manyfetch');
import concurrency = require('manyfetch/concurrency');

const results: manyfetch.ResultStream = manyfetch.fetchMany(['nonsense']);
void results.toArray().then(async ([result]) => {
  const limit = new concurrency.Semaphore(1);
  const code: string | undefined = await limit.with(() => result?.error?.code);
  if (code !== 'bad_url' || !(limit instanceof manyfetch.Semaphore)) throw new Error(`unexpected: ${code}`);
});
TS

npm install --prefer-offline --no-audit --no-fund --save-exact "$tarball" "@types/node@$node_types"

version=$(npx --no-install manyfetch --version)
[ "$version" = "$expected" ] || { echo "npx manyfetch --version printed '$version', not '$expected'"; exit 1; }

"$checkout/node_modules/.bin/tsc" -p .
# The first that lets CommonJS require an ES module.
node "$old_tsc" -p . --noEmit
for runtime in node "$next_node" "$bun"; do
  for program in sends.js batch.js pools.js common.cjs; do
    NODE_OPTIONS=--throw-deprecation "$runtime" "built/$program" || { echo "failed: $runtime built/$program"; exit 1; }
  done
done
# Its processes and threads find their programs in the package.
npx --no-install manyfetch compare --requests 4 --delay 10ms --threads 2 --processes 2 --quiet
test ! -e node_modules/manyfetch/src || { echo 'the package carries its sources'; exit 1; }
