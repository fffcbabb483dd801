import { describe, expect, test } from 'vitest';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { AdaptiveNoise, refusalOf } from './adaptive-refusals.ts';
import type { Refusal } from './adaptive-refusals.ts';

test.each<[Partial<AttemptEnd>, string | null]>([
  [{}, null],
  [{ outcome: 'congestion', status: 429 }, 'spoken'],
  [{ outcome: 'congestion', status: 429, attempt: 3 }, 'spoken'],
  [{ outcome: 'congestion', status: 503 }, 'silent'],
  [{ outcome: 'congestion', status: 503, attempt: 2 }, null],
  [{ outcome: 'transient', status: 502 }, 'silent'],
  [{ outcome: 'transient', status: 500 }, null],
  [{ outcome: 'permanent', status: 404 }, null],
  [{ outcome: 'success', status: 503 }, null],
  [{ outcome: 'congestion', status: null, code: 'timeout' }, 'silent'],
  [{ outcome: 'transient', status: null, code: 'connection_reset' }, 'silent'],
  [{ outcome: 'transient', status: null, code: 'connection_reset', attempt: 2 }, null],
  [{ outcome: 'transient', status: null, code: 'local_limit' }, null],
  [{ outcome: 'transient', status: null, code: 'dns_failed' }, null],
  [{ outcome: 'permanent', status: null, code: 'tls_failed' }, null],
])('%o is %s', (change, refusal) => {
  expect(refusalOf(sampleAttemptEnd(change))).toBe(refusal);
});

/** Counts so many refusals of a kind, and so many answers. */
function heard(noise: AdaptiveNoise, refusal: Refusal, refused: number, answered: number): AdaptiveNoise {
  for (let n = 0; n < answered; n++) noise.count(null);
  for (let n = 0; n < refused; n++) noise.count(refusal);
  return noise;
}

/** A decrease after a tenth was refused, then windows at the lower limit. */
function afterCut(refusedInWindow: number): { noise: AdaptiveNoise; futile: boolean[] } {
  const noise = heard(new AdaptiveNoise(), 'silent', 11, 90);
  noise.learnCut(5, 50);
  const futile = [1, 2, 3].map(() => {
    noise.clear();
    return heard(noise, 'silent', refusedInWindow, 50 - refusedInWindow).learn(false);
  });
  noise.clear();
  return { noise, futile };
}

describe('of spoken refusals', () => {
  test('none is tolerated', () => {
    const noise = heard(new AdaptiveNoise(), 'spoken', 0, 1000);
    expect(noise.tolerates('spoken', false, false)).toBe(true);
    noise.count('spoken');
    expect(noise.tolerates('spoken', false, false)).toBe(false);
  });

  test('far below what was served a few are, and teach how many are usual', () => {
    const noise = new AdaptiveNoise();
    for (let window = 0; window < 20; window++) {
      noise.clear();
      heard(noise, 'spoken', 3, 97);
      expect(noise.tolerates('spoken', false, true)).toBe(true);
      noise.learn(true);
    }
    noise.clear();
    expect(heard(noise, 'spoken', 8, 92).tolerates('spoken', false, false)).toBe(true);
    noise.clear();
    expect(heard(noise, 'spoken', 8, 0).tolerates('spoken', false, false)).toBe(false);
  });

  test('not even there more than one in twenty is', () => {
    expect(heard(new AdaptiveNoise(), 'spoken', 8, 92).tolerates('spoken', false, true)).toBe(false);
  });

  test('what was usual is forgotten where none comes any more', () => {
    const noise = new AdaptiveNoise();
    for (let window = 0; window < 20; window++) {
      noise.clear();
      heard(noise, 'spoken', 3, 97).learn(true);
    }
    for (let window = 0; window < 300; window++) {
      noise.clear();
      heard(noise, 'spoken', 0, 100).learn(false);
    }
    noise.clear();
    expect(heard(noise, 'spoken', 1, 99).tolerates('spoken', false, false)).toBe(false);
  });
});

function toleratesSilent(refused: number, answered: number, isTrial = false): boolean {
  return heard(new AdaptiveNoise(), 'silent', refused, answered).tolerates('silent', isTrial, false);
}

describe('of silent refusals', () => {
  test('two are tolerated, or one in a hundred; during a trial none', () => {
    expect([toleratesSilent(2, 10), toleratesSilent(3, 10)]).toEqual([true, false]);
    expect([toleratesSilent(9, 991), toleratesSilent(11, 989)]).toEqual([true, false]);
    expect(toleratesSilent(1, 1000, true)).toBe(false);
  });

  test('a decrease after which as many are refused was for nothing, and so many are usual', () => {
    const { noise, futile } = afterCut(5);
    expect(futile).toEqual([false, true, false]);
    expect(heard(noise, 'silent', 15, 85).tolerates('silent', true, false)).toBe(true);
    noise.clear();
    expect(heard(noise, 'silent', 40, 60).tolerates('silent', false, false)).toBe(false);
  });

  test('one after which none are refused was right, and none are usual', () => {
    const { noise, futile } = afterCut(0);
    expect(futile).toEqual([false, false, false]);
    expect(heard(noise, 'silent', 1, 99).tolerates('silent', true, false)).toBe(false);
  });
});
