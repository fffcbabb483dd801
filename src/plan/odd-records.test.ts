// Records that are valid JSON and yet no request can be made of them: each is an error of its own record.
// What is thrown instead would end the run as a bug, and again at every resumption.

import { expect, test } from 'vitest';
import { createPlanner, type PlannerOptions } from './create-planner.ts';

const deep = `${'['.repeat(100_000)}12345678901234567890${']'.repeat(100_000)}`;
const long = JSON.stringify({ url: 'https://h.example/', x: 'x'.repeat(2 ** 24) });

async function plan(options: Partial<PlannerOptions>, text: string) {
  const planner = await createPlanner({ runId: 'run', env: {}, textIsJson: true, ...options });
  return planner.plan({ value: JSON.parse(text), index: 3, text });
}

const odd: readonly (readonly [string, Partial<PlannerOptions>, string])[] = [
  ['a deep body with a long number', {}, `{"url":"https://h.example/","body":${deep}}`],
  ['a deep field in --json', { url: 'https://h.example/', json: '{"a":{{x}}}' }, `{"x":${deep}}`],
  ['a long number as id of a deep record', {}, `{"id":12345678901234567890,"x":${deep},"url":"https://h.example/"}`],
  ['a body too long for a text', { json: `[${Array(33).fill('{{x}}').join(',')}]` }, long],
  ['a url that is an object with a constructor', {}, '{"url":{"constructor":null}}'],
  ['a method that is an object with a constructor', {}, '{"url":"https://h.example/","method":{"constructor":null}}'],
];

test.each(odd)('%s', async (_, options, text) => {
  expect(await plan(options, text)).toMatchObject({ kind: 'bad', error: { name: 'RecordError', code: 'bad_record' } });
});
