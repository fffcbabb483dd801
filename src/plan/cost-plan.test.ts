// What a request costs: by --cost, by the record that is a request, by the map module, by the request file.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlanner, type PlannerOptions } from './create-planner.ts';
import type { Planned } from './planner.ts';

const url = 'https://h.example/';
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-cost-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function plan(options: Partial<PlannerOptions>, record: unknown): Promise<Planned> {
  const env = { TOKENS: '17', WORD: 'hush' };
  const planner = await createPlanner({ runId: 'run', env, countsCost: true, textIsJson: true, ...options });
  return planner.plan({ value: record, index: 4, text: JSON.stringify(record) });
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

test.each<[cost: string | number | undefined, record: object, expected: number | null]>([
  [undefined, { tokens: 5, cost: 6 }, null],
  [250, {}, 250],
  ['0.5', {}, 0.5],
  [0, {}, 0],
  ['{{tokens}}', { tokens: 1200 }, 1200],
  ['{{tokens}}', { tokens: '1200' }, 1200],
  ['{{usage.in}}', { usage: { in: 0 } }, 0],
  ['{{k}}e3', { k: 2 }, 2000],
  ['{{$index}}', {}, 4],
  ['{{$env.TOKENS}}', {}, 17],
])('--cost %j with %j is %j', async (cost, record, expected) => {
  const options = cost === undefined ? { url } : { url, cost };
  expect(await plan(options, record)).toMatchObject({ kind: 'request', cost: expected });
});

test.each([
  [{ tokens: 'many' }, 'gives "many"'],
  [{ tokens: '' }, 'gives ""'],
  [{ tokens: -1 }, 'gives -1'],
  [{ tokens: '-1' }, 'gives "-1"'],
  [{ tokens: null }, 'gives null'],
  [{ tokens: true }, 'gives true'],
  [{ tokens: [5] }, 'gives an array'],
  [{ tokens: { n: 5 } }, 'gives an object'],
  [{ tokens: 'Infinity' }, 'gives "Infinity"'],
])('a record whose cost is no number from 0 up is a bad record: %j', async (record, gives) => {
  expect(await plan({ url, cost: '{{tokens}}' }, record)).toMatchObject({
    kind: 'bad',
    error: {
      code: 'bad_record',
      message: `--cost: "tokens" must give a number from 0 up, and ${gives}`,
      hint: 'Correct "tokens" of this record.',
    },
  });
});

test('all fields of a cost are named, and one that is missing is', async () => {
  const options = { url, cost: '{{a}}.{{b}}' };
  const message = '--cost: "a" and "b" must give a number from 0 up, and gives "x.y"';
  expect(await plan(options, { a: 'x', b: 'y' })).toMatchObject({ kind: 'bad', error: { message } });
  expect(await plan(options, { a: 'x' })).toMatchObject({ kind: 'bad', error: { code: 'missing_field' } });
});

test.each([
  ['many', '--cost: "many" is no number from 0 up'],
  ['-5', '--cost: "-5" is no number from 0 up'],
  ['{{$env.WORD}}', '--cost: "{{$env.WORD}}" is no number from 0 up'],
  ['{{tokens', '--cost: the placeholder that begins at position 1 is never closed by "}}"'],
])('--cost %j is refused', async (cost, message) => {
  await expect(plan({ url, cost }, {})).rejects.toMatchObject({ code: 'bad_option', message });
});

describe('a record that is a request', () => {
  test.each([
    [{ url, cost: 12.5 }, 12.5],
    [{ url, cost: null }, null],
    [{ url }, null],
  ])('%j', async (record, cost) => {
    expect(await plan({}, record)).toMatchObject({ kind: 'request', cost });
  });

  test('may not have another cost', async () => {
    const message = 'field "cost" must be a number from 0 up, and is "12 EUR"';
    expect(await plan({}, { url, cost: '12 EUR' })).toMatchObject({ error: { code: 'bad_record', message } });
    expect(await plan({}, { url, cost: '12' })).toMatchObject({ kind: 'bad' });
    expect(await plan({ textIsJson: false }, { url, cost: '12' })).toMatchObject({ kind: 'request', cost: 12 });
  });

  test('has a field like any other if nobody counts costs, or an option says them', async () => {
    const record = { url, cost: '12 EUR', tokens: 7 };
    expect(await plan({ countsCost: false }, record)).toMatchObject({ kind: 'request', cost: null });
    expect(await plan({ cost: '{{tokens}}' }, record)).toMatchObject({ kind: 'request', cost: 7 });
  });
});

test('the request of a map module says its cost; --cost looks at the record', async () => {
  const map = await file('map.mjs', `export default (r) => ({ url: '${url}', cost: r.n * 2 });`);
  expect(await plan({ map }, { n: 21 })).toMatchObject({ kind: 'request', cost: 42 });
  expect(await plan({ map }, { n: 'x' })).toMatchObject({ kind: 'bad', error: { code: 'bad_record' } });
  expect(await plan({ map, cost: '{{n}}' }, { n: 21 })).toMatchObject({ kind: 'request', cost: 21 });
});

test('so does a request file', async () => {
  const request = await file('request.json', `{"url": "${url}", "cost": "{{tokens}}"}`);
  const bare = await file('bare.json', `{"url": "${url}", "cost": {{tokens}}}`);
  const fixed = await file('fixed.json', `{"url": "${url}", "cost": 12}`);
  const wrong = await file('wrong.json', `{"url": "${url}", "cost": ["12"]}`);
  for (const path of [request, bare])
    expect(await plan({ request: path }, { tokens: 9 })).toMatchObject({ kind: 'request', cost: 9 });
  expect(await plan({ request: fixed }, {})).toMatchObject({ kind: 'request', cost: 12 });
  expect(await plan({ request, cost: 3 }, {})).toMatchObject({ kind: 'request', cost: 3 });
  expect(await plan({ request: wrong, countsCost: false }, {})).toMatchObject({ kind: 'request', cost: null });
  await expect(plan({ request: wrong }, {})).rejects.toThrow('"cost" must be a number or a string');
});
