import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../testing/until.ts';
import { scope } from './scope.ts';
import { sleep } from './sleep.ts';

/** Answers `/quick` at once, `/bad` with an end of the connection, all else never. */
let server: Server;
let url = '';
/** Requests that have neither been answered nor given up. */
let open = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    open++;
    response.on('close', () => open--);
    if (request.url === '/quick') response.end('quick');
    if (request.url === '/bad') request.socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test('requests that are on their way are given up when the deadline has passed, and the rest is not begun', async () => {
  const leaving = scope(
    (s) => {
      for (let each = 0; each < 20; each++) s.spawn(({ signal }) => fetch(`${url}/never`, { signal }));
    },
    { limit: 10, deadlineMs: 100 },
  );
  await expect(leaving).rejects.toMatchObject({
    code: 'deadline',
    message: 'Not done within 100 ms: task-1, task-2, task-3 and 7 more at work, 10 waiting',
  });
  await until(() => open === 0);
});

test('a request that fails ends those beside it, and its error alone is thrown', async () => {
  const states: string[] = [];
  const leaving = scope(async (s) => {
    const quick = s.spawn((context) => fetch(`${url}/quick`, context).then((response) => response.text()));
    for (let each = 0; each < 3; each++)
      s.spawn(({ signal }) => fetch(`${url}/never`, { signal })).onDone(({ state }) => states.push(state));
    expect(await quick).toBe('quick');
    s.spawn((context) => fetch(`${url}/bad`, context), { name: 'bad' });
    await sleep(60_000, s);
  });
  await expect(leaving).rejects.toThrow('fetch failed');
  expect(states).toEqual(['cancelled', 'cancelled', 'cancelled']);
  await until(() => open === 0);
});
