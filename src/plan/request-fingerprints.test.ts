import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanOptions } from './plan-options.ts';
import { requestFingerprints } from './request-fingerprints.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-prints-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function prints(options: PlanOptions, runId = 'run'): Promise<Record<string, string>> {
  return requestFingerprints({ ...options, runId });
}

async function file(text: string): Promise<string> {
  const path = join(folder, 'file');
  await writeFile(path, text);
  return path;
}

test('one entry for each option that is given', async () => {
  expect(await prints({})).toEqual({});
  expect(await prints({ headers: [], form: [], recordAsJson: false })).toEqual({});
  const all = await prints({
    url: 'https://a',
    headers: ['A: b'],
    recordAsJson: true,
    bearer: 'x',
    idempotencyKey: 'off',
  });
  expect(Object.keys(all)).toEqual(['url', 'headers', 'recordAsJson', 'bearer', 'idempotencyKey']);
  expect(Object.values(all).every((print) => /^[0-9a-f]{32}$/.test(print))).toBe(true);
});

test('the run salts them', async () => {
  expect(await prints({ url: 'https://a' }, 'r1')).not.toEqual(await prints({ url: 'https://a' }, 'r2'));
  expect(await prints({ url: 'https://a' }, 'r1')).toEqual(await prints({ url: 'https://a' }, 'r1'));
});

const changes: readonly (readonly [PlanOptions, PlanOptions])[] = [
  [{ url: 'https://a/{{x}}' }, { url: 'https://a/{{y}}' }],
  [{ method: 'GET' }, { method: 'PUT' }],
  [{ headers: ['A: 1'] }, { headers: ['A: 2'] }],
  [{ headers: ['X-Key: 1'] }, { headers: ['X-Token: 1'] }],
  [{ json: '1' }, { json: '2' }],
  [{ data: '1' }, { data: '2' }],
  [{ form: ['a=1'] }, { form: ['a=2'] }],
  [{ baseUrl: 'https://a' }, { baseUrl: 'https://b' }],
  [{ url: 'https://a/?key={{a}}' }, { url: 'https://a/?key={{b}}' }],
  [{ url: 'https://a/?q=1' }, { url: 'https://a/?q=2' }],
  [{ url: 'https://a/?token=1' }, { url: 'https://a/' }],
  [{ form: ['key={{a}}'] }, { form: ['key={{b}}'] }],
];

describe('what changes a request changes a fingerprint', () => {
  test.each(changes)('%j and %j', async (one, other) => {
    expect(await prints(one)).not.toEqual(await prints(other));
  });

  test.each(['request', 'map'] as const)('the contents of the --%s file', async (name) => {
    const before = await prints({ [name]: await file('{"url":"https://a/","body":1}') });
    const after = await prints({ [name]: await file('{"url":"https://a/","body":2}') });
    expect(after).not.toEqual(before);
  });
});

const credentials: readonly (readonly [PlanOptions, PlanOptions])[] = [
  [{ user: 'a:b' }, { user: 'c:d' }],
  [{ bearer: 'a' }, { bearer: 'b' }],
  [{ headers: ['Authorization: a'] }, { headers: ['Authorization: b'] }],
  [{ headers: ['X-Api-Key: a'] }, { headers: ['X-Api-Key: b'] }],
  [{ headers: ['X-Session: a'] }, { headers: ['X-Session: {{$env.S}}'] }],
  [{ url: 'https://u:p@a/x' }, { url: 'https://a/x' }],
  [{ url: 'https://a/x?api_key=a&q=1' }, { url: 'https://a/x?api_key={{$env.API_KEY}}&q=1' }],
  [{ form: ['secret=a', 'q=1'] }, { form: ['secret={{$env.SECRET}}', 'q=1'] }],
];

describe('credentials are in no fingerprint', () => {
  test.each(credentials)('%j and %j', async (one, other) => {
    expect(await prints(one)).toEqual(await prints(other));
  });

  test('in the --request file', async () => {
    const before = await prints({ request: await file('{"url":"https://u:p@a/","headers":{"Cookie":"a","X":"1"}}') });
    const after = await prints({ request: await file('{"url":"https://a/","headers":{"Cookie":"b","X":"1"}}') });
    const other = await prints({ request: await file('{"url":"https://a/","headers":{"Cookie":"b","X":"2"}}') });
    expect(after).toEqual(before);
    expect(other).not.toEqual(before);
  });
});

test('a missing file is named', async () => {
  await expect(prints({ map: join(folder, 'none.ts') })).rejects.toMatchObject({ code: 'no_such_file' });
});
