import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlanner } from './create-planner.ts';
import type { Planner } from './planner.ts';
import { requestFingerprints } from './request-fingerprints.ts';

let folder = '';
let planner: Planner;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-map-'));
  planner = await load(`
    interface Order { id: string; kind: string }
    export default (order: Order, { index, id }: { index: number; id: string | null }): unknown => {
      switch (order.kind) {
        case 'skip': return null;
        case 'later': return Promise.resolve({ url: 'https://h.example/later' });
        case 'later-bad': return Promise.reject(new TypeError('late'));
        case 'throw': throw new Error('no such order');
        case 'nothing': return undefined;
        case 'url': return new URL('https://h.example/url').href;
        case 'bytes': return { url: new URL('https://h.example/'), body: new Uint8Array([1]), id: 'own' };
        case 'json': return { url: 'https://h.example/', json: [1, null], headers: { 'X-A': '1' } };
        case 'json-null': return { url: 'https://h.example/', json: null, body: null, form: undefined };
        case 'own-type': return { url: 'https://h.example/', json: 1, headers: { 'Content-Type': 'a/b' } };
        case 'fields': return { url: new URL('https://h.example/p?q=1'), form: { a: 'é', b: [1, 2] }, params: { page: 2, none: null } };
        case 'two-bodies': return { url: 'https://h.example/', json: 1, body: 'x' };
        case 'bad-field': return { url: 'https://h.example/', form: { a: { b: 1 } } };
        case 'pairs': return { url: 'https://h.example/', json: 1, headers: new Headers() };
        case 'form': return { url: 'https://h.example/', body: new FormData() };
        case 'circle': { const o: Record<string, unknown> = {}; o['o'] = o; return { url: 'https://h.example/', body: o }; }
        default: return { url: 'https://h.example/' + index + '/' + id, method: undefined, body: { order, x: 1.5 } };
      }
    };`);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function load(source: string): Promise<Planner> {
  count++;
  const path = join(folder, `map-${count}.ts`);
  await writeFile(path, source);
  return createPlanner({ runId: 'run', env: {}, textIsJson: true, map: path, headers: ['X-K: {{kind}}'] });
}

function plan(kind: string) {
  const record = { id: 'o-1', kind };
  return planner.plan({ value: record, index: 4, text: JSON.stringify(record) });
}

test('a record becomes what the module returns; --header adds to it', () => {
  expect(plan('plain')).toMatchObject({
    kind: 'request',
    id: 'o-1',
    request: { method: 'POST', path: '/4/o-1', body: '{"order":{"id":"o-1","kind":"plain"},"x":1.5}' },
  });
  expect(plan('plain')).toMatchObject({ request: { headers: expect.arrayContaining(['X-K', 'plain']) } });
});

test('the digits of the record are not looked for in what the module made', () => {
  const text = '{"kind":"plain","big":12345678901234567890}';
  expect(planner.plan({ value: JSON.parse(text), index: 0, text })).toMatchObject({
    request: { body: '{"order":{"kind":"plain","big":12345678901234567000},"x":1.5}' },
  });
});

test('null skips, a URL is a request, bytes are sent as they are', () => {
  expect(plan('skip')).toEqual({ kind: 'skip', id: 'o-1' });
  expect(plan('url')).toMatchObject({ request: { method: 'GET', path: '/url' } });
  expect(plan('bytes')).toMatchObject({ id: 'own', request: { method: 'POST', body: new Uint8Array([1]) } });
});

test.each([
  ['json', '/', '[1,null]', ['X-A', '1', 'content-type', 'application/json']],
  ['json-null', '/', 'null', ['content-type', 'application/json']],
  ['own-type', '/', '1', ['Content-Type', 'a/b']],
  ['fields', '/p?q=1&page=2', 'a=%C3%A9&b=1&b=2', ['content-type', 'application/x-www-form-urlencoded']],
])('%s: a body and a query are said as requests say them in code', (kind, path, body, headers) => {
  expect(plan(kind)).toMatchObject({
    kind: 'request',
    request: { method: 'POST', path, body, headers: expect.arrayContaining(headers) as string[] },
  });
});

async function printOf(map: string | URL): Promise<string | undefined> {
  return (await requestFingerprints({ runId: 'run', map }))['map'];
}

test('a URL, or its text, names the same module', async () => {
  const path = join(folder, 'map-1.ts');
  for (const map of [pathToFileURL(path), pathToFileURL(path).href]) {
    const same = await createPlanner({ runId: 'run', env: {}, textIsJson: true, map });
    expect(same.plan({ value: { kind: 'url' }, index: 0, text: '{"kind":"url"}' })).toMatchObject({
      request: { path: '/url' },
    });
    expect(await printOf(map)).toBe(await printOf(path));
  }
});

test('only a promise is waited for', async () => {
  const later = plan('later');
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toMatchObject({ kind: 'request', id: 'o-1', request: { path: '/later' } });
  expect(await plan('later-bad')).toMatchObject({ kind: 'bad', id: 'o-1', error: { code: 'map_failed' } });
});

test.each([
  ['throw', 'map_failed', /threw Error: no such order/],
  ['nothing', 'map_failed', /returned undefined/],
  ['form', 'bad_record', /"body".*FormData/],
  ['two-bodies', 'bad_record', /both "body" and "json"/],
  ['bad-field', 'bad_record', /"a"/],
  ['pairs', 'bad_record', /"headers".*Headers/],
  ['circle', 'bad_record', /JSON/],
])('%s is an error of the record: %s', (kind, code, message) => {
  expect(plan(kind)).toMatchObject({ kind: 'bad', error: { code, message: expect.stringMatching(message) } });
});

test.each([
  ['export const x = 1;', /no function/],
  ['export default 5;', /no function/],
  ['export default function (', /cannot be loaded/],
  ['throw new Error("at load");', /at load/],
])('the module %s is refused', async (source, message) => {
  await expect(load(source)).rejects.toMatchObject({
    name: 'UsageError',
    code: 'bad_option',
    message: expect.stringMatching(message),
  });
});

test('Node itself loads TypeScript from a path with signs that mean something in URLs', async () => {
  const path = join(folder, 'my map #1%20.ts');
  await writeFile(path, 'export default (n: number): unknown => ({ url: `https://h.example/${n}` });');
  const script = `
    const { createPlanner } = await import(${JSON.stringify(new URL('create-planner.ts', import.meta.url).href)});
    const planner = await createPlanner({ runId: 'run', env: {}, map: ${JSON.stringify(path)} });
    console.log(planner.plan({ value: 5, index: 0 }).request.path);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout).toBe('/5\n');
});
