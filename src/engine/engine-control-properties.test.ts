// Whatever servers do for a while, and whatever is told to a run meanwhile (pause, go on, other limits,
// drain): no record is forgotten, none is settled twice, every permit comes back, and the run ends.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeAnswer } from '../testing/fake-transport.ts';

const ways: Readonly<Record<string, FakeAnswer>> = {
  well: { headMs: 10 },
  slow: { headMs: 150 },
  refuses: { status: null, ends: 'connect_refused' },
  resets: { headMs: 2, status: null, ends: 'connection_reset' },
  'has 503': { headMs: 3, status: 503 },
  'has 500': { headMs: 3, status: 500 },
  'has 429': { headMs: 1, status: 429 },
  'asks to wait': { headMs: 1, status: 429, headers: ['retry-after', '2'] },
  'allows no more': { headMs: 1, headers: ['ratelimit-remaining', '0', 'ratelimit-reset', '3'] },
  'is silent': { status: null, ends: 'never' },
  'lets us run short': { status: null, ends: 'local_limit' },
  'has no name': { status: null, ends: 'dns_failed' },
};
const beforeSending = new Set(['refuses', 'lets us run short', 'has no name']);

/** What an origin does, one thing after another; then it is well. */
const course = fc.array(
  fc.record({ way: fc.constantFrom(...Object.keys(ways)), forMs: fc.integer({ min: 1, max: 8000 }) }),
  {
    maxLength: 5,
  },
);
type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

function wayAt(phases: Course, nowMs: number): string {
  let untilMs = 0;
  for (const { way, forMs } of phases) {
    untilMs += forMs;
    if (nowMs < untilMs) return way;
  }
  return 'well';
}

const action = fc.record({
  atMs: fc.nat({ max: 20_000 }),
  what: fc.constantFrom('pause', 'resume', 'more', 'fewer', 'auto', 'rate', 'no rate', 'drain'),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function act({ engine, governor }: EngineBench, what: Action['what']): void {
  const rate = { count: 50, perMs: 1000, unit: 'requests', text: '50/s' } as const;
  if (what === 'pause') engine.pause();
  else if (what === 'resume') engine.resume();
  else if (what === 'drain') engine.drain();
  else if (what === 'more') governor.change({ concurrency: 40, findsConcurrency: false });
  else if (what === 'fewer') governor.change({ concurrency: 2, findsConcurrency: false });
  else if (what === 'auto') governor.change({ concurrency: 100, findsConcurrency: true });
  else governor.change({ rates: what === 'rate' ? [rate] : [] });
  engine.limitsChanged();
}

const world = fc.record({
  origins: fc.array(course, { minLength: 1, maxLength: 3 }),
  records: fc.integer({ min: 1, max: 120 }),
  concurrency: fc.constantFrom(1, 3, 30),
  findsConcurrency: fc.boolean(),
  retries: fc.nat({ max: 3 }),
  maxOutageMs: fc.constantFrom(0, 2000, 3_600_000),
  delivery: fc.constantFrom('at-least-once' as const, 'at-most-once' as const),
  plansLater: fc.boolean(),
  actions: fc.array(action, { maxLength: 6 }),
});

test('no record is forgotten, none is settled twice, every permit comes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      world,
      async ({ origins, records, actions, retries, maxOutageMs, delivery, plansLater, ...limits }) => {
        const sentOnce = new Map<string, number>();
        const bench = new EngineBench({
          records,
          plan: (index) => {
            const method = index % 3 === 0 ? 'GET' : 'POST';
            const plan = planned(index, `http://o${index % origins.length}.test/${index}`, { method });
            return plansLater && index % 2 === 0 ? Promise.resolve(plan) : plan;
          },
          script: ({ origin, method, path }, { atMs }) => {
            const way = wayAt(origins[Number(/\d/.exec(origin)?.[0])] ?? [], atMs);
            if (method === 'POST' && !beforeSending.has(way)) sentOnce.set(path, (sentOnce.get(path) ?? 0) + 1);
            return ways[way] ?? {};
          },
          ...limits,
          sitsOutOutages: true,
          policy: { retries, maxOutageMs, delivery },
          engine: { timeoutMs: 500 },
        });
        bench.start();
        for (const { atMs, what } of actions.toSorted((a, b) => a.atMs - b.atMs)) {
          await bench.untilMs(atMs);
          act(bench, what);
        }
        act(bench, 'resume');
        const end = await bench.finish();
        const drained = actions.some(({ what }) => what === 'drain');
        expect(drained ? ['finished', 'stopped'] : ['finished']).toContain(end.kind);
        // None that was begun is left, though the run was drained.
        const sent = new Set(bench.transport.sendings.map(({ request }) => Number(request.path.slice(1))));
        expect([...sent].filter((index) => !bench.recorder.results.has(index))).toEqual([]);
        expect(bench.recorder.results.size).toBeGreaterThanOrEqual(end.kind === 'finished' ? records : sent.size);
        expect(bench.governor.statistics().inFlight).toBe(0);
        const mostSendings = delivery === 'at-most-once' ? 1 : Infinity;
        expect([...sentOnce.values()].filter((times) => times > mostSendings)).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
