// Whole blocks, as they stand on the screen.

import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawBlock } from './draw-block.ts';
import { plainLine } from './progress.ts';
import type { ProgressSnapshot } from './progress-snapshot.ts';
import type { ShownWait, Statistics } from './statistics.ts';
import { columnsOf } from './terminal-text.ts';

const none = { ok: 0, failed: 0, unknown: 0, skipped: 0 };

const idle: Statistics = {
  elapsedMs: 0,
  settled: none,
  alreadySettled: none,
  attempts: 0,
  inFlight: 0,
  retries: 0,
  resent: 0,
  attemptFailures: [],
  resultFailures: [],
  latencyMs: null,
  perSecond: 0,
  waits: [],
  waitingOrigins: 0,
};

const busy: Statistics = {
  ...idle,
  elapsedMs: 10_000,
  settled: { ok: 12_300, failed: 40, unknown: 5, skipped: 0 },
  attempts: 12_394,
  inFlight: 37,
  retries: 12,
  attemptFailures: [
    { kind: '503', count: 30, example: null },
    { kind: 'timeout', count: 7, example: null },
  ],
  resultFailures: [
    { kind: '503', count: 20, example: 'the server answered 503' },
    { kind: 'missing_field', count: 9, example: 'there is no field' },
  ],
  latencyMs: { p50: 12, p95: 340, p99: 1200, max: 4000 },
  perSecond: 1234,
  waits: [{ origin: 'https://api.example.com', leftMs: 11_300, reason: 'retry-after', detail: null }],
  waitingOrigins: 1,
};

function snapshotOf(statistics: Statistics, others: Partial<ProgressSnapshot> = {}): ProgressSnapshot {
  return {
    statistics,
    total: 50_000,
    readRecords: 13_000,
    readBytes: 0,
    totalBytes: null,
    rateLimit: null,
    stopping: null,
    state: 'running',
    local: null,
    hooks: null,
    ...others,
  };
}

function draw(snapshot: ProgressSnapshot, columns = 80): string[] {
  return drawBlock(snapshot, { columns, color: false });
}

describe('the live block', () => {
  test('on 80 columns', () => {
    expect(draw(snapshotOf(busy))).toEqual([
      '███████░░░░░░░░░░░░░░░░░░░░░░░  12,345/50,000  24%  1,234/s  ETA 31 s',
      '37 in flight  12 retries  12,300 ok  40 failed  5 unknown',
      '503: 30  missing_field: 9  timeout: 7',
      'p50 12 ms  p95 340 ms  p99 1.2 s',
      'waiting: api.example.com asked us to wait 12 s',
    ]);
  });

  test('on 200 columns it is the same', () => {
    expect(draw(snapshotOf(busy), 200)).toEqual(draw(snapshotOf(busy), 80));
  });

  test('on 40 columns the bar goes, results come first, and sentences are short', () => {
    expect(draw(snapshotOf(busy), 40)).toEqual([
      '12,345/50,000  24%  1,234/s  ETA 31 s',
      '12,300 ok  40 failed  5 unknown',
      '503: 30  missing_field: 9  timeout: 7',
      'p50 12 ms  p95 340 ms  p99 1.2 s',
      'wait 12 s: api.example.com',
    ]);
  });

  test('on 20 columns numbers are whole or not there', () => {
    expect(draw(snapshotOf(busy), 20)).toEqual([
      '12,345/50,000  24%',
      '12,300 ok  40 failed',
      '503: 30',
      'p50 12 ms',
      'wait 12 s: api.exam…',
    ]);
  });

  test('in colour', () => {
    expect(drawBlock(snapshotOf({ ...busy, retries: 0 }), { columns: 80, color: true })).toEqual([
      '\u001B[36m███████\u001B[39m\u001B[2m░░░░░░░░░░░░░░░░░░░░░░░\u001B[22m  12,345/50,000  24%  1,234/s  ETA 31 s',
      '37 in flight  \u001B[2m0 retries\u001B[22m  \u001B[32m12,300 ok\u001B[39m  \u001B[31m40 failed\u001B[39m  \u001B[35m5 unknown\u001B[39m',
      '\u001B[31m503: 30\u001B[39m  \u001B[31mmissing_field: 9\u001B[39m  \u001B[31mtimeout: 7\u001B[39m',
      'p50 12 ms  p95 340 ms  p99 1.2 s',
      '\u001B[33mwaiting: api.example.com asked us to wait 12 s\u001B[39m',
    ]);
  });

  test('before anything happened', () => {
    expect(draw(snapshotOf(idle))).toEqual([
      '░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0/50,000  0%  0/s  0 ms so far',
      '0 in flight  0 retries  0 ok  0 failed  0 unknown',
    ]);
  });

  test('with no records at all', () => {
    expect(draw(snapshotOf(idle, { total: 0 }))[0]).toBe('██████████████████████████████  0/0  100%  0/s  took 0 ms');
  });

  test('when all is done', () => {
    const done = { ...idle, elapsedMs: 125_000, settled: { ...none, ok: 50_000 }, perSecond: 400 };
    expect(draw(snapshotOf(done))).toEqual([
      '██████████████████████████████  50,000/50,000  100%  400/s  took 2 m 05 s',
      '0 in flight  0 retries  50,000 ok  0 failed  0 unknown',
    ]);
  });

  test('with huge numbers', () => {
    const huge: Statistics = {
      ...idle,
      elapsedMs: 8.64e8,
      settled: { ...none, ok: 9_876_543_210_123, failed: 1e12 },
      inFlight: 100_000,
      retries: 123_456_789_012,
      perSecond: 1_234_567,
    };
    expect(draw(snapshotOf(huge, { total: 9e15 }))).toEqual([
      '10,876,543,210,123/9,000,000,000,000,000  0.1%  1,234,567/s  ETA 84,273 d 02 h',
      '9,876,543,210,123 ok  1,000,000,000,000 failed  0 unknown  100,000 in flight',
    ]);
  });
});

describe('the total', () => {
  test('is reckoned from the bytes while the end of a file is not known', () => {
    const reading = { total: null, readRecords: 13_000, readBytes: 1_300_000, totalBytes: 5_000_000 };
    expect(draw(snapshotOf({ ...busy, perSecond: 1000 }, reading))[0]).toBe(
      '███████░░░░░░░░░░░░░░░░░░░░░░░  12,345/~50,000  24%  1,000/s  ETA 38 s',
    );
  });

  test('reckoned, is never said to be reached', () => {
    const settled = { ...none, ok: 60 };
    const reading = { total: null, readRecords: 50, readBytes: 100, totalBytes: 100 };
    expect(draw(snapshotOf({ ...idle, settled }, reading))[0]).toBe(
      '█████████████████████████████░  60/~60  99%  0/s  0 ms so far',
    );
  });

  test('may be unknown: then there are counts only', () => {
    const stream = { total: null, readBytes: 1_300_000, totalBytes: null };
    expect(draw(snapshotOf(busy, stream))[0]).toBe('12,345 done  1,234/s  10 s so far');
  });

  test('the rate of the whole run, without earlier ones, tells the rest when nothing was settled lately', () => {
    const settled = { ...none, ok: 11_000 };
    const alreadySettled = { ...none, ok: 10_000 };
    const stalled = { ...idle, elapsedMs: 10_000, settled, alreadySettled };
    expect(draw(snapshotOf(stalled, { total: 12_000 }))[0]).toBe(
      '███████████████████████████░░░  11,000/12,000  91%  0/s  ETA 10 s',
    );
  });
});

function last(others: Partial<ProgressSnapshot>, statistics: Partial<Statistics> = {}, columns = 100): string {
  return draw(snapshotOf({ ...busy, ...statistics }, others), columns).at(-1) ?? '';
}

function wait(reason: ShownWait['reason']): Partial<Statistics> {
  return { waits: [{ origin: 'http://127.0.0.1:8080', leftMs: 40, reason, detail: null }] };
}

describe('the last line', () => {
  test('says what it waits for', () => {
    expect(last({ rateLimit: '10/s' }, wait('rate'))).toBe('waiting: rate limit 10/s for 127.0.0.1:8080');
    expect(last({}, wait('rate'))).toBe('waiting: rate limit for 127.0.0.1:8080');
    expect(last({}, wait('outage'))).toBe('waiting: 127.0.0.1:8080 is down; trying it again in 1 s');
    expect(last({}, { ...wait('retry-after'), waitingOrigins: 2 })).toBe(
      'waiting: 127.0.0.1:8080 asked us to wait 1 s, and 1 other origin waits',
    );
    expect(last({}, { waitingOrigins: 1000 })).toBe(
      'waiting: api.example.com asked us to wait 12 s, and 999 other origins wait',
    );
  });

  test('says that it waits for hooks, and how many of them a stopped run lets end', () => {
    const hooks = { open: 64, areAwaited: true };
    expect(last({ hooks }, { waits: [] })).toBe('waiting: the hook (--on-result) has 64 results to do');
    expect(last({ hooks: { open: 3, areAwaited: false } }, wait('rate'))).toBe(
      'waiting: rate limit for 127.0.0.1:8080',
    );
    const stopping = { graceLeftMs: 9800 };
    expect(last({ stopping, hooks }, { inFlight: 0 })).toMatch(/^stopping: letting 64 hooks finish \(up to 10 s\)/);
    expect(last({ stopping, hooks }, {}, 79)).toBe('stopping: 101 to finish (up to 10 s); Ctrl-C: stop now');
  });

  test('says that the run stops, at any width', () => {
    const stopping = { stopping: { graceLeftMs: 9800 } };
    expect(draw({ ...snapshotOf(busy), ...stopping })[0]).toMatch(/ {2}1,234\/s {2}[\d.]+ (?:s|m).* so far$/);
    expect(last(stopping)).toBe('stopping: letting 37 requests finish (up to 10 s); press Ctrl-C again to stop now');
    expect(last(stopping, {}, 79)).toBe('stopping: 37 to finish (up to 10 s); Ctrl-C: stop now');
    expect(last(stopping, {}, 20)).toBe('stopping (10 s)');
    expect(last({ stopping: { graceLeftMs: 0 } }, {}, 79)).toMatch(/up to 1 s/);
    expect(last(stopping, { inFlight: 1 })).toMatch(/^stopping: letting 1 request finish/);
    expect(last(stopping, { inFlight: 0 })).toBe('stopping: writing what is settled');
  });

  test('many kinds of failures are counted, not listed', () => {
    const attemptFailures = Array.from({ length: 11 }, (_, at) => ({
      kind: `${500 + at}`,
      count: 20 - at,
      example: null,
    }));
    expect(draw(snapshotOf({ ...busy, attemptFailures, resultFailures: [] }), 100)[2]).toBe(
      '500: 20  501: 19  502: 18  503: 17  504: 16  505: 15  506: 14  507: 13  and 3 more kinds',
    );
  });
});

describe('whatever the snapshot holds', () => {
  const count = fc.maxSafeNat();
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const statistics = fc.record<Statistics>({
    elapsedMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
    settled: fc.record({ ok: count, failed: count, unknown: count, skipped: count }),
    alreadySettled: fc.constant(none),
    attempts: count,
    inFlight: count,
    retries: count,
    resent: count,
    attemptFailures: fc.array(fc.record({ kind: text, count, example: fc.constant(null) })),
    resultFailures: fc.array(fc.record({ kind: text, count, example: text })),
    latencyMs: fc.constant({ p50: 0.2, p95: 99_999, p99: 1e9, max: 1e9 }),
    perSecond: fc.double({ min: 0, max: 1e9, noNaN: true }),
    waits: fc.array(
      fc.record({
        origin: text,
        leftMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
        reason: fc.constantFrom('retry-after' as const, 'quota' as const, 'rate' as const, 'outage' as const),
        detail: fc.option(fc.string({ unit: 'binary' })),
      }),
    ),
    waitingOrigins: count,
  });
  const snapshots = fc.record<ProgressSnapshot>({
    statistics,
    total: fc.option(count),
    readRecords: count,
    readBytes: count,
    totalBytes: fc.option(count),
    rateLimit: fc.option(text),
    state: fc.constantFrom('running' as const, 'paused' as const, 'draining' as const),
    local: fc.option(text),
    hooks: fc.option(fc.record({ open: count, areAwaited: fc.boolean() })),
    stopping: fc.option(fc.record({ graceLeftMs: fc.double({ min: 0, max: 1e9, noNaN: true }) })),
  });

  test('no line is wider than the columns, and none holds a control', () => {
    fc.assert(
      fc.property(snapshots, fc.integer({ min: 1, max: 200 }), fc.boolean(), (snapshot, columns, color) => {
        for (const line of drawBlock(snapshot, { columns, color })) {
          const plain = stripVTControlCharacters(line);
          expect(columnsOf(plain)).toBeLessThanOrEqual(columns);
          expect(color ? plain : line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
        expect(plainLine(snapshot)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  test('an origin that carries escape codes does not reach the terminal', () => {
    const waits = [
      { origin: 'https://a\u001B[2J\u001B]0;x\u0007\r\nb', leftMs: 1000, reason: 'outage' as const, detail: null },
    ];
    expect(draw(snapshotOf({ ...busy, waits })).at(-1)).toBe('waiting: a b is down; trying it again in 1 s');
  });
});
