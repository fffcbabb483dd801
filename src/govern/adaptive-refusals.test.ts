import { describe, expect, test } from 'vitest';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { AdaptiveNoise, refusalOf } from './adaptive-refusals.ts';

test.each<[Partial<AttemptEnd>, string | null]>([
  [{}, null],
  [{ outcome: 'congestion', status: 429 }, 'spoken'],
  [{ outcome: 'congestion', status: 429, attempt: 3 }, 'spoken'],
  [{ outcome: 'congestion', status: 503 }, 'spoken'],
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

function heard(noise: AdaptiveNoise, refused: number, answered: number): AdaptiveNoise {
  for (let n = 0; n < refused; n++) noise.count(true);
  for (let n = 0; n < answered; n++) noise.count(false);
  return noise;
}

describe('what is tolerated', () => {
  test('of spoken refusals none', () => {
    const noise = heard(new AdaptiveNoise(), 0, 1000);
    expect(noise.tolerates('spoken', false, false)).toBe(true);
    noise.count(true);
    expect(noise.tolerates('spoken', false, false)).toBe(false);
  });

  test('of silent ones two, or one in a hundred; during a trial none', () => {
    expect(heard(new AdaptiveNoise(), 2, 10).tolerates('silent', false, false)).toBe(true);
    expect(heard(new AdaptiveNoise(), 3, 10).tolerates('silent', false, false)).toBe(false);
    expect(heard(new AdaptiveNoise(), 9, 991).tolerates('silent', false, false)).toBe(true);
    expect(heard(new AdaptiveNoise(), 11, 989).tolerates('silent', false, false)).toBe(false);
    expect(heard(new AdaptiveNoise(), 1, 1000).tolerates('silent', true, false)).toBe(false);
  });

  test('far below what was served a few are, and teach how many are usual', () => {
    const noise = new AdaptiveNoise();
    for (let window = 0; window < 20; window++) {
      noise.clear();
      heard(noise, 3, 97);
      expect(noise.tolerates('spoken', false, true)).toBe(true);
      noise.learn(true);
    }
    noise.clear();
    expect(heard(noise, 8, 92).tolerates('spoken', false, false)).toBe(true);
    expect(heard(noise, 8, 0).tolerates('spoken', false, false)).toBe(false);
  });

  test('not even there more than one in twenty', () => {
    expect(heard(new AdaptiveNoise(), 8, 92).tolerates('spoken', false, true)).toBe(false);
  });

  test('what was usual is forgotten where no more is refused', () => {
    const noise = new AdaptiveNoise();
    for (let window = 0; window < 20; window++) {
      noise.clear();
      heard(noise, 3, 97).learn(true);
    }
    for (let window = 0; window < 300; window++) {
      noise.clear();
      heard(noise, 0, 100).learn(false);
    }
    noise.clear();
    expect(heard(noise, 1, 99).tolerates('spoken', false, false)).toBe(false);
  });
});
