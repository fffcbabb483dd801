import { expect, test } from 'vitest';
import { hookGave, hookThrew } from './hook-end.ts';

test.each([
  [undefined, null],
  [null, 'null'],
  [{ a: [1, 'x\n'], b: undefined }, '{"a":[1,"x\\n"]}'],
  [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ['\ud800', '"\\ud800"'],
])('%j is recorded as %s', (value, extracted) => {
  expect(hookGave(value)).toEqual({ extracted });
});

const cycle: unknown[] = [];
cycle.push(cycle);

test.each([
  [() => 1, 'the hook returned what JSON cannot hold: a function'],
  [Symbol('s'), 'the hook returned what JSON cannot hold: a symbol'],
  [1n, 'the hook returned what JSON cannot hold: TypeError: Do not know how to serialize a BigInt'],
  [cycle, 'the hook returned what JSON cannot hold: TypeError: Converting circular structure to JSON'],
  ['x'.repeat(16 * 1024 * 1024), 'the hook returned 16777218 characters of JSON, more than 16777216'],
])('what JSON cannot hold is a problem', (value, problem) => {
  const end = hookGave(value);
  expect('problem' in end && end.problem.split('\n')[0]).toBe(problem);
});

test.each([
  [new RangeError('too much'), 'the hook threw RangeError: too much'],
  ['a text', 'the hook threw a text'],
  [undefined, 'the hook threw undefined'],
  [Object.create(null), 'the hook threw something that has no text'],
])('what was thrown is told, whatever it is', (thrown, problem) => {
  expect(hookThrew(thrown)).toEqual({ problem });
});
