import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseRate } from '../../concurrency/limits/parse-rate.ts';
import type { Permit } from '../../concurrency/limits/permit-source.ts';
import { startTarget } from '../../target/start-target.ts';
import type { Target } from '../../target/start-target.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { FakeTransport } from '../../testing/fake-transport.ts';
import { runUntilSettled } from '../../testing/run-until-settled.ts';
import { Client } from '../client.ts';
import { OriginPermits } from './origin-permits.ts';

const gatesOf = (concurrency: number, perOrigin: number | null = null, rate: string[] = []) => {
  const clock = new FakeClock();
  const permits = new OriginPermits(
    { concurrency, perOrigin, rates: rate.map((text) => parseRate(text, 'rate')) },
    clock,
  );
  return { clock, permits };
};

describe('gates', () => {
  test('let in so many over all origins, and of each', () => {
    const { permits } = gatesOf(3, 2);
    const take = (origin: string) => permits.gate(origin).tryAcquire();
    const held = [take('a'), take('a'), take('b')];
    expect([...held, take('a'), take('b')].map((permit) => permit !== null)).toEqual([true, true, true, false, false]);
    held[0]?.release();
    expect(permits.inFlight).toBe(2);
    expect(take('b')).not.toBeNull();
  });

  test('what waits holds nothing: an origin that is at its limit or rate keeps no other one waiting', async () => {
    const { clock, permits } = gatesOf(2, 1, ['1/s']);
    const first = permits.gate('a').tryAcquire();
    const waiting = permits.gate('a').acquire();
    expect(permits.gate('b').tryAcquire()).not.toBeNull();
    first?.release();
    expect([permits.inFlight, permits.waiting]).toEqual([1, 1]);
    clock.advance(1000);
    await waiting;
    expect(permits.inFlight).toBe(2);
  });

  test('a place of which nothing was made does not count for a rate', () => {
    const { clock, permits } = gatesOf(5, null, ['1/s', '2/m']);
    permits.gate('a').tryAcquire()?.release('unused');
    clock.advance(10);
    permits.gate('a').tryAcquire()?.release();
    expect(permits.gate('a').tryAcquire()).toBeNull();
    clock.advance(30_000);
    expect(permits.gate('a').tryAcquire()).not.toBeNull();
    expect(permits.inFlight).toBe(1);
  });

  test('serve origins that wait for a place in turn', async () => {
    const { permits } = gatesOf(1);
    let held: Permit<'unused'> | null = permits.gate('x').tryAcquire();
    const order: string[] = [];
    const wait = async (origin: string): Promise<void> => {
      const permit = await permits.gate(origin).acquire();
      order.push(origin);
      held = permit;
    };
    const all = ['a', 'a', 'a', 'b', 'b', 'c'].map(wait);
    for (let n = 0; n < 6; n++) {
      held?.release();
      await sleep(0);
    }
    await Promise.all(all);
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
    held?.release();
    expect([permits.inFlight, permits.waiting, permits.blocked.size]).toEqual([0, 0, 0]);
  });

  test('of origins that nobody uses are let go', () => {
    const { permits } = gatesOf(10_000, 1);
    const kept = permits.gate('kept');
    const permit = kept.tryAcquire();
    for (let n = 0; n < 3000; n++) permits.gate(`o${n}`).tryAcquire()?.release();
    expect(permits.gate('kept')).toBe(kept);
    permit?.release();
    expect(permits.inFlight).toBe(0);
  });
});

describe('a client', () => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget();
  });
  afterAll(() => target.close());
  beforeEach(() => target.reset());

  test('keeps its concurrency and that of each origin, whatever is asked of it at once', async () => {
    await using client = new Client({ baseUrl: target.url, concurrency: 20, perOrigin: 7 });
    const responses = await Promise.all(Array.from({ length: 200 }, () => client.get('/delay/0.002')));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect(target.stats().inFlight.maximum).toBe(7);
    expect(client.statistics()).toMatchObject({
      calls: 200,
      sent: 200,
      active: 0,
      queued: 0,
      inFlight: 0,
      connected: 7,
    });
  });

  test('without limits sends five hundred at once, and none fails', async () => {
    await using client = new Client({ baseUrl: target.url });
    const responses = await Promise.all(Array.from({ length: 500 }, () => client.get('/status/200')));
    expect(responses.filter(({ ok }) => ok)).toHaveLength(500);
  });

  test.skipIf(process.platform !== 'linux')(
    'waits for files that the rest of its process has: none fails',
    async () => {
      const library = new URL('../client.ts', import.meta.url).href;
      const program = `import { Client } from '${library}';
      import { closeSync, openSync } from 'node:fs';
      const client = new Client({ baseUrl: '${target.url}' });
      await client.get('/status/200');
      const taken = [];
      try { for (;;) taken.push(openSync('/dev/null')); } catch {}
      closeSync(taken.pop());
      setTimeout(() => taken.forEach((file) => closeSync(file)), 150);
      const all = await Promise.all(Array.from({ length: 30 }, () => client.get('/delay/0.01')));
      console.log(all.filter(({ ok }) => ok).length, client.statistics().sent > 31);
      await client.close();`;
      const words = ['-c', 'ulimit -n 100; exec "$@"', 'bash', process.execPath, '--input-type=module', '-e', program];
      expect((await promisify(execFile)('bash', words)).stdout).toBe('30 true\n');
    },
  );

  test('asks less and less often for what its machine does not give', async () => {
    const clock = new FakeClock();
    const transport = new FakeTransport(clock, () => ({ status: null, ends: 'local_limit' }));
    await using client = new Client({ clock, transport });
    const failure = await runUntilSettled(clock, client.get('http://a.test/'));
    expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'local_limit' } });
    expect(clock.now()).toBeGreaterThan(28_000);
    expect(clock.now()).toBeLessThan(31_000);
    const gaps = transport.sendings
      .slice(1)
      .map(({ atMs }, n) => Math.floor((atMs - (transport.sendings[n]?.atMs ?? 0)) / 50));
    expect(gaps.slice(0, 7)).toEqual([1, 1, 2, 4, 8, 16, 20]);
    expect(gaps).toHaveLength(34);
  });

  test('takes no turn of a rate for what its machine had nothing to send with', async () => {
    const clock = new FakeClock();
    const transport = new FakeTransport(clock, (_, { count }) =>
      count < 3 ? { status: null, ends: 'local_limit' } : {},
    );
    await using client = new Client({ clock, transport, rate: '1/m' });
    const answer = await runUntilSettled(clock, client.get('http://a.test/'));
    expect(answer).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
    expect(clock.now()).toBeLessThan(1_000);
    const next = await runUntilSettled(clock, client.get('http://a.test/'));
    expect(next).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
    expect(clock.now()).toBeGreaterThan(60_000);
  });

  test('keeps its rate', async () => {
    await using client = new Client({ baseUrl: target.url, rate: '100/s' });
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 11 }, () => client.get('/status/200')));
    expect(performance.now() - startedMs).toBeGreaterThan(95);
  });
});
