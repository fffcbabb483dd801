// The governor in the whole engine, against modelled servers on a fake clock: what is measured lies in
// the ranges that each scenario states. docs/governor.md shows pictures of them.
// Every run also proves that permits taken were given back, and that nothing was left (PhysicsBench).

import { expect, test } from 'vitest';
import { measure, outOfRange } from '../../src/testing/physics-measure.ts';
import { readScenarios } from '../../src/testing/physics-scenario.ts';

const scenarios = readScenarios();

test('what is out of range, or was not measured, is seen', () => {
  expect(outOfRange({ a: 1, b: 1, c: NaN }, { a: [1, 2], b: [2, 3], c: [0, 1], d: [0, 1] })).toEqual([
    'b is 1, and should be from 2 to 3',
    'c is NaN, and should be from 0 to 1',
    'd is not measured, and should be from 0 to 1',
  ]);
});

test('there are scenarios, and each states what becomes of its records', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(17);
  expect(scenarios.filter(({ expect: ranges }) => ranges['ok'] === undefined)).toEqual([]);
});

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
  const { measures } = await measure(scenario);
  expect(outOfRange(measures, scenario.expect)).toEqual([]);
});
