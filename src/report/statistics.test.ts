import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import type { Answer, Result } from '../http/result.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { RunStatistics, countSettled } from './statistics.ts';

const base = {
  index: 0,
  id: null,
  attempts: 1,
  ms: 5,
  waitMs: 0,
  atMs: 0,
  method: 'GET',
  url: 'https://a.example/',
  finalUrl: null,
} as const;

const ok: Result = { ...base, result: 'ok', answer: null, skipped: false };
const skipped: Result = { ...base, result: 'ok', answer: null, skipped: true };

function failed(code: ErrorCode, status: number | null, message = code as string): Result {
  const answer: Answer | null = status === null ? null : { status, headers: [], body: Buffer.alloc(0) };
  return { ...base, result: 'failed', answer, error: { code, message } };
}

const unknown: Result = { ...base, result: 'unknown', answer: null, error: { code: 'response_lost', message: 'lost' } };

function answered(status: number, ms: number): AttemptEnd {
  const outcome = status < 300 ? 'success' : 'transient';
  return sampleAttemptEnd({ outcome, ms, status });
}

function broken(code: ErrorCode, ms: number): AttemptEnd {
  return sampleAttemptEnd({ outcome: 'congestion', ms, status: null, code });
}

describe('RunStatistics', () => {
  test('knows nothing before the run', () => {
    expect(new RunStatistics(new FakeClock()).snapshot()).toEqual({
      elapsedMs: 0,
      settled: { ok: 0, failed: 0, unknown: 0, skipped: 0 },
      alreadySettled: { ok: 0, failed: 0, unknown: 0, skipped: 0 },
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
    });
  });

  test('counts what happens', () => {
    const clock = new FakeClock();
    const statistics = new RunStatistics(clock);
    for (let at = 0; at < 6; at++) statistics.attemptStarted('http://a.test', false);
    statistics.attemptEnded(answered(200, 10));
    statistics.attemptEnded(answered(503, 20));
    statistics.attemptEnded(answered(503, 30));
    statistics.attemptEnded(broken('timeout', 30_000));
    statistics.retryScheduled();
    statistics.resent();
    statistics.settled(ok);
    statistics.settled(skipped);
    statistics.settled(failed('http_status', 503, 'the server answered 503'));
    statistics.settled(failed('http_status', 503, 'again'));
    statistics.settled(failed('missing_field', null, 'there is no field "a"'));
    statistics.settled(unknown);
    clock.advance(2000);
    const snapshot = statistics.snapshot();
    expect(snapshot).toMatchObject({
      elapsedMs: 2000,
      settled: { ok: 2, failed: 3, unknown: 1, skipped: 1 },
      attempts: 6,
      inFlight: 2,
      retries: 1,
      resent: 1,
      perSecond: 3,
      attemptFailures: [
        { kind: '503', count: 2, example: null },
        { kind: 'timeout', count: 1, example: null },
      ],
      resultFailures: [
        { kind: '503', count: 2, example: 'the server answered 503' },
        { kind: 'missing_field', count: 1, example: 'there is no field "a"' },
        { kind: 'response_lost', count: 1, example: 'lost' },
      ],
    });
    expect(countSettled(snapshot.settled)).toBe(6);
    // A timeout is no answer: it does not count as a latency of 30 s.
    expect(snapshot.latencyMs?.max).toBe(30);
  });

  test('a failure with an answer that is not about its status is counted by its code', () => {
    const statistics = new RunStatistics(new FakeClock());
    statistics.settled(failed('body_too_large', 200));
    expect(statistics.snapshot().resultFailures.map(({ kind }) => kind)).toEqual(['body_too_large']);
  });

  test('goes on from what an earlier run had settled, without taking it for speed', () => {
    const clock = new FakeClock();
    const statistics = new RunStatistics(clock, { ok: 1000, failed: 20, unknown: 3 });
    statistics.settled(ok);
    clock.advance(1000);
    expect(statistics.snapshot()).toMatchObject({
      settled: { ok: 1001, failed: 20, unknown: 3, skipped: 0 },
      alreadySettled: { ok: 1000, failed: 20, unknown: 3, skipped: 0 },
      perSecond: 1,
    });
  });

  test('a snapshot is frozen and does not change with the run', () => {
    const statistics = new RunStatistics(new FakeClock());
    statistics.attemptStarted('http://a.test', false);
    statistics.attemptEnded(answered(200, 1));
    const snapshot = statistics.snapshot();
    statistics.settled(ok);
    statistics.settled(failed('timeout', null));
    expect(snapshot.settled.ok).toBe(0);
    expect(snapshot.resultFailures).toEqual([]);
    for (const part of [snapshot, snapshot.settled, snapshot.resultFailures, snapshot.waits, snapshot.latencyMs])
      expect(Object.isFrozen(part)).toBe(true);
  });
});

describe('waits', () => {
  const far = { origin: 'https://far.example', untilMs: 12_000, reason: 'retry-after', detail: null } as const;
  const near = { origin: 'https://near.example', untilMs: 5000, reason: 'outage', detail: null } as const;
  const rate = { origin: 'https://rate.example', untilMs: 100, reason: 'rate', detail: null } as const;

  test('the longest come first, with what is left of them, until they are over', () => {
    const clock = new FakeClock();
    const statistics = new RunStatistics(clock);
    statistics.waiting(near.origin, near);
    statistics.waiting(far.origin, far);
    clock.advance(1000);
    expect(statistics.snapshot().waits).toEqual([
      { origin: 'https://far.example', leftMs: 11_000, reason: 'retry-after', detail: null },
      { origin: 'https://near.example', leftMs: 4000, reason: 'outage', detail: null },
    ]);
    statistics.waiting(far.origin, null);
    expect(statistics.snapshot().waits.map(({ origin }) => origin)).toEqual(['https://near.example']);
    clock.advance(4000);
    expect(statistics.snapshot()).toMatchObject({ waits: [], waitingOrigins: 0 });
  });

  test('a rate limit stays for a second after its moment, so that it does not flicker', () => {
    const clock = new FakeClock();
    const statistics = new RunStatistics(clock);
    statistics.waiting(rate.origin, rate);
    statistics.waiting(rate.origin, null);
    clock.advance(1099);
    expect(statistics.snapshot().waits).toEqual([
      { origin: 'https://rate.example', leftMs: 0, reason: 'rate', detail: null },
    ]);
    clock.advance(1);
    expect(statistics.snapshot().waits).toEqual([]);
  });

  test('a crawl with any number of waiting origins is bounded, and the newest wait of a known one counts', () => {
    const statistics = new RunStatistics(new FakeClock());
    for (let at = 0; at < 5000; at++) {
      const origin = `https://host${at}.example`;
      statistics.waiting(origin, { origin, untilMs: 1000, reason: 'outage', detail: null });
    }
    statistics.waiting('https://host7.example', { ...near, origin: 'https://host7.example' });
    const { waits, waitingOrigins } = statistics.snapshot();
    expect(waitingOrigins).toBe(1000);
    expect(waits).toHaveLength(3);
    expect(waits[0]).toEqual({ origin: 'https://host7.example', leftMs: 5000, reason: 'outage', detail: null });
  });
});
