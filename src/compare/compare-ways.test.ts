import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ChildProgram } from './child-program.ts';
import type { FromStandIn } from './compare-messages.ts';
import type { WayName } from './compare-plan.ts';
import { type CompareSettings, compareWays } from './compare-ways.ts';

const all = (...given: Parameters<typeof compareWays>) => Array.fromAsync(compareWays(...given));

/** Nothing may begin. */
const events = {
  begins: (name: string) => expect.unreachable(`${name} began`),
  progress: () => undefined,
};

function settings(url: string): CompareSettings {
  const amounts = { requests: 5, threads: 1, processes: 1, concurrency: 5, workMs: 0, delayMs: 0 };
  return { ...amounts, url, names: ['in-turn', 'tasks'], client: {} };
}

test('a server that does not answer a first request, or not well, is sent nothing more', async () => {
  const { signal } = new AbortController();
  await expect(all(settings('http://127.0.0.1:1/'), events, signal)).rejects.toMatchObject({
    name: 'UsageError',
    message: 'The server does not answer: nothing accepts connections at 127.0.0.1:1',
  });
  let received = 0;
  const server = createServer((_, response) => {
    received++;
    response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await expect(all(settings(url), events, signal)).rejects.toMatchObject({
    name: 'UsageError',
    message: 'The server answered 404 to a first request',
  });
  expect(received).toBe(1);
  server.close();
});

test('what breaks in its process is thrown here, after the figures of what came before', async () => {
  const answering = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(answering, 'listening');
  const url = `http://127.0.0.1:${(answering.address() as AddressInfo).port}/`;
  const names = ['tasks', 'no-such-way' as WayName] as const;
  const calm = { ...events, begins: () => undefined };
  const compared = compareWays({ ...settings(url), names }, calm, new AbortController().signal);
  expect((await compared.next()).value).toMatchObject({ name: 'tasks', answered: 5 });
  await expect(compared.next()).rejects.toThrow(TypeError);
  answering.closeAllConnections();
  answering.close();
});

test('a process that ends before it is done is told of', async () => {
  const stop = new AbortController();
  const child = new ChildProgram<FromStandIn>('stand-in', stop.signal);
  const heard = child.hear(() => null);
  stop.abort();
  await expect(heard).rejects.toMatchObject({
    code: 'worker_died',
    message: 'A process of the comparison ended before it was done: SIGKILL',
  });
  await child[Symbol.asyncDispose]();
});

test('one that was stopped before it began has no figures, and no processes', async () => {
  const signal = AbortSignal.abort();
  expect(await all({ ...settings(''), url: null }, events, signal)).toEqual([]);
});
