import { describe, expect, test } from 'vitest';
import { FailureTally } from './failure-tally.ts';

describe('FailureTally', () => {
  test('ranks kinds by count, then by name, with the first message of each', () => {
    const tally = new FailureTally();
    tally.add('timeout', 'first');
    tally.add(503);
    for (let at = 0; at < 3; at++) tally.add('body_cut', `cut ${at}`);
    tally.add('timeout', 'second');
    tally.add(503, 'too late to be the example');
    expect(tally.ranked()).toEqual([
      { kind: 'body_cut', count: 3, example: 'cut 0' },
      { kind: '503', count: 2, example: null },
      { kind: 'timeout', count: 2, example: 'first' },
    ]);
  });

  test('does not grow with the kinds that a file makes up, nor with long messages', () => {
    const tally = new FailureTally();
    tally.add('long', 'x'.repeat(10_000));
    for (let at = 0; at < 10_000; at++) tally.add(`made_up_${at}`, null);
    const ranked = tally.ranked();
    expect(ranked).toHaveLength(501);
    expect(ranked[0]).toEqual({ kind: 'other', count: 9501, example: null });
    expect(ranked.find(({ kind }) => kind === 'long')?.example).toBe(`${'x'.repeat(300)}…`);
  });
});
