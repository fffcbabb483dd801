// What calls of a client return, over sockets: bodies without waiting for the answer first, and failures that are told once.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTarget } from '../../target/start-target.ts';
import type { Target } from '../../target/start-target.ts';
import { Client } from '../client.ts';
import type { RequestOptions } from '../client-options.ts';
import { ResponseError } from './response-error.ts';
import { ResponsePromise } from './response-promise.ts';

let target: Target;
let client: Client;
beforeAll(async () => {
  target = await startTarget();
  client = new Client({ baseUrl: target.url });
});
afterAll(async () => {
  await client.close();
  await target.close();
});

test.each(['get', 'post', 'put', 'patch', 'delete', 'options'] as const)('the body of %s', async (verb) => {
  expect(await client[verb]('/echo').json()).toMatchObject({ method: verb.toUpperCase() });
});

test('as JSON, as text, as bytes, and the answer itself, of one request', async () => {
  target.reset();
  const asked = client.request('REPORT', '/text');
  expect(asked).toBeInstanceOf(Promise);
  const [text, bytes, answer] = await Promise.all([asked.text(), asked.bytes(), asked]);
  expect(text).toBe(new TextDecoder().decode(bytes));
  expect(answer.status).toBe(200);
  await expect(asked.json()).rejects.toThrow(SyntaxError);
  expect(target.stats().total).toBe(1);
});

test('of any status, unless that is to be an error', async () => {
  expect(await client.get('/status/404').text()).toBe(await (await client.get('/status/404')).text());
  await expect(client.get('/status/404', { raiseForStatus: true }).text()).rejects.toThrow(ResponseError);
});

test('what follows is an ordinary promise', async () => {
  const status = client.get('/status/204').then((response) => response.status);
  const same = client.get('/status/204').catch(() => null);
  const last = client.get('/status/204').finally(() => {});
  for (const next of [status, same, last]) expect(next).not.toBeInstanceOf(ResponsePromise);
  expect([await status, (await same)?.status, (await last).status]).toEqual([204, 204, 204]);
});

async function whoAsks(): Promise<unknown> {
  return await client.get('/reset').json();
}

test('an error tells who asked', async () => {
  const error = await whoAsks().catch((thrown: unknown) => thrown);
  expect((error as Error).stack).toMatch(/whoAsks .*response-promise\.test/);
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const failures: readonly [string, string, RequestOptions][] = [
  ['connection_reset', '/reset', {}],
  ['unknown_option', '/echo', { nothing: 1 } as RequestOptions],
  ['bad_url', 'http://', {}],
];

test.each(failures)('%s is told once, to who waits for the body', async (code, url, options) => {
  const unhandled: unknown[] = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => unhandled.push(reason));
  try {
    for (const body of ['json', 'text', 'bytes'] as const)
      await expect(client.get(url, options)[body]()).rejects.toMatchObject({ code });
    await turns();
    expect(unhandled).toEqual([]);
    void client.get(url, options).json();
    await expect.poll(() => unhandled.length).toBe(1);
    await turns();
    expect(unhandled).toEqual([expect.objectContaining({ code })]);
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
});
