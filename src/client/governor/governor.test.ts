import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Permit } from '../../concurrency/limits/permit-source.ts';
import { seededRandom } from '../../concurrency/random.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import type { AttemptReport } from './attempt-report.ts';
import { Governor } from './governor.ts';
import type { GovernorLimits } from './governor.ts';

function governed(limits: GovernorLimits = {}) {
  const clock = new FakeClock();
  return { clock, governor: new Governor({ ...limits, clock, random: seededRandom(7) }) };
}

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const a = 'https://a.example';
const b = 'https://b.example';

describe('a gate', () => {
  test('is that of an origin, however it is written', () => {
    const { governor } = governed();
    const gate = governor.gate('https://a.example:443/orders?x=1');
    expect(governor.gate(new URL('https://A.example'))).toBe(gate);
    expect(governor.gate('http://a.example')).not.toBe(gate);
    expect(gate.origin).toBe(a);
  });

  test('keeps to what the server asks, by the answer that a function gave back, and leaves others alone', async () => {
    const { clock, governor } = governed();
    const gate = governor.gate(a);
    const tooMany = new Response(null, { status: 429, headers: { 'retry-after': '30' } });
    await expect(gate.with(() => tooMany)).resolves.toBe(tooMany);
    expect(gate.tryAcquire()).toBeNull();
    const waits = gate.acquire();
    expect(gate.statistics()).toMatchObject({ waiting: 1, waitsFor: 'retry-after', inFlight: 0 });
    await governor.gate(b).acquire();
    clock.advance(29_999);
    expect(gate.waiting).toBe(1);
    clock.advance(4_001);
    await waits;
    expect(gate.statistics()).toMatchObject({ waiting: 0, waitsFor: null, inFlight: 1 });
  });

  test('hears what a permit says', async () => {
    const { governor } = governed();
    const gate = governor.gate(a);
    (await gate.acquire()).release({ status: 200, headers: { 'Retry-After': '5' } });
    expect(gate.tryAcquire()).not.toBeNull();
    (await gate.acquire()).release({ status: 503, headers: [['Retry-After', '5']] });
    expect(gate.tryAcquire()).toBeNull();
  });

  test('sits an outage out, and asks with one request at a time', async () => {
    const { clock, governor } = governed();
    const gate = governor.gate(a);
    (await gate.acquire()).release({ status: 200 });
    for (let n = 0; n < 10 && gate.statistics().breaker === 'closed'; n++) {
      clock.advance(10);
      await gate.with(() => Promise.reject(refused)).catch(() => {});
    }
    expect(gate.statistics()).toMatchObject({ breaker: 'open', inFlight: 0 });
    const permits: Permit<AttemptReport>[] = [];
    const all = Array.from({ length: 5 }, async () => permits.push(await gate.acquire()));
    expect(gate.statistics()).toMatchObject({ waitsFor: 'outage', detail: 'connection refused' });
    clock.advance(clock.nextMs - clock.now());
    await settle();
    expect(permits).toHaveLength(1);
    expect(gate.statistics()).toMatchObject({ breaker: 'probing', waitsFor: 'permit' });
    for (let n = 0; n < 5; n++) {
      permits[n]?.release({ status: 200 });
      await settle();
    }
    await Promise.all(all);
    expect(gate.statistics()).toMatchObject({ breaker: 'closed', waiting: 0 });
  });

  test('learns how many may be in flight from what comes back, and from silence nothing', async () => {
    const { clock, governor } = governed();
    const rounds = async (url: string, report: AttemptReport | undefined): Promise<number> => {
      const gate = governor.gate(url);
      for (let round = 0; round < 30; round++) {
        const permits = Array.from({ length: 200 }, () => gate.tryAcquire());
        clock.advance(20);
        for (const permit of permits) permit?.release(report);
      }
      return gate.statistics().limit;
    };
    const silent = await rounds(b, undefined);
    expect(silent).toBe(governed().governor.gate(b).statistics().limit);
    expect(await rounds(a, { status: 200 })).toBeGreaterThan(2 * silent);
  });

  test('keeps rates, and corrects them by what was told', async () => {
    const { clock, governor } = governed({ rate: ['100/s', '600/m:cost'] });
    const gate = governor.gate(a);
    (await gate.acquire({ cost: 10 })).release({ status: 200, cost: 20 });
    void gate.acquire();
    expect(gate.statistics()).toMatchObject({ waitsFor: 'rate', detail: '600/m:cost' });
    clock.advance(1999);
    expect(gate.waiting).toBe(1);
    clock.advance(1);
    expect(gate.waiting).toBe(0);
  });

  test('gets its permit back also from one that tells nonsense', async () => {
    const { governor } = governed();
    const permit = await governor.gate(a).acquire();
    expect(() => permit.release({ status: 200, cost: -1 })).toThrow('Expected `cost`');
    expect(governor.statistics().inFlight).toBe(0);
  });
});

describe('a governor', () => {
  test('shares its permits among origins in turn', async () => {
    const { governor } = governed({ concurrency: 1 });
    const order: string[] = [];
    const urls = [...Array<string>(20).fill(a), ...Array<string>(4).fill(b)];
    const all = urls.map((url) =>
      governor.gate(url).with(async () => {
        order.push(url === a ? 'a' : 'b');
        await settle();
      }),
    );
    await settle();
    expect(governor.statistics()).toEqual({ limit: 1, inFlight: 1, waiting: 23, origins: 2 });
    await Promise.all(all);
    expect(order.slice(0, 9).join('')).toMatch(/^aa?(?:ba){3}b/);
    expect(governor.statistics()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  test('holds less when this machine runs short of something', async () => {
    const { governor } = governed({ concurrency: 200 });
    const permits = Array.from({ length: 100 }, () => governor.gate(a).tryAcquire());
    expect(permits).not.toContain(null);
    const error = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'EMFILE' }) });
    permits.pop()?.release({ error });
    expect(governor.gate(b).tryAcquire()).toBeNull();
    for (const permit of permits.splice(0, 20)) permit?.release({ status: 200 });
    expect(governor.gate(b).tryAcquire()).not.toBeNull();
  });

  test('takes other limits while some wait', async () => {
    const { governor } = governed({ concurrency: 1 });
    const gate = governor.gate(a);
    for (let n = 0; n < 4; n++) void gate.acquire();
    expect(governor.statistics()).toMatchObject({ inFlight: 1, waiting: 3 });
    governor.change({ concurrency: 3 });
    expect(governor.statistics()).toMatchObject({ limit: 3, inFlight: 3, waiting: 1 });
    governor.change({ concurrency: 10, perOrigin: 3 });
    expect(governor.statistics()).toMatchObject({ inFlight: 3, waiting: 1 });
    governor.change({ perOrigin: Infinity });
    expect(governor.statistics()).toMatchObject({ inFlight: 4, waiting: 0 });
  });

  test('lets gates go that nobody uses, but not those that have something to remember', async () => {
    const { governor } = governed();
    const held = await governor.gate(a).acquire();
    const asked = await governor.gate(b).acquire();
    asked.release({ status: 503, headers: { 'retry-after': '600' } });
    for (let n = 0; n < 10_000; n++) governor.gate(`http://h${n}.example`).tryAcquire()?.release({ status: 200 });
    expect(governor.statistics().origins).toBeLessThan(2500);
    expect(governor.gate(b).tryAcquire()).toBeNull();
    expect(governor.gate(a).statistics().inFlight).toBe(1);
    held.release();
    expect(governor.statistics().inFlight).toBe(0);
  });

  test.each<[() => unknown, string]>([
    [() => new Governor({ concurrency: 0 }), "Expected `concurrency` to be a whole number from 1 up, or 'auto', got 0"],
    [() => new Governor({ perOrigin: 1.5 }), 'Expected `perOrigin` to be a whole number from 1 up, got 1.5'],
    [() => new Governor({ rate: '10' }), 'Expected `rate` to be a rate such as 10/s, 600/m or 5000/h, got "10"'],
    [
      () => new Governor().gate('a.example'),
      'Expected `url` to be a URL such as https://api.example.com, got "a.example"',
    ],
    [
      () => new Governor().gate('file:///etc'),
      'Expected `url` to be a URL such as https://api.example.com, got "file:///etc"',
    ],
  ])('refuses what cannot be: %s', (attempt, message) => {
    expect(attempt).toThrow(message);
  });
});

test('whatever comes back in whatever order: permits balance, limits hold, and nobody is forgotten', async () => {
  const report: fc.Arbitrary<AttemptReport | undefined> = fc.constantFrom<(AttemptReport | undefined)[]>(
    undefined,
    { status: 200 },
    { status: 200 },
    { status: 500 },
    { status: 429, headers: { 'retry-after': '2' } },
    { error: refused },
    { code: 'timeout' },
  );
  const step = fc.record({
    origin: fc.nat({ max: 2 }),
    report,
    which: fc.nat(),
    afterMs: fc.nat({ max: 300 }),
    concurrency: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 6 }),
    leaves: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      const { clock, governor } = governed({ concurrency: 4, perOrigin: 3, rate: '50/s' });
      const held: { permit: Permit<AttemptReport>; report: AttemptReport | undefined }[] = [];
      let settled = 0;
      let most = 4;
      for (const one of steps) {
        const controller = new AbortController();
        const wait = governor.gate(`http://h${one.origin}.example`).acquire({ signal: controller.signal });
        const got = wait.then((permit) => held.push({ permit, report: one.report }));
        got
          .catch(() => {})
          .finally(() => settled++)
          .catch(() => {});
        const before = governor.statistics().inFlight;
        if (one.concurrency !== null) governor.change({ concurrency: (most = one.concurrency) });
        if (one.leaves) controller.abort();
        clock.advance(one.afterMs);
        expect(governor.statistics().inFlight).toBeLessThanOrEqual(Math.max(most, before));
        await settle();
        if (one.which % 2 === 0) {
          const [back] = held.splice(one.which % Math.max(1, held.length), 1);
          back?.permit.release(back.report);
        }
        await settle();
        expect(governor.statistics().inFlight).toBe(held.length);
      }
      for (let turn = 0; settled < steps.length && turn < 10_000; turn++) {
        for (const { permit } of held.splice(0)) permit.release({ status: 200 });
        await settle();
        if (held.length === 0 && clock.nextMs < Infinity) clock.advance(clock.nextMs - clock.now());
        await settle();
      }
      for (const { permit } of held) permit.release();
      expect(settled).toBe(steps.length);
      expect(governor.statistics()).toMatchObject({ inFlight: 0, waiting: 0 });
    }),
    { numRuns: 60 },
  );
});
