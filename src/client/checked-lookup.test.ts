import { lookup as systemLookup } from 'node:dns';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';
import { Client } from './client.ts';
import { fetchMany } from './fetch-many/fetch-many.ts';
import { runBatch } from './run-batch.ts';

let target: Target;
let folder: string;
beforeAll(async () => {
  target = await startTarget();
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-lookup-'));
});
afterAll(async () => {
  await target.close();
  await rm(folder, { recursive: true });
});

/** Finds one host that no other resolver knows. */
function resolver() {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, options, found) => {
    asked.push(hostname);
    if (hostname === 'api.inside') found(null, [{ address: '127.0.0.1', family: 4 }]);
    else systemLookup(hostname, options, found);
  };
  return { asked, lookup };
}

const urlOf = (path: string) => `http://api.inside:${new URL(target.url).port}${path}`;

describe.each(['wire', 'undici'] as const)("a resolver of one's own, over %s", (transport) => {
  test('finds hosts for fetchMany', async () => {
    const { asked, lookup } = resolver();
    const urls = Array.from({ length: 20 }, (_, n) => urlOf(`/hello/${n}`));
    const results = await fetchMany(urls, { lookup, transport }).toArray();
    expect(results.map(({ status }) => status)).toEqual(urls.map(() => 200));
    expect(asked).toEqual(['api.inside']);
  });

  test('for a client', async () => {
    const { asked, lookup } = resolver();
    await using client = new Client({ baseUrl: urlOf('/'), lookup, transport });
    expect((await client.get('/hello/a')).status).toBe(200);
    expect(asked).toEqual(['api.inside']);
  });

  test('for a run', async () => {
    const { asked, lookup } = resolver();
    const [input, output] = [join(folder, `${transport}.txt`), join(folder, `${transport}.jsonl`)];
    await writeFile(input, `${urlOf('/hello/a')}\n${urlOf('/hello/b')}\n`);
    expect(await runBatch({ input, output, lookup, transport })).toMatchObject({ counts: { ok: 2 } });
    expect(await readFile(output, 'utf8')).toContain('http://api.inside:');
    expect(asked).toEqual(['api.inside']);
  });
});

const findsNothing: LookupFunction = (hostname, _, found) =>
  found(Object.assign(new Error(`nobody knows ${hostname}`), { code: 'ENOTFOUND' }), []);

test('what it fails with is told', async () => {
  const [result] = await fetchMany(['http://api.nowhere/'], { lookup: findsNothing, retries: 0 }).toArray();
  expect(result?.error).toMatchObject({ code: 'dns_failed', message: expect.stringContaining('api.nowhere') });
});

const cases: readonly (readonly [string, object, string])[] = [
  ['no function', { lookup: 'dns' }, 'Expected `lookup` to be a function'],
  ['a proxy', { proxy: 'http://127.0.0.1:1' }, '`lookup` and `proxy` cannot be given together'],
  ['a transport', { transport: mockTransport({}) }, '`lookup` and `transport` cannot be given together'],
];

test.each(cases)('refused, with nothing sent: %s', async (_, options, message) => {
  const given = { lookup: systemLookup, ...options } as object;
  const error = { code: 'bad_option', message: expect.stringContaining(message) };
  expect(() => fetchMany([urlOf('/')], given)).toThrow(expect.objectContaining(error));
  expect(() => new Client(given)).toThrow(expect.objectContaining(error));
  await expect(runBatch({ input: 'x.jsonl', ...given })).rejects.toMatchObject(error);
});

test('no proxy at all is none', async () => {
  const { lookup } = resolver();
  const [result] = await fetchMany([urlOf('/hello/a')], { lookup, proxy: '' }).toArray();
  expect(result?.status).toBe(200);
});
