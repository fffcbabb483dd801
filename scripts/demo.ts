// `npm run demo`: the main job on a sample file against the stand-in service, which is slow, fails now
// and then, and asks for patience; then the proof that every record has exactly one result.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const results = 'examples/orders.results.jsonl';

const files = ['examples/orders.jsonl', '-o', results, '--fresh'];
const request = ['--url', 'https://api.example.com/orders/{{id}}', '--method', 'PUT', '--record-as-json'];
const run = ['run', ...files, ...request, '--concurrency', '100', '--rehearse'];

function manyfetch(words: readonly string[]): number {
  const shown = words.map((word) => (/[{}]/.test(word) ? `'${word}'` : word)).join(' ');
  process.stderr.write(`\n$ npx manyfetch ${shown}\n`);
  const { status } = spawnSync(process.execPath, ['bin/manyfetch.js', ...words], { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}

// Exit code 1 is what it should be here: the stand-in refuses a few records for good.
const code = manyfetch(run);
process.exitCode = code > 1 ? code : manyfetch(['verify', results]);
