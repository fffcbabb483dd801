import { Agent } from 'node:http';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ask } from '../../testing/ask.ts';
import { askRaw, type RawAnswer } from '../../testing/ask-raw.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { until } from '../../testing/until.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
let secure: Target;
const ca = testCertificate('ca');
beforeAll(async () => {
  target = await startTarget();
  secure = await startTarget({ tls: { key: testCertificate('server-key'), cert: testCertificate('server') } });
});
afterAll(async () => {
  await target.close();
  await secure.close();
});

async function raw(path: string): Promise<RawAnswer> {
  return await askRaw(target.port, `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}`);
}

describe('resets', () => {
  test('come before any byte, in the head, or in the body', async () => {
    expect(await raw('/reset')).toEqual({ text: '', ending: 'ECONNRESET' });
    expect(await raw('/reset/head')).toEqual({
      text: 'HTTP/1.1 200 OK\r\nContent-Type: text/pl',
      ending: 'ECONNRESET',
    });
    const { text, ending } = await raw('/reset/body');
    expect(text).toMatch(/Content-Length: 1024\r\n.*\r\n\r\ncut off here /s);
    expect([text.split('\r\n\r\n')[1]?.length, ending]).toEqual([512, 'ECONNRESET']);
  });

  test('come below TLS too', async () => {
    expect(await ask(`${secure.url}/reset`, { ca })).toMatchObject({ status: null, error: 'ECONNRESET' });
    const asked = await ask(`${secure.url}/reset/body`, { ca });
    expect([asked.status, asked.body.length, asked.error]).toEqual([200, 512, 'ECONNRESET']);
    await until(() => secure.stats().connections.open === 0);
    expect(secure.stats()).toMatchObject({ completed: 0, byStatus: { reset: 2 } });
  });
});

test('cut bodies end in order, with less than was promised', async () => {
  const counted = await raw('/cut');
  expect(counted.text).toContain('Content-Length: 1024\r\n');
  expect([counted.text.split('\r\n\r\n')[1]?.length, counted.ending]).toEqual([512, 'end']);
  const chunked = await raw('/cut/chunked');
  expect(chunked.text).toMatch(/Transfer-Encoding: chunked\r\n\r\n200\r\n(?:cut off here )+cut o\r\n$/s);
  expect(chunked.text).not.toContain('\r\n0\r\n');
  expect(chunked.ending).toBe('end');
  expect(await ask(`${target.url}/cut`)).toMatchObject({ status: 200, error: 'ECONNRESET' });
});

test('garbage is not HTTP', async () => {
  const { text, ending } = await raw('/garbage');
  expect([text.startsWith('220 this is not HTTP\r\n'), ending]).toEqual([true, 'end']);
  expect((await ask(`${target.url}/garbage`)).error).toMatch(/^HPE_/);
});

describe('close', () => {
  test('promises to keep the connection, answers whole, and closes it', async () => {
    const { text, ending } = await raw('/close');
    expect(text).toMatch(/Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n\r\n\{"closedAfterMs":0\}$/);
    expect(ending).toBe('end');
  });

  test('takes its time if asked to', async () => {
    const startedMs = performance.now();
    expect(await raw('/close?ms=40')).toMatchObject({ ending: 'end' });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(39);
  });

  test('closes later if asked to, and answers on the connection until then', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = target.stats().connections.opened;
    expect((await ask(`${target.url}/close?after=150`, { agent })).error).toBe(null);
    expect((await ask(`${target.url}/hello/you`, { agent })).error).toBe(null);
    expect(target.stats().connections).toMatchObject({ opened: before + 1, open: 1 });
    await until(() => target.stats().connections.open === 0);
    agent.destroy();
  });
});

test('a head is as long as asked for, to the byte', async () => {
  for (const bytes of [200, 3000, 4100, 8192, 100_001]) {
    const request = `GET /headers/${bytes} HTTP/1.1\r\nHost: a\r\n\r\nGET /close HTTP/1.1\r\nHost: a\r\n\r\n`;
    const { text } = await askRaw(target.port, request);
    expect([bytes, text.indexOf('\r\n\r\n') + 4]).toEqual([bytes, bytes]);
    expect(text.indexOf('HTTP/1.1', 1)).toBe(bytes);
  }
  expect((await ask(`${target.url}/headers/10`)).status).toBe(400);
  expect((await ask(`${target.url}/headers/20000`)).error).toBe('HPE_HEADER_OVERFLOW');
});

test('what was not handed over whole does not count as completed', async () => {
  target.reset();
  for (const path of ['/reset', '/reset/head', '/reset/body', '/cut', '/cut/chunked', '/garbage']) await raw(path);
  await raw('/close');
  await until(() => target.stats().inFlight.now === 0);
  expect(target.stats()).toMatchObject({ total: 7, completed: 1, byStatus: { reset: 3, cut: 2, garbage: 1, 200: 1 } });
});
