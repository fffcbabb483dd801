// What garbage collection finds. One process of its own does all of it, since it has to be told to collect.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const library = new URL('./client.ts', import.meta.url).href;
const target = new URL('../target/start-target.ts', import.meta.url).href;

const program = `
import { Client } from '${library}';
import { startTarget } from '${target}';
import { setTimeout as sleep } from 'node:timers/promises';
const target = await startTarget();
const url = target.url;
const open = () => target.stats().connections.open;
const collect = async () => { for (let n = 0; n < 5; n++) { gc(); await sleep(1); } };
const until = async (isSo) => { for (let n = 0; n < 200 && !isSo(); n++) { gc(); await sleep(5); } return isSo(); };
const warnings = [];
process.on('warning', ({ name, code, message }) => warnings.push([name, code, /dropIt/.test(message)]));
const seen = {};

await (async () => { await using client = new Client(); await client.get(url + '/status/200'); })();
(() => void new Client())();
await collect();
seen.closedOrUnused = warnings.splice(0);

async function dropIt() { const client = new Client(); return (await client.get(url + '/status/200')).status; }
seen.dropped = [await dropIt(), open(), await until(() => open() === 0 && warnings.length > 0)];
await collect();
seen.warnings = warnings.splice(0);

const asked = (() => {
  const client = new Client({ concurrency: 1 });
  void client.get(url + '/delay/0.03');
  return client.get(url + '/delay/0.03');
})();
await collect();
seen.onItsWay = (await asked).status;

const big = url + '/bytes/900000000';
const client = new Client({ concurrency: 20 });
const isIdle = () => until(() => client.statistics().active === 0);
await (async () => (await client.stream('GET', big)).status)();
seen.unread = [await isIdle(), await until(() => open() === 0)];
await (async () => { const { body } = await client.stream('GET', big); await body.next(); })();
seen.begun = [await isIdle(), await until(() => open() === 0)];
const body = await (async () => { const { body } = await client.stream('GET', url + '/drip/30?ms=1'); return body; })();
const next = body.next();
await collect();
seen.read = (await next).value.length;
for await (const chunk of body) seen.read += chunk.length;

const { signal } = new AbortController();
const send = async (times) => {
  await Promise.all(Array.from({ length: 20 }, async () => {
    for (let n = 0; n < times / 20; n++) {
      const response = await client.get(url + '/hello/' + (n % 50), { signal, totalTimeoutMs: 60000 });
      await response.text();
      if (n % 10 === 0) await (await client.stream('GET', url + '/hello/x')).text();
    }
  }));
  await collect();
  return process.memoryUsage().heapUsed;
};
const before = await send(1000);
seen.bytesARequest = (await send(1500) - before) / 1500;
await client.close();
await target.close();
console.log(JSON.stringify(seen));
`;

let seen: Record<string, unknown>;
beforeAll(async () => {
  const options = ['--expose-gc', '--no-warnings', '--input-type=module', '-e', program];
  seen = JSON.parse((await promisify(execFile)(process.execPath, options)).stdout) as typeof seen;
});

test('a client that is dropped open is reported once, with the place where it was opened, and closed', () => {
  expect(seen['dropped']).toEqual([200, 1, true]);
  expect(seen['warnings']).toEqual([['UnclosedClientWarning', 'MANYFETCH_UNCLOSED_CLIENT', true]]);
});

test('one that was closed or never used is not reported', () => {
  expect(seen['closedOrUnused']).toEqual([]);
});

test('a request that is on its way, or waits for its place, is not lost with its client', () => {
  expect(seen['onItsWay']).toBe(200);
});

test('the connection of a stream that nobody has any more is given up, that of one that is read is not', () => {
  expect(seen).toMatchObject({ unread: [true, true], begun: [true, true], read: 30 });
});

test('memory does not grow with the number of requests', () => {
  // What is compiled meanwhile counts too; the smallest thing that a request could leave behind is larger.
  expect(seen['bytesARequest']).toBeLessThan(150);
});
