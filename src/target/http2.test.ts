import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { testCertificate } from '../testing/test-certificate.ts';
import { until } from '../testing/until.ts';
import { startTarget, type Target } from './start-target.ts';

let target: Target;
let session: ClientHttp2Session;
beforeEach(async () => {
  target = await startTarget({ tls: { key: testCertificate('server-key'), cert: testCertificate('server') } });
  session = connect(target.url, { ca: testCertificate('ca') });
});
afterEach(async () => {
  session.destroy();
  await target.close();
});

interface Streamed {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** How the stream ended: an error code of HTTP/2, 0 for none. */
  readonly rstCode: number;
}

async function ask(path: string, headers: Record<string, string> = {}, body = ''): Promise<Streamed> {
  const stream = session.request({ ':path': path, ...headers }, { endStream: body === '' });
  if (body !== '') stream.end(body);
  let head: IncomingHttpHeaders = {};
  let text = '';
  stream.on('response', (received) => (head = received));
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  stream.on('error', () => {});
  return await new Promise((resolve) => {
    stream.on('close', () => {
      const status = head[':status'] as unknown as number | undefined;
      resolve({ status, headers: head, text, rstCode: stream.rstCode ?? 0 });
    });
  });
}

test('echo shows a request as over HTTP/1.1', async () => {
  const headers = { ':method': 'POST', 'content-type': 'application/json', authorization: 'Bearer secret' };
  const { text } = await ask('/echo?a=1', headers, '{"id":12345678901234567890}');
  expect(text).toContain('"body":{"id":12345678901234567890}');
  expect(JSON.parse(text)).toMatchObject({
    method: 'POST',
    path: '/echo',
    query: { a: '1' },
    headers: { authorization: 'Bearer ***' },
    bodyBytes: 27,
  });
  expect(text).not.toContain('secret');
  expect(text).not.toContain('":method"');
});

test.each(['/reset', '/reset/head', '/reset/body', '/cut', '/cut/chunked'])(
  '%s resets the stream only',
  async (path) => {
    const { rstCode, status } = await ask(path);
    expect(rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect(status).toBe(/body|cut/.test(path) ? 200 : undefined);
    expect((await ask('/hello/you')).status).toBe(200);
    await until(() => target.stats().inFlight.now === 0);
    expect(target.stats()).toMatchObject({ total: 2, completed: 1, connections: { opened: 1, open: 1 } });
  },
);

test('garbage is a protocol error of the stream', async () => {
  expect((await ask('/garbage')).rstCode).toBe(constants.NGHTTP2_PROTOCOL_ERROR);
});

test('close ends the connection in order, after the answer', async () => {
  const { status, rstCode } = await ask('/close');
  expect([status, rstCode]).toEqual([200, 0]);
  await until(() => session.closed && target.stats().connections.open === 0);
});

test('statuses without a body, drips, bombs, bytes and heads go over HTTP/2 too', async () => {
  expect(await ask('/status/204')).toMatchObject({ status: 204, text: '', rstCode: 0 });
  expect((await ask('/drip/3?ms=1')).text).toBe('...');
  expect((await ask('/bytes/200000')).headers['content-length']).toBe('200000');
  expect((await ask('/bomb/100000')).headers['content-encoding']).toBe('gzip');
  expect((await ask('/headers/9000')).headers['x-filler-2']).toMatch(/^f+$/);
  expect(await ask('/bytes/1000', { ':method': 'HEAD' })).toMatchObject({ status: 200, text: '', rstCode: 0 });
  await until(() => target.stats().completed === 6);
});

test('many streams at once share one connection', async () => {
  const all = await Promise.all(Array.from({ length: 300 }, () => ask('/delay/0.05')));
  expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
  expect(target.stats()).toMatchObject({ inFlight: { maximum: 300 }, connections: { opened: 1 } });
});

test('a stream that the client resets is over, and not completed', async () => {
  const stream = session.request({ ':path': '/delay/3600' });
  stream.on('error', () => {});
  await until(() => target.stats().inFlight.now === 1);
  stream.close(constants.NGHTTP2_CANCEL);
  await until(() => target.stats().inFlight.now === 0);
  expect(target.stats().completed).toBe(0);
});

test('closing the service ends open streams', async () => {
  const silent = ask('/silent');
  session.on('error', () => {});
  await until(() => target.stats().inFlight.now === 1);
  await target.close();
  expect((await silent).status).toBe(undefined);
  expect(target.stats()).toMatchObject({ completed: 0, inFlight: { now: 0 }, connections: { open: 0 } });
});
