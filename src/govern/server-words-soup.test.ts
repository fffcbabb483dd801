import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServerWords } from './server-words.ts';

const names = [
  'retry-after',
  'retry-after-ms',
  'x-ms-retry-after-ms',
  'ratelimit',
  'ratelimit-policy',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-rate-limit-reset',
  'x-ratelimit-reset-after',
  'x-ratelimit-resource',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-tokens',
  'anthropic-ratelimit-requests-remaining',
  'anthropic-ratelimit-requests-reset',
  'date',
  'age',
  'server',
];
const text = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.string({ maxLength: 40 }),
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc.stringMatching(
    /^"[ab]";[rq]=[\d.-]{1,17};[tw]=\d{1,17}(;qu="(requests|concurrent-requests|tokens)")?[ ,;="]{0,2}$/,
  ),
  fc.stringMatching(/^(limit|remaining|reset)=\d{1,3}, (limit|remaining|reset)=\d{1,20}$/),
  fc.stringMatching(/^(\d{1,20}(\.\d{1,5})?(ms|s|m|h|d)){1,4}$/),
);
const header = fc.tuple(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }),
  text,
);
const answer = fc.record({
  status: fc.constantFrom(200, 301, 403, 429, 500, 503),
  headers: fc.array(header, { maxLength: 8 }).map((pairs) => pairs.flat()),
  laterMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
  inFlight: fc.nat(50),
  cost: fc.double({ min: 0, max: 1e6, noNaN: true }),
});

test('no text of a header throws, or makes a wait that is none', () => {
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 12 }), (answers) => {
      const words = new ServerWords();
      let nowMs = 0;
      for (const { status, headers, laterMs, inFlight, cost } of answers) {
        nowMs += laterMs;
        const said = words.hear(status, headers, nowMs, 1.8e12 + nowMs, inFlight);
        const waitMs = words.waitMs(nowMs, cost);
        expect(Number.isFinite(waitMs) && waitMs >= 0).toBe(true);
        expect(words.concurrency).toBeGreaterThanOrEqual(1);
        expect(words.detail).not.toMatch(/NaN|undefined|Infinity|-\d/);
        // What is only presumed need not be remembered; it lasts no longer than that.
        expect(words.forgets(nowMs) && waitMs > 60_000).toBe(false);
        if (waitMs === 0) words.take(nowMs, cost);
        // Whatever it asked for ends: behind the last moment and what is presumed of it, all is free.
        expect(words.waitMs(nowMs + 1e17, 1)).toBe(0);
        expect(typeof said).toBe('boolean');
      }
    }),
    { numRuns: 1000 },
  );
});
