// What every transport promises, whatever it is made of: the scripted fake is held to this as well
// as those that open sockets. What bytes on a wire mean is in `transport-conformance.ts`.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Transport } from '../http/transport.ts';
import { RecordedExchange, exchange, requestTo } from './recorded-exchange.ts';
import { until } from './until.ts';

/**
 * A transport, and an origin that answers by path: `/ok` with `hello` and a header `X-Kind: plain`; `/all` with
 * 103, `hello` and a trailer `x-sum: 5`; `/long` with 4 MiB; `/silent` never; `/drop` by closing the connection; `/cut` with a head, a piece `par`, and no end.
 */
export interface Bench {
  readonly transport: Transport;
  readonly origin: string;
  close(): Promise<void>;
}

/** Holds a transport to the contract. */
export function describeContract(name: string, makeBench: () => Promise<Bench>): void {
  describe(`${name}: contract`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await makeBench();
    });
    afterEach(async () => {
      await bench.transport.close();
      await bench.close();
    });
    answers(() => bench);
    pauses(() => bench);
    cancels(() => bench);
    closes(() => bench);
  });
}

function answers(bench: () => Bench): void {
  test('an answer comes as head, data, end; header names in lower case', async () => {
    const { transport, origin } = bench();
    const done = await exchange(transport, origin, { path: '/ok' });
    expect(done.story).toBe('head data end');
    expect([done.status, done.body]).toEqual([200, 'hello']);
    expect(done.headers[done.headers.indexOf('x-kind') + 1]).toBe('plain');
    expect(done.exchange).toMatchObject({ sent: true, answered: true, reused: false });
  });

  test('interim answers come before the head, trailers before the end', async () => {
    const { transport, origin } = bench();
    const done = await exchange(transport, origin, { path: '/all' });
    expect(done.story).toBe('information head data trailers end');
    expect([done.interim, done.status, done.body, done.trailers]).toEqual([[103], 200, 'hello', ['x-sum', '5']]);
  });

  test.each(['information', 'head', 'data', 'trailers'])(
    'cancelled inside %s, nothing comes behind it',
    async (event) => {
      const { transport, origin } = bench();
      const cancelled = new RecordedExchange(transport, requestTo(origin, { path: '/all' }));
      cancelled.onProgress = (now) => (now === event ? cancelled.exchange.cancel() : undefined);
      await until(() => cancelled.events.includes(event));
      await exchange(transport, origin, { path: '/ok' });
      expect([cancelled.events.at(-1), transport.statistics().inFlight]).toEqual([event, 0]);
    },
  );

  test('a connection is used again, unless a fresh one is asked for', async () => {
    const { transport, origin } = bench();
    await exchange(transport, origin, { path: '/ok' });
    expect((await exchange(transport, origin, { path: '/ok' })).exchange.reused).toBe(true);
    expect((await exchange(transport, origin, { path: '/ok' }, { fresh: true })).exchange.reused).toBe(false);
    expect(transport.statistics().connected).toBe(2);
  });

  test('a connection that ends without an answer is an error that says so', async () => {
    const { transport, origin } = bench();
    const done = await exchange(transport, origin, { path: '/drop' });
    expect(done.story).toBe('error');
    expect(done.error).toMatchObject({ sent: true, answered: false, reused: false });
    expect(['connection_closed', 'connection_reset']).toContain(done.error?.code);
    expect(transport.statistics().inFlight).toBe(0);
  });

  test('a body that ends too early is `body_cut`, after what came of it', async () => {
    const { transport, origin } = bench();
    const done = await exchange(transport, origin, { path: '/cut' });
    expect([done.story, done.body, done.error?.code]).toEqual(['head data error', 'par', 'body_cut']);
    expect(done.error).toMatchObject({ sent: true, answered: true });
  });

  test('100 requests at once have an answer each', async () => {
    const { transport, origin } = bench();
    const all = Array.from({ length: 100 }, () => exchange(transport, origin, { path: '/ok' }));
    expect(transport.statistics().inFlight).toBe(100);
    expect((await Promise.all(all)).map((one) => one.story)).toEqual(Array.from(all, () => 'head data end'));
    expect(transport.statistics()).toMatchObject({ inFlight: 0 });
  });
}

/** What one read may hold, and so may still come after a pause. */
const readBytes = 64 * 1024;
const longBytes = 64 * readBytes;

function pauses(bench: () => Bench): void {
  /** An exchange that pauses inside this callback, and has had time for more. */
  async function pausedIn(event: 'head' | 'data'): Promise<RecordedExchange> {
    const { transport, origin } = bench();
    const paused = new RecordedExchange(transport, requestTo(origin, { path: '/long' }));
    paused.onProgress = (now) => (now === event ? paused.exchange.pause() : undefined);
    await until(() => paused.events.includes(event));
    paused.onProgress = () => {};
    for (let nth = 0; nth < 10; nth++) await exchange(transport, origin, { path: '/ok' });
    return paused;
  }

  test.each(['head', 'data'] as const)(
    'paused in %s, no more comes than was read, until it is resumed',
    async (event) => {
      const paused = await pausedIn(event);
      expect(paused.body.length).toBeLessThanOrEqual(event === 'head' ? readBytes : 2 * readBytes);
      expect(paused.ended).toBe(false);
      paused.exchange.resume();
      await paused.finished;
      expect([paused.story, paused.body.length]).toEqual(['head data end', longBytes]);
    },
  );

  test('pausing again and again loses nothing', async () => {
    const { transport, origin } = bench();
    const stepping = new RecordedExchange(transport, requestTo(origin, { path: '/long' }));
    stepping.onProgress = () => {
      stepping.exchange.pause();
      setImmediate(() => stepping.exchange.resume());
    };
    await stepping.finished;
    expect([stepping.story, stepping.body.length]).toEqual(['head data end', longBytes]);
  });

  test('paused before the head, and resumed in one go', async () => {
    const { transport, origin } = bench();
    const paused = new RecordedExchange(transport, requestTo(origin, { path: '/long' }));
    paused.exchange.pause();
    paused.exchange.pause();
    paused.exchange.resume();
    paused.exchange.resume();
    await paused.finished;
    expect([paused.story, paused.body.length]).toEqual(['head data end', longBytes]);
  });

  test('cancelled while paused, it says nothing more', async () => {
    const paused = await pausedIn('data');
    const before = paused.events.length;
    paused.exchange.cancel();
    paused.exchange.resume();
    const { transport, origin } = bench();
    expect(transport.statistics().inFlight).toBe(0);
    await exchange(transport, origin, { path: '/ok' });
    expect(paused.events).toHaveLength(before);
  });

  test('pausing what has ended is harmless', async () => {
    const { transport, origin } = bench();
    const done = await exchange(transport, origin, { path: '/ok' });
    done.exchange.pause();
    expect((await exchange(transport, origin, { path: '/ok' })).body).toBe('hello');
    done.exchange.resume();
  });
}

function cancels(bench: () => Bench): void {
  test('a cancelled exchange says nothing more, and cancelling again is harmless', async () => {
    const { transport, origin } = bench();
    const cancelled = new RecordedExchange(transport, requestTo(origin, { path: '/silent' }));
    await until(() => cancelled.exchange.sent);
    cancelled.exchange.cancel();
    expect(transport.statistics().inFlight).toBe(0);
    cancelled.exchange.cancel();
    await exchange(transport, origin, { path: '/ok' });
    expect(cancelled.events).toEqual([]);
  });

  test('cancelling at once, before anything has happened', async () => {
    const { transport, origin } = bench();
    const cancelled = new RecordedExchange(transport, requestTo(origin, { path: '/ok' }));
    cancelled.exchange.cancel();
    expect(cancelled.exchange).toMatchObject({ sent: false, answered: false });
    await exchange(transport, origin, { path: '/ok' });
    expect(cancelled.events).toEqual([]);
  });

  test('cancelling inside a callback', async () => {
    const { transport, origin } = bench();
    const cancelled = new RecordedExchange(transport, requestTo(origin, { path: '/ok' }));
    cancelled.onProgress = () => cancelled.exchange.cancel();
    await until(() => cancelled.events.length > 0);
    await exchange(transport, origin, { path: '/ok' });
    expect(cancelled.events).toEqual(['head']);
  });

  test('cancelling what has ended changes nothing', async () => {
    const { transport, origin } = bench();
    const done = await exchange(transport, origin, { path: '/ok' });
    done.exchange.cancel();
    expect((await exchange(transport, origin, { path: '/ok' })).exchange.reused).toBe(true);
  });
}

function closes(bench: () => Bench): void {
  test('close ends what is in flight with `cancelled`, once, and refuses what comes later', async () => {
    const { transport, origin } = bench();
    const silent = new RecordedExchange(transport, requestTo(origin, { path: '/silent' }));
    const early = new RecordedExchange(transport, requestTo(origin, { path: '/ok' }));
    await until(() => silent.exchange.sent);
    const late = new RecordedExchange(transport, requestTo(origin, { path: '/ok' }), { fresh: true });
    await transport.close();
    expect(silent.error).toMatchObject({ code: 'cancelled', sent: true, answered: false });
    expect(silent.events).toEqual(['error']);
    expect(late.error).toMatchObject({ code: 'cancelled' });
    expect([early.exchange.sent, early.events.at(-1)]).not.toContain(undefined);
    const refused = await exchange(transport, origin, { path: '/ok' });
    expect(refused.story).toBe('error');
    expect(refused.error).toMatchObject({ code: 'cancelled', sent: false });
    await until(() => transport.statistics().connections === 0);
    expect(transport.statistics().inFlight).toBe(0);
  });
}
