// Whoever has used the library and goes on living must find nothing of it left: no socket, no timer.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startTarget } from '../src/target/start-target.ts';

const library = new URL('../src/index.ts', import.meta.url).href;

/** A program that uses the library in all the ways that end, and prints what is left after each. */
const program = `
import { fetchMany, openConnection, runBatch, startServer } from ${JSON.stringify(library)};
const url = process.argv[1];
const left = () => process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReqPromise/.test(name));
const print = async (name) => {
  // Node names what is closed until the loop has come round: under load all of it may fall into one turn.
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  console.log(name, JSON.stringify(left()));
};
process.on('unhandledRejection', (error) => console.log('unhandled', error));
function* urls(count) { for (let n = 0; n < count; n++) yield n % 3 === 2 ? url + '/delay/60' : url + '/hello/' + n; }
function* failing() { yield* urls(9); throw new Error('source'); }

for await (const _ of fetchMany(Array.from({ length: 50 }, () => url + '/hello/x'), { concurrency: 10 }));
await print('end');
for await (const _ of fetchMany(urls(1000), { concurrency: 10 })) break;
await print('break');
for await (const _ of fetchMany([url + '/status/503', url + '/hello/x'], { rate: '5/s' })) break;
await print('waiting');
await fetchMany(failing(), { concurrency: 9 }).toArray().catch(() => {});
await print('source');
await fetchMany(urls(1000), { signal: AbortSignal.timeout(100) }).toArray().catch(() => {});
await print('signal');
await fetchMany([url + '/delay/60'], { timeoutMs: 20, retries: 0 }).toArray();
await print('timeout');
fetchMany(urls(5));
await print('unused');
await runBatch({ input: '-', output: '-', signal: AbortSignal.abort() }).catch(() => {});
await print('batch');
const server = await startServer((connection) => connection.readLine(), { graceMs: 20, readTimeoutMs: 60_000, onError: () => {} });
const open = () => openConnection({ host: server.host, port: server.port, readTimeoutMs: 60_000 });
const [cutOff, ended, aborted] = await Promise.all([open(), open(), open()]);
await ended.readLine({ timeoutMs: 5 }).catch(() => {});
await ended.close();
aborted.abort();
await server.close();
await cutOff.readLine().catch(() => {});
await cutOff.close();
await print('streams');
`;

test('nothing is left after any end', async () => {
  const target = await startTarget();
  try {
    const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program, target.url]);
    child.child.stdin?.end();
    const { stdout, stderr } = await child;
    expect(stderr).toBe('');
    const ends = ['end', 'break', 'waiting', 'source', 'signal', 'timeout', 'unused', 'batch', 'streams'];
    expect(stdout.trimEnd().split('\n')).toEqual(ends.map((name) => `${name} []`));
  } finally {
    await target.close();
  }
});
