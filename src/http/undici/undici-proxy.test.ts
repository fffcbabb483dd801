// Through proxies: forwarded, tunnelled, with credentials and without, and what is said when they refuse.

import { describe, expect, test } from 'vitest';
import { RecordedExchange, exchange, requestTo } from '../../testing/recorded-exchange.ts';
import { again, answer, readHead, startScriptedServer } from '../../testing/scripted-server.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { startHttpProxy, startSocksProxy } from '../../testing/test-proxy.ts';
import { until } from '../../testing/until.ts';
import type { TransportOptions } from '../transport-options.ts';
import { createUndiciTransport } from './undici-transport.ts';

const ca = testCertificate('ca');
const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
const plain = (): ReturnType<typeof startScriptedServer> => startScriptedServer([readHead, answer('hello'), again]);
const secure = (): ReturnType<typeof startScriptedServer> =>
  startScriptedServer([readHead, answer('hello'), again], identity);

async function ask(origin: string, options: TransportOptions): ReturnType<typeof exchange> {
  const transport = createUndiciTransport(options);
  const done = await exchange(transport, origin, { path: '/p?q', headers: ['x-own', 'v'] });
  await transport.close();
  return done;
}

describe('an HTTP proxy', () => {
  test('is asked for whole URLs of http, and gets the credentials that the server does not', async () => {
    await using server = await plain();
    await using proxy = await startHttpProxy(server.port, 'us@er:pass');
    const done = await ask('http://a.example:8080', { proxy: `http://us%40er:pass@127.0.0.1:${proxy.port}` });
    expect([done.body, proxy.asked]).toEqual(['hello', ['GET http://a.example:8080/p?q as us@er:pass']]);
    expect(server.requests[0]).toMatch(/host: a\.example:8080\r\n/i);
    expect(server.requests[0]).toMatch(/x-own: v\r\n/i);
  });

  test('carries requests to many origins over the same connections', async () => {
    await using server = await plain();
    await using proxy = await startHttpProxy(server.port);
    const transport = createUndiciTransport({ proxy: `http://127.0.0.1:${proxy.port}` });
    for (const host of ['a', 'b', 'c']) await exchange(transport, `http://${host}.example`);
    expect(proxy.asked).toEqual(['GET http://a.example/', 'GET http://b.example/', 'GET http://c.example/']);
    expect(transport.statistics()).toMatchObject({ connected: 1 });
    await transport.close();
  });

  test('makes tunnels for https, with credentials', async () => {
    await using server = await secure();
    await using proxy = await startHttpProxy(server.port, 'u:p');
    const done = await ask('https://localhost', { ca, proxy: `http://u:p@127.0.0.1:${proxy.port}` });
    expect([done.error, done.body, proxy.asked]).toEqual([null, 'hello', ['CONNECT localhost:443 as u:p']]);
  });

  test('may itself be spoken to over TLS, for http and for https', async () => {
    await using server = await plain();
    await using safe = await secure();
    await using proxy = await startHttpProxy(server.port, 'u:p', identity);
    await using safeProxy = await startHttpProxy(safe.port, undefined, identity);
    const forwarded = await ask('http://a.example', { ca, proxy: `https://u:p@127.0.0.1:${proxy.port}` });
    expect([forwarded.error, forwarded.body]).toEqual([null, 'hello']);
    const tunnelled = await ask('https://localhost', { ca, proxy: `https://localhost:${safeProxy.port}` });
    expect([tunnelled.error, tunnelled.body]).toEqual([null, 'hello']);
  });

  test.each(['http://a.example', 'https://a.example'])('that wants a password says so, for %s', async (origin) => {
    await using server = await plain();
    await using proxy = await startHttpProxy(server.port, 'u:right');
    const { error } = await ask(origin, { proxy: `http://u:s3cret@127.0.0.1:${proxy.port}` });
    expect(error).toMatchObject({ code: 'proxy_failed', message: expect.stringMatching(/password.*407/) });
    expect(`${error?.message} ${error?.hint}`).not.toContain('s3cret');
  });

  test('a certificate for another host is refused in a tunnel, too', async () => {
    await using server = await secure();
    await using proxy = await startHttpProxy(server.port);
    const { error } = await ask('https://wrong.example', { ca, proxy: `http://127.0.0.1:${proxy.port}` });
    expect(error).toMatchObject({ code: 'tls_failed', sent: false });
    expect(error?.message).toMatch(/wrong\.example:443 .*localhost/);
  });
});

describe('a SOCKS5 proxy', () => {
  test('resolves names itself, and makes tunnels for http and https', async () => {
    await using server = await plain();
    await using safe = await secure();
    await using proxy = await startSocksProxy(server.port);
    await using safeProxy = await startSocksProxy(safe.port, 'u:p');
    expect((await ask('http://a.example:81', { proxy: `socks5://127.0.0.1:${proxy.port}` })).body).toBe('hello');
    const tunnelled = await ask('https://localhost', { ca, proxy: `socks5://u:p@127.0.0.1:${safeProxy.port}` });
    expect([tunnelled.error, tunnelled.body]).toEqual([null, 'hello']);
    expect([proxy.asked, safeProxy.asked]).toEqual([['a.example:81'], ['localhost:443 as u:p']]);
  });

  test('takes addresses as addresses', async () => {
    await using server = await plain();
    await using proxy = await startSocksProxy(server.port);
    const options = { proxy: `socks5://127.0.0.1:${proxy.port}` };
    await ask('http://10.1.2.3', options);
    await ask('http://[2001:db8::1:2]:81', options);
    expect(proxy.asked).toEqual(['10.1.2.3:80', '[20010db8000000000000000000010002]:81']);
  });

  test('that refuses is quoted', async () => {
    await using refusing = await startSocksProxy(1, undefined, 5);
    await using locked = await startSocksProxy(1, 'u:right');
    const refused = await ask('http://a.example', { proxy: `socks5://127.0.0.1:${refusing.port}` });
    expect(refused.error).toMatchObject({ code: 'proxy_failed', message: expect.stringContaining('refused') });
    const wrong = await ask('http://a.example', { proxy: `socks5://u:s3cret@127.0.0.1:${locked.port}` });
    expect(wrong.error).toMatchObject({ code: 'proxy_failed', message: expect.stringContaining('password') });
    const none = await ask('http://a.example', { proxy: `socks5://127.0.0.1:${locked.port}` });
    expect(none.error).toMatchObject({ code: 'proxy_failed', message: expect.stringContaining('wants a user name') });
    expect(wrong.error?.message).not.toContain('s3cret');
  });

  test('that closes the connection is told', async () => {
    await using server = await startScriptedServer([{ do: 'end' }]);
    const { error } = await ask('http://a.example', { proxy: `socks5://127.0.0.1:${server.port}` });
    expect(error).toMatchObject({ code: 'proxy_failed', message: expect.stringContaining('closed the connection') });
  });
});

describe.each(['http', 'https', 'socks5'])('an %s proxy that is not there', (kind) => {
  test.each(['http://a.example', 'https://a.example'])('for %s', async (origin) => {
    const gone = await plain();
    await gone[Symbol.asyncDispose]();
    const { error } = await ask(origin, { proxy: `${kind}://u:s3cret@127.0.0.1:${gone.port}` });
    expect(error).toMatchObject({ code: 'proxy_failed', sent: false, answered: false });
    expect(error?.message).toContain(`127.0.0.1:${gone.port}`);
    expect(`${error?.message} ${error?.hint}`).not.toContain('s3cret');
  });
});

describe.each(['http', 'socks5'])('an %s proxy that never answers', (kind) => {
  test('runs into the connect timeout', async () => {
    await using silent = await startScriptedServer([]);
    const proxy = `${kind}://127.0.0.1:${silent.port}`;
    const { error } = await ask('https://a.example', { proxy, connectTimeoutMs: 50 });
    expect(error).toMatchObject({ code: 'connect_timeout', sent: false });
    await until(() => silent.open === 0);
  });

  test('is let go when the exchange is cancelled', async () => {
    await using silent = await startScriptedServer([]);
    const transport = createUndiciTransport({ proxy: `${kind}://127.0.0.1:${silent.port}` });
    const cancelled = new RecordedExchange(transport, requestTo('https://a.example'));
    await until(() => silent.open === 1);
    cancelled.exchange.cancel();
    await until(() => silent.open === 0);
    expect(cancelled.events).toEqual([]);
    await transport.close();
  });
});

test('the environment names a proxy, and this machine is reached without it', async () => {
  await using server = await plain();
  await using proxy = await startHttpProxy(server.port);
  const env = { http_proxy: `http://127.0.0.1:${proxy.port}` };
  expect((await ask('http://a.example', { env })).body).toBe('hello');
  expect((await ask(server.origin, { env })).body).toBe('hello');
  expect(proxy.asked).toEqual(['GET http://a.example/p?q']);
});
