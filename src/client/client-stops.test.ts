import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createWireTransport } from '../http/pool/wire-transport.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { hurriedClock } from '../testing/hurried-clock.ts';
import { startObserved } from '../testing/observed-server.ts';
import { answer, drip, readHead, readRequest, send, startScriptedServer } from '../testing/scripted-server.ts';
import type { Script, ScriptedServer } from '../testing/scripted-server.ts';
import { until } from '../testing/until.ts';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { Client } from './client.ts';
import type { BodyInput, ClientOptions, RequestOptions } from './client-options.ts';

const never = new Promise<never>(() => undefined);
const half = send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');

async function* endless() {
  for (;;) yield Buffer.alloc(64 * 1024);
}

/** Transports have timers for what they keep, which end by themselves, long before any of the time limits here. */
async function nothingLeft(server: ScriptedServer, clock: FakeClock, client: Client): Promise<void> {
  const untilMs = clock.now() + 15_000;
  await until(() => {
    if (clock.now() < untilMs) clock.advance(100);
    const { connections, inFlight } = client.statistics();
    return server.open + clock.pending + connections + inFlight === 0;
  });
}

async function* slowly() {
  for (let n = 0; n < 5; n++) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    yield 'x';
  }
}

interface Moment {
  readonly script?: Script;
  readonly scheme?: 'https:';
  readonly client?: (clock: FakeClock) => ClientOptions;
  readonly request?: RequestOptions;
  readonly isStream?: boolean;
  /** The call has come there. */
  readonly there: (client: Client, seen: { requests: number; open: number }) => boolean;
}

const isWaiting: Moment['there'] = (_, { requests }) => requests === 1;

const moments: Readonly<Record<string, Moment>> = {
  'in the queue': {
    script: [readRequest],
    client: () => ({ concurrency: 1 }),
    there: (client) => client.statistics().queued === 1,
  },
  'while the name is looked up': {
    client: (clock) => ({ transport: createWireTransport({ clock, lookup: () => undefined }) }),
    there: (client) => client.statistics().inFlight === 1,
  },
  'while connecting': { scheme: 'https:', there: (_, { open }) => open === 1 },
  'in a hook': {
    client: () => ({ hooks: { beforeRequest: () => never } }),
    there: (client) => client.statistics().active === 1,
  },
  'while a token is asked for': { request: { auth: () => never }, there: (client) => client.statistics().active === 1 },
  'while the body goes up': { script: [readHead], request: { body: endless }, there: isWaiting },
  'while waiting for the answer': { script: [readRequest], there: isWaiting },
  'in the body': { script: [readRequest, half], there: isWaiting },
  'in the body of a stream': { script: [readRequest, half], isStream: true, there: isWaiting },
  'in the body of a stream, with undici': {
    script: [readRequest, half],
    client: () => ({ transport: 'undici' }),
    isStream: true,
    there: isWaiting,
  },
  'between attempts': {
    script: [readRequest, answer('', '503 Busy\r\nretry-after: 9')],
    request: { retries: 1 },
    there: (client) =>
      client.statistics().active === 1 && client.statistics().sent === 1 && client.statistics().inFlight === 0,
  },
};

async function setUp({ script = [], scheme, client: own, request, isStream = false, there }: Moment) {
  const server = await startScriptedServer(script);
  const clock = new FakeClock();
  const url = scheme === undefined ? server.origin : server.origin.replace('http:', scheme);
  const client = new Client({
    clock,
    baseUrl: url.replace('127.0.0.1', own === undefined ? '127.0.0.1' : 'localhost'),
    ...own?.(clock),
  });
  const ask = async (options: RequestOptions): Promise<unknown> => {
    const all = { timeoutMs: 20_000, totalTimeoutMs: 60_000, headersTimeoutMs: 30_000, ...request, ...options };
    if (!isStream) return client.post('/', all);
    return (await client.stream('POST', '/', all)).text();
  };
  const arrived = () => until(() => there(client, { requests: server.requests.length, open: server.open }));
  return { server, clock, client, ask, arrived };
}

describe.each(Object.entries(moments))('%s', (name, moment) => {
  const fills = name === 'in the queue';

  test('an abort ends it at once, with the reason of the signal, and leaves nothing', async () => {
    const { server, clock, client, ask, arrived } = await setUp(moment);
    const other = fills ? ask({}).catch((error: unknown) => error) : null;
    const controller = new AbortController();
    const reason = new RangeError('enough');
    const asked = ask({ signal: controller.signal }).catch((error: unknown) => error);
    await arrived();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort(reason);
    expect(await asked).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(client.statistics()).toMatchObject({ active: fills ? 1 : 0, queued: 0 });
    if (other === null && name !== 'between attempts') {
      await nothingLeft(server, clock, client);
    }
    await client.close();
    expect(other === null ? 'client_closed' : ((await other) as { code: string }).code).toBe('client_closed');
    await nothingLeft(server, clock, client);
    await server[Symbol.asyncDispose]();
  });

  test('closing the client ends it, and is waited for', async () => {
    const { server, clock, client, ask, arrived } = await setUp(moment);
    const others = fills ? [ask({}).catch(String)] : [];
    const asked = ask({}).catch((error: unknown) => error);
    await arrived();
    await client.close();
    expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0, queued: 0 });
    expect(await asked).toMatchObject({ code: 'client_closed' });
    await Promise.all(others);
    await nothingLeft(server, clock, client);
    await server[Symbol.asyncDispose]();
  });
});

test('a signal that is aborted already sends nothing', async () => {
  await using server = await startObserved();
  await using client = new Client();
  await expect(client.get(server.origin, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  expect([server.requests.length, client.statistics().calls]).toEqual([0, 0]);
});

test('a signal has one listener for all its requests, and none after them', async () => {
  await using server = await startObserved((_, response) => setTimeout(() => response.end(), 5));
  await using client = new Client();
  const { signal } = new AbortController();
  const all = Array.from({ length: 50 }, () => client.get(server.origin, { signal }));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await Promise.all(all);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

describe.each(['wire', 'undici', 'mock'] as const)(
  'over %s a body that waits for its next piece is told at once that nobody wants it',
  (transport) => {
    const first = new Uint8Array(3);
    const sources: Record<string, (told: () => void) => BodyInput> = {
      'a stream': (told) =>
        new ReadableStream({ start: (controller) => controller.enqueue(first), pull: () => never, cancel: told }),
      'a function that makes one': (told) => () =>
        new ReadableStream({ start: (controller) => controller.enqueue(first), pull: () => never, cancel: told }),
      'an iterator': (told) => {
        const steps = [Promise.resolve({ done: false, value: first })];
        return {
          [Symbol.asyncIterator]: () => ({
            next: () => steps.shift() ?? never,
            return: async () => {
              told();
              return { done: true, value: undefined };
            },
          }),
        };
      },
    };

    test.each(Object.keys(sources))('%s', async (kind) => {
      await using server = await startScriptedServer([readHead]);
      await using client = new Client({ transport: transport === 'mock' ? mockTransport({}) : transport });
      const controller = new AbortController();
      let times = 0;
      const body = sources[kind]?.(() => times++) ?? '';
      const asked = client.post(server.origin, { body, signal: controller.signal }).catch((error: unknown) => error);
      await until(() => client.statistics().inFlight === 1 && (transport === 'mock' || server.requests.length === 1));
      await new Promise((resolve) => setTimeout(resolve, 10));
      controller.abort('enough');
      expect(await asked).toBe('enough');
      await until(() => times > 0);
      expect(times).toBe(1);
    });
  },
);

test('a client can be closed from within what it waits for', async () => {
  await using server = await startObserved();
  const client: Client = new Client({ hooks: { beforeRequest: () => client.close() } });
  await expect(client.get(server.origin)).rejects.toMatchObject({ code: 'client_closed' });
  expect([client.statistics().active, server.requests.length]).toEqual([0, 0]);
});

test.each(['beforeRequest', 'afterResponse', 'auth'] as const)(
  "what fails in %s after it has ended its own request is nobody else's business",
  async (where) => {
    const controller = new AbortController();
    // The runner fails a run in which a rejection is left unhandled.
    const failing = async (): Promise<never> => {
      controller.abort('enough');
      await Promise.resolve();
      throw new RangeError('too late');
    };
    const hooks = where === 'auth' ? {} : { [where]: failing };
    await using client = new Client({ transport: mockTransport({ '/': {} }), hooks });
    const auth = where === 'auth' ? failing : null;
    await expect(client.get('http://a.test/', { auth, signal: controller.signal })).rejects.toBe('enough');
    expect(client.statistics().active).toBe(0);
  },
);

test('a closed client says so', async () => {
  const client = new Client();
  await client.close();
  await client.close();
  await expect(client.get('http://127.0.0.1:1/')).rejects.toMatchObject({
    code: 'client_closed',
    hint: expect.any(String),
  });
});

describe.concurrent('time limits', () => {
  const limits = [
    ['timeoutMs', [readRequest], 'timeout', /no answer of GET .* within 0.2 s/],
    ['timeoutMs', [readRequest, half], 'timeout', /no complete answer/],
    [
      'timeoutMs',
      [readRequest, drip(`HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${'.'.repeat(900)}`, 2)],
      'timeout',
      /no complete/,
    ],
    ['headersTimeoutMs', [readRequest], 'timeout', /no answer of .* of the request/],
    ['bodyTimeoutMs', [readRequest, half], 'timeout', /sent nothing more of its answer for 0.2 s/],
    ['totalTimeoutMs', [readRequest, half], 'deadline', /not over within 0.2 s/],
  ] as const;
  test.each(limits)('%s, case %#', async (name, script, code, message) => {
    await using server = await startScriptedServer(script);
    await using client = new Client({ clock: hurriedClock(5) });
    await expect(client.get(server.origin, { [name]: 200 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await until(() => server.open === 0);
    expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0 });
  });

  test('of a stream: its attempt ends with the head, all of it with the body', async () => {
    await using server = await startScriptedServer([readRequest, half]);
    await using client = new Client({ clock: hurriedClock(5) });
    const response = await client.stream('GET', server.origin, { timeoutMs: 500, totalTimeoutMs: 1000 });
    await expect(response.text()).rejects.toMatchObject({ code: 'deadline' });
    const slow = await client.stream('GET', server.origin, { bodyTimeoutMs: 200 });
    await expect(slow.text()).rejects.toMatchObject({ code: 'timeout' });
  });

  test('headersTimeoutMs is counted from the end of the request', async () => {
    await using server = await startObserved();
    await using client = new Client({ clock: hurriedClock(5) });
    expect((await client.put(server.origin, { body: slowly, headersTimeoutMs: 1000 })).status).toBe(200);
  });

  test('waiting for a place is not counted in timeoutMs, but in queueTimeoutMs', async () => {
    await using server = await startObserved((_, response) => setTimeout(() => response.end(), 30));
    await using client = new Client({ concurrency: 1, timeoutMs: 1000, clock: hurriedClock(5) });
    const responses = await Promise.all(Array.from({ length: 10 }, () => client.get(server.origin)));
    expect(responses.every(({ ok }) => ok)).toBe(true);
    expect(responses.at(-1)?.timings.queuedMs).toBeGreaterThan(1200);
    const first = client.get(server.origin);
    const late = client.get(server.origin, { queueTimeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ code: 'queue_timeout' });
    expect((await first).status).toBe(200);
  });

  test('redirects share the time of their attempt', async () => {
    await using server = await startObserved((_, response, count) => {
      setTimeout(() => response.writeHead(302, { location: `/${count}` }).end(), 10);
    });
    await using client = new Client({ clock: hurriedClock(5), timeoutMs: 300, redirects: 1000 });
    await expect(client.get(server.origin)).rejects.toMatchObject({ code: 'timeout' });
    expect(server.requests.length).toBeLessThan(10);
  });
});
