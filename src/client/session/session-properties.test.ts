// Random calls of one client over a transport that does anything, stopped at random: whatever happens, each call settles once,
// limits hold, and nothing is left.

import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManyfetchError } from '../../errors.ts';
import { mockTransport } from '../../http/mock/mock-transport.ts';
import type { MockAnswer } from '../../http/mock/mock-answer.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { Client } from '../client.ts';

const servers = {
  quick: { text: 'ok' },
  slow: { delayMs: 120, text: 'ok' },
  busy: { status: 503, headers: { 'retry-after': '0' } },
  reset: { delayMs: 20, error: 'connection_reset' },
  cut: { text: 'half', error: 'body_cut' },
  refused: { error: 'connect_refused' },
  silent: { delayMs: Infinity },
  large: { body: Buffer.alloc(300_000) },
  garbled: { headers: { 'content-encoding': 'gzip' }, text: 'no gzip' },
  away: { status: 302, headers: { location: 'http://b.test/quick' } },
  round: { status: 307, headers: { location: '/round' } },
  asking: { status: 401 },
} as const satisfies Record<string, MockAnswer>;

const aCall = fc.record({
  server: fc.constantFrom(...(Object.keys(servers) as (keyof typeof servers)[])),
  host: fc.constantFrom('a', 'b', 'c'),
  startMs: fc.nat(200),
  abortMs: fc.option(fc.nat(400)),
  reading: fc.constantFrom('whole', 'all', 'one', 'none', 'cancel'),
  retries: fc.nat(2),
  queueTimeoutMs: fc.option(fc.integer({ min: 1, max: 100 })),
  totalTimeoutMs: fc.option(fc.integer({ min: 1, max: 400 })),
  upload: fc.boolean(),
});
const aRun = fc.record({
  calls: fc.array(aCall, { minLength: 1, maxLength: 12 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  perOrigin: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  closeMs: fc.option(fc.nat(600)),
});

type Run = typeof aRun extends fc.Arbitrary<infer Value> ? Value : never;
type Plan = Run['calls'][number];

async function read(client: Client, plan: Plan, signal: AbortSignal): Promise<unknown> {
  const { host, server, reading, upload } = plan;
  const url = `http://${host}.test/${server}`;
  const options = {
    signal,
    retries: plan.retries,
    queueTimeoutMs: plan.queueTimeoutMs,
    totalTimeoutMs: plan.totalTimeoutMs,
    timeoutMs: 500,
    redirects: 3,
    auth: { authorize: () => 'token', challenged: (status: number) => status === 401 },
    ...(upload ? { body: new Blob(['up']).stream() } : {}),
  };
  if (reading === 'whole') return (await client.put(url, options)).text();
  const response = await client.stream('PUT', url, options);
  if (reading === 'all') return response.bytes();
  if (reading === 'one') for await (const _ of response.body) break;
  if (reading === 'cancel') response.cancel();
  // Nobody reads it: after all else it is still there, until the client ends.
  return response.status;
}

async function play({ calls, concurrency, perOrigin, closeMs }: Run): Promise<void> {
  const clock = new FakeClock();
  let inFlight = 0;
  const transport = mockTransport(
    ({ path }) => {
      const now = client.statistics();
      inFlight = Math.max(inFlight, now.inFlight);
      return servers[path.slice(1) as keyof typeof servers];
    },
    { clock },
  );
  const client: Client = new Client({
    transport,
    clock,
    concurrency,
    ...(perOrigin === undefined ? {} : { perOrigin }),
  });
  const controllers = calls.map(() => new AbortController());
  const outcomes: string[] = [];
  const all: Promise<void>[] = [];
  let closing: Promise<void> | null = null;
  // What is decompressed takes real time, which no clock here tells: hence the limit in that.
  const endMs = performance.now() + 5000;
  for (let ms = 0; outcomes.length < calls.length && performance.now() < endMs; ms += 10) {
    calls.forEach((plan, index) => {
      const controller = controllers[index] ?? new AbortController();
      if (all.length === index && plan.startMs <= ms) {
        const settled = (how: string) => () => void outcomes.push(how);
        const failed = (error: unknown): void =>
          void outcomes.push(error instanceof ManyfetchError ? error.code : error === plan ? 'aborted' : String(error));
        all.push(read(client, plan, controller.signal).then(settled('done'), failed));
      }
      if (plan.abortMs !== null && plan.startMs + plan.abortMs <= ms) controller.abort(plan);
    });
    if (closeMs !== null && closeMs <= ms) closing ??= client.close();
    clock.advance(10);
    await new Promise(setImmediate);
  }
  expect(outcomes.filter((how) => how.includes('Error'))).toEqual([]);
  expect(outcomes).toHaveLength(calls.length);
  expect(inFlight).toBeLessThanOrEqual(concurrency);
  await (closing ?? client.close());
  await new Promise(setImmediate);
  expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0, queued: 0 });
  expect(transport.statistics().inFlight).toBe(0);
  expect(controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
  expect(clock.pending).toBe(0);
}

test('each call settles once, limits hold, and nothing is left', async () => {
  await fc.assert(fc.asyncProperty(aRun, play), { numRuns: 60 });
});
