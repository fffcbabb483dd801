import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { ask, askJson } from '../testing/ask.ts';
import { askRaw } from '../testing/ask-raw.ts';
import { testCertificate } from '../testing/test-certificate.ts';
import { until } from '../testing/until.ts';
import { startTarget, type Target, type TargetOptions } from './start-target.ts';

const targets: Target[] = [];
afterEach(async () => {
  for (const target of targets.splice(0)) await target.close();
});

async function start(options?: TargetOptions): Promise<Target> {
  const target = await startTarget(options);
  targets.push(target);
  return target;
}

const tls = { key: testCertificate('server-key'), cert: testCertificate('server') };
const ca = testCertificate('ca');

describe('life time', () => {
  test('it says where it is, and listens there and nowhere else', async () => {
    const target = await start();
    expect(target.url).toBe(`http://127.0.0.1:${target.port}`);
    expect((await ask(target.url)).status).toBe(200);
    expect((await ask(`http://127.0.0.2:${target.port}`)).error).toBe('ECONNREFUSED');
  });

  test('a port that is taken is an error', async () => {
    const { port } = await start();
    await expect(startTarget({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('closing ends what is open: idle, waiting for an answer, and half a request', async () => {
    const target = await start();
    const waiting = ask(`${target.url}/delay/3600`);
    const silent = ask(`${target.url}/silent`);
    const half = askRaw(target.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345');
    const idle = askRaw(target.port, '');
    await until(() => target.stats().total === 3 && target.stats().connections.open === 4);
    await target.close();
    expect([(await waiting).error, (await silent).error]).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect([(await half).text, (await idle).text]).toEqual(['', '']);
    expect((await ask(target.url)).error).toBe('ECONNREFUSED');
    expect(target.stats()).toMatchObject({ inFlight: { now: 0 }, connections: { open: 0 } });
  });

  test.each([{}, { tls }])(
    'a pause ends what is open and refuses what comes, until it listens again',
    async (options) => {
      const target = await start(options);
      const waiting = ask(`${target.url}/delay/3600`, { ca });
      await until(() => target.stats().inFlight.now === 1);
      for (let turn = 0; turn < 3; turn++) {
        await target.pause();
        expect((await ask(target.url, { ca })).error).toBe('ECONNREFUSED');
        await target.resume();
        expect((await ask(target.url, { ca })).status).toBe(200);
      }
      expect((await waiting).error).toBe('ECONNRESET');
      expect(target.stats()).toMatchObject({ total: 4, completed: 3, inFlight: { now: 0 } });
      await target.pause();
    },
  );

  test('a reset forgets counts and rates', async () => {
    const target = await start();
    const statuses = async (): Promise<(number | null)[]> => [
      (await ask(`${target.url}/rate/0.01`)).status,
      (await ask(`${target.url}/rate/0.01`)).status,
    ];
    expect(await statuses()).toEqual([200, 429]);
    target.reset();
    expect(target.stats().total).toBe(0);
    expect(await statuses()).toEqual([200, 429]);
  });
});

describe('connections', () => {
  test('a thousand are open at once, and each gets its answer', async () => {
    const target = await start();
    const sockets: Socket[] = [];
    const answered = Array.from(
      { length: 1000 },
      (_, n) =>
        new Promise<boolean>((resolve, reject) => {
          const socket = connect(target.port, '127.0.0.1', () =>
            socket.write(`GET /hello/${n} HTTP/1.1\r\nHost: a\r\n\r\n`),
          );
          sockets.push(socket);
          socket.once('data', (data) => resolve(data.toString().includes(`"hello":"${n}"`)));
          socket.once('error', reject);
        }),
    );
    expect(new Set(await Promise.all(answered))).toEqual(new Set([true]));
    await until(() => target.stats().completed === 1000);
    expect(target.stats().connections).toEqual({ opened: 1000, open: 1000, maximum: 1000 });
    for (const socket of sockets) socket.destroy();
    await until(() => target.stats().connections.open === 0);
  });

  test('are kept alive, and pipelined requests are answered in their order', async () => {
    const target = await start();
    const requests = ['/delay/0.02', '/hello/b'].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
    const { text } = await askRaw(target.port, `${requests}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(text.match(/HTTP\/1\.1 200 OK|Keep-Alive: timeout=60|"delayed"|"hello"|"service"/g)).toEqual([
      'HTTP/1.1 200 OK',
      'Keep-Alive: timeout=60',
      '"delayed"',
      'HTTP/1.1 200 OK',
      'Keep-Alive: timeout=60',
      '"hello"',
      'HTTP/1.1 200 OK',
      '"service"',
    ]);
    expect(target.stats().connections.opened).toBe(1);
  });

  test('HTTP/1.0 is spoken, and a request that is none gets its 400', async () => {
    const target = await start();
    const old = await askRaw(target.port, 'GET /hello/old HTTP/1.0\r\n\r\n');
    expect(old.text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Hello, old!/s);
    expect(old.ending).toBe('end');
    expect((await askRaw(target.port, 'what is this\r\n\r\n')).text).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('TLS', () => {
  test('serves HTTP/1.1 under a certificate that the authority signed', async () => {
    const target = await start({ tls });
    expect(target.url).toBe(`https://127.0.0.1:${target.port}`);
    expect(await askJson(`${target.url}/hello/you`, { ca })).toMatchObject({ hello: 'you' });
    expect((await ask(target.url)).error).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  test('offers HTTP/2', async () => {
    const target = await start({ tls });
    const session = connectHttp2(target.url, { ca });
    const stream = session.request({ ':path': '/hello/you' });
    let text = '';
    stream.setEncoding('utf8');
    for await (const chunk of stream) text += String(chunk);
    expect(session.alpnProtocol).toBe('h2');
    expect(JSON.parse(text)).toMatchObject({ hello: 'you' });
    session.destroy();
  });

  test('can insist on a client certificate', async () => {
    const target = await start({ tls: { ...tls, requestCert: true, ca } });
    const client = { cert: testCertificate('client'), key: testCertificate('client-key') };
    expect((await ask(target.url, { ca, ...client })).status).toBe(200);
    expect((await ask(target.url, { ca })).error).toMatch(/CERTIFICATE_REQUIRED|ECONNRESET/);
    const stranger = { cert: tls.cert, key: tls.key };
    expect((await ask(target.url, { ca, ...stranger })).status).toBe(null);
    expect(target.stats().total).toBe(1);
  });
});
