import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LocalPressure } from './local-pressure.ts';
import { loopBlockedByHook } from './local-shortage.ts';

/** A machine that runs short above `capacity` in flight; the run always uses all that it may, up to `wanted`. */
function shortEachSecond(pressure: LocalPressure, capacity: number, wanted: number, fromMs: number, untilMs: number) {
  const limits: number[] = [];
  let failures = 0;
  for (let nowMs = fromMs; nowMs < untilMs; nowMs += 200) {
    const inFlight = Math.min(wanted, pressure.limitAt(nowMs));
    if (inFlight > capacity) {
      pressure.shortage('EMFILE', inFlight, nowMs);
      failures++;
    }
    limits.push(pressure.limit);
  }
  return { limits, failures };
}

test('nothing is limited while nothing is short', () => {
  const pressure = new LocalPressure();
  pressure.lag(249, 500, 1_000);
  expect(pressure.limit).toBe(Infinity);
  expect(pressure.limitAt(5_000)).toBe(Infinity);
  expect(pressure.explanation).toBeNull();
});

describe('a shortage', () => {
  test('lowers the limit to nine tenths of what was in flight, once for all that come together', () => {
    const pressure = new LocalPressure();
    for (let left = 1_000; left > 0; left--) expect(pressure.shortage('EMFILE', left, 500 + left / 20)).toBe(true);
    expect(pressure.limit).toBe(900);
    expect(pressure.shortage('EMFILE', 900, 700)).toBe(true);
    expect(pressure.limit).toBe(810);
  });

  test('takes no more than half of a limit when most has drained', () => {
    const pressure = new LocalPressure();
    pressure.shortage('EMFILE', 1_000, 0);
    pressure.shortage('EMFILE', 3, 200);
    expect(pressure.limit).toBe(450);
  });

  test('never lowers it below one, and says when fewer in flight would not help', () => {
    const pressure = new LocalPressure();
    let nowMs = 0;
    for (let inFlight = 64; inFlight > 1; nowMs += 100) {
      expect(pressure.shortage('ENFILE', inFlight, nowMs)).toBe(true);
      expect(pressure.limit).toBeLessThan(inFlight);
      inFlight = pressure.limit;
    }
    expect(pressure.shortage('ENFILE', 1, nowMs)).toBe(false);
    expect(pressure.limit).toBe(1);
  });

  test('of name servers does not stop what goes to other origins', () => {
    const pressure = new LocalPressure();
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100)
      pressure.shortage('EAI_AGAIN', Math.min(500, pressure.limit), nowMs);
    expect(pressure.limit).toBe(50);
    expect(new LocalPressure().shortage('EAI_AGAIN', 40, 0)).toBe(false);
  });
});

describe('a blocked event loop', () => {
  test('lowers the limit by a tenth a second, not below ten', () => {
    const pressure = new LocalPressure();
    pressure.lag(251, 200, 1_000);
    expect(pressure.limit).toBe(180);
    pressure.lag(400, 180, 2_000);
    expect(pressure.limit).toBe(162);
    for (let second = 3; second < 60; second++) pressure.lag(2_000, pressure.limit, second * 1_000);
    expect(pressure.limit).toBe(10);
  });

  test('is no matter when hardly anything is in flight', () => {
    const pressure = new LocalPressure();
    pressure.lag(2_000, 10, 1_000);
    expect(pressure.limit).toBe(Infinity);
  });
});

describe('recovery', () => {
  test('begins after ten seconds of quiet and is a hundredth a second', () => {
    const pressure = new LocalPressure();
    pressure.shortage('EMFILE', 1_000, 0);
    expect(pressure.limitAt(10_999)).toBe(900);
    expect(pressure.limitAt(11_000)).toBe(909);
    expect(pressure.limitAt(12_000)).toBe(918);
    expect(pressure.limitAt(20_000)).toBe(994);
  });

  test('is begun anew by every shortage, also by one that changes nothing', () => {
    const pressure = new LocalPressure();
    pressure.shortage('EMFILE', 1_000, 0);
    pressure.shortage('EMFILE', 1_000, 90);
    expect(pressure.limitAt(11_080)).toBe(900);
    expect(pressure.limitAt(11_090)).toBe(909);
  });

  test('gets off the ground from one', () => {
    const pressure = new LocalPressure();
    pressure.shortage('EMFILE', 2, 0);
    expect(pressure.limit).toBe(1);
    expect(pressure.limitAt(13_000)).toBe(4);
  });

  test('ends with no limit, well above what failed', () => {
    const pressure = new LocalPressure();
    pressure.shortage('EMFILE', 1_000, 0);
    for (let second = 1; second < 90; second++) pressure.lag(0, 900, second * 1_000);
    expect(pressure.limit).toBeLessThan(2_000);
    expect(pressure.limitAt(120_000)).toBe(Infinity);
    expect(pressure.explanation).toBeNull();
  });

  test('is the same however seldom it is asked for', () => {
    const [often, seldom] = [new LocalPressure(), new LocalPressure()];
    often.shortage('EMFILE', 1_000, 0);
    seldom.shortage('EMFILE', 1_000, 0);
    for (let nowMs = 0; nowMs < 40_000; nowMs += 130) often.limitAt(nowMs);
    expect(seldom.limitAt(40_000)).toBe(often.limitAt(40_000));
  });

  test('stays below a place that failed twice, for ten minutes', () => {
    const pressure = new LocalPressure();
    const { limits } = shortEachSecond(pressure, 850, 5_000, 0, 120_000);
    expect(Math.max(...limits.slice(-100))).toBeLessThanOrEqual(850);
    const { failures } = shortEachSecond(pressure, 850, 5_000, 120_000, 600_000);
    expect(failures).toBe(0);
    expect(pressure.limit).toBeGreaterThan(850 * 0.8);
    // Later it is tried again: what took the rest may be gone.
    shortEachSecond(pressure, 5_000, 5_000, 600_000, 1_200_000);
    expect(pressure.limit).toBe(Infinity);
  });
});

test.each([
  ['EMFILE', /^this process has no file descriptor left \(EMFILE\): at most 9,000 in flight for now; .*ulimit -n/],
  ['ENFILE', /file descriptor left \(ENFILE\).*fs\.file-max/],
  ['EADDRNOTAVAIL', /no port left.*net\.ipv4\.ip_local_port_range/],
  ['ENOBUFS', /buffers/],
  ['ENOMEM', /memory/],
  ['EAI_AGAIN', /names.*resolv\.conf/],
  ['EWHATEVER', /short of something \(EWHATEVER\): at most 9,000/],
])('%s is explained in one line', (code, line) => {
  const pressure = new LocalPressure();
  pressure.shortage(code, 10_000, 0);
  expect(pressure.explanation).toMatch(line);
  expect(pressure.explanation).not.toContain('\n');
});

test('a blocked event loop is explained in one line', () => {
  const pressure = new LocalPressure();
  pressure.lag(412.3, 100, 0);
  expect(pressure.explanation).toMatch(/event loop.*\(412 ms late\): at most 90 in flight for now; .*--map/);
  pressure.lag(300, 90, 1_000, loopBlockedByHook);
  expect(pressure.explanation).toMatch(/event loop.*\(300 ms late\): .*--hook-threads/);
});

test('whatever happens, the limit is at least one, whole, and comes back', () => {
  const steps = fc.array(
    fc.record({
      code: fc.constantFrom('EMFILE', 'EAI_AGAIN', 'lag', 'quiet'),
      inFlight: fc.integer({ min: 1, max: 20_000 }),
      afterMs: fc.integer({ min: 0, max: 30_000 }),
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (history) => {
      const pressure = new LocalPressure();
      let nowMs = 0;
      for (const { code, inFlight, afterMs } of history) {
        nowMs += afterMs / 10;
        const before = pressure.limitAt(nowMs);
        if (code === 'lag') pressure.lag(inFlight, inFlight, nowMs);
        else if (code !== 'quiet') pressure.shortage(code, inFlight, nowMs);
        expect(pressure.limit).toBeGreaterThanOrEqual(1);
        expect(pressure.limit).toBeLessThanOrEqual(before);
        expect(pressure.limit === Infinity || Number.isInteger(pressure.limit)).toBe(true);
        expect(pressure.explanation === null).toBe(pressure.limit === Infinity);
      }
      // A ceiling is forgotten, and doubling takes 70 s.
      expect(pressure.limitAt(nowMs + 600_000 + 10_000 + 20_000_000)).toBe(Infinity);
    }),
    { numRuns: 200 },
  );
});
