import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlanner } from './create-planner.ts';
import type { PlanOptions } from './plan-options.ts';
import type { Planned } from './planner.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-request-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function plan(file: string, record: unknown, more: PlanOptions = {}): Promise<Planned> {
  const path = join(folder, 'request.json');
  await writeFile(path, file);
  const planner = await createPlanner({ runId: 'run', env: { T: 'tok' }, textIsJson: true, request: path, ...more });
  return planner.plan({ value: record, index: 2, text: JSON.stringify(record) });
}

test('a file with placeholders everywhere', async () => {
  const file = `\uFEFF{
    "url": "https://h.example/{{a}}", "method": "{{m}}", "id": "x-{{$id}}", "timeoutMs": "{{t}}",
    "headers": {"X-A": "{{a}}", "X-B": "old", "Authorization": "Bearer {{$env.T}}", "Accept": "*/*"},
    "body": {"k{{a}}": ["{{o}}", {{n}}, "\\\\{{lit}}"], "big": 12345678901234567890},
    "other": "ignored"
  }`;
  const record = { a: 1, m: 'put', id: 'r', t: 9, o: { x: [] }, n: null };
  const got = await plan(file, record, { headers: ['x-b: new'] });
  expect(got).toMatchObject({
    kind: 'request',
    id: 'x-r',
    timeoutMs: 9,
    request: { method: 'PUT', path: '/1', body: '{"k1":[{"x":[]},null,"{{lit}}"],"big":12345678901234567890}' },
  });
  const headers = got.kind === 'request' ? got.request.headers : [];
  expect(headers.slice(0, 8)).toEqual(['X-A', '1', 'Authorization', 'Bearer tok', 'Accept', '*/*', 'x-b', 'new']);
  expect(headers.slice(-2)).toEqual(['content-type', 'application/json']);
});

test.each([
  ['"{{v}}"', { v: 'text' }, 'text', 'text/plain; charset=utf-8'],
  ['"{{v}}"', { v: { a: 1 } }, '{"a":1}', 'application/json'],
  ['"<{{v}}>"', { v: 1 }, '<1>', 'text/plain; charset=utf-8'],
  ['{{v}}', { v: [1] }, '[1]', 'application/json'],
])('the body %s of %j', async (body, record, want, type) => {
  const got = await plan(`{"url":"https://h.example/","body":${body}}`, record);
  expect(got).toMatchObject({ request: { method: 'POST', body: want, headers: expect.arrayContaining([type]) } });
});

test('bytes', async () => {
  const got = await plan('{"url":"https://h.example/","bodyBase64":"{{v}}"}', { v: 'AP8=' });
  expect(got).toMatchObject({ request: { body: Buffer.from([0, 255]) } });
});

test.each([
  ['[]', /not an object/],
  ['{"method":"GET"}', /no "url"/],
  ['{"url":5}', /"url" must be a string/],
  ['{"url":"https://a","method":5}', /"method" must be a string/],
  ['{"url":"https://a","headers":[]}', /"headers" must be an object/],
  ['{"url":"https://a","headers":{"A":{}}}', /"A" must be a string/],
  ['{"url":"https://a","headers":{"A b":"x"}}', /"A b"/],
  ['{"url":"https://a","body":1,"bodyBase64":""}', /both/],
  ['{"url":"https://a",}', /position 20/],
  ['{"url":"https://a/{{$nope}}"}', /\$nope/],
])('the file %s is refused', async (file, message) => {
  const error = { code: 'bad_option', message: expect.stringMatching(message) };
  await expect(plan(file, {})).rejects.toMatchObject(error);
});
