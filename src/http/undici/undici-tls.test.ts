// TLS as the transport does it: whom it trusts, what it says when it does not, who it says it is.

import { describe, expect, test } from 'vitest';
import { exchange } from '../../testing/recorded-exchange.ts';
import { again, answer, readHead, startScriptedServer } from '../../testing/scripted-server.ts';
import type { ScriptedServer } from '../../testing/scripted-server.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { explainTlsError } from '../dial/explain-tls-error.ts';
import type { TransportOptions } from '../transport-options.ts';
import { createUndiciTransport } from './undici-transport.ts';

const ca = testCertificate('ca');
const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };

function tlsServer(more: object = {}): Promise<ScriptedServer> {
  return startScriptedServer([readHead, answer('hello'), again], { ...identity, ...more });
}

async function ask(origin: string, options: TransportOptions): ReturnType<typeof exchange> {
  const transport = createUndiciTransport(options);
  const done = await exchange(transport, origin);
  await transport.close();
  return done;
}

test('an authority that is given is trusted, by address and by name', async () => {
  await using server = await tlsServer();
  expect(await ask(server.origin, { ca })).toMatchObject({ status: 200, body: 'hello', error: null });
  expect((await ask(server.origin.replace('127.0.0.1', 'localhost'), { ca })).status).toBe(200);
});

test('without it the certificate is refused, with a hint at both ways out', async () => {
  await using server = await tlsServer();
  const { error } = await ask(server.origin, {});
  expect(error).toMatchObject({ code: 'tls_failed', sent: false, answered: false });
  expect(error?.message).toContain(`127.0.0.1:${server.port}`);
  expect(error?.hint).toMatch(/--cacert.*--insecure/);
});

test('any certificate will do if verification is off', async () => {
  await using server = await tlsServer();
  expect((await ask(server.origin, { verifyTls: false })).status).toBe(200);
});

test('a certificate for other hosts is refused, naming both', async () => {
  const altname = Object.assign(new Error('m'), { cert: { subjectaltname: 'DNS:b.com, IP Address:10.0.0.1' } });
  const { message } = explainTlsError(altname, 'ERR_TLS_CERT_ALTNAME_INVALID', 'a.com:443') ?? { message: '' };
  expect(message).toContain('a.com:443');
  expect(message).toContain('b.com, 10.0.0.1');
});

test('a client certificate is shown where one is wanted', async () => {
  await using server = await tlsServer({ ca, requestCert: true, rejectUnauthorized: true });
  const client = { cert: testCertificate('client'), key: testCertificate('client-key') };
  expect((await ask(server.origin, { ca, ...client })).status).toBe(200);
  const refused = await ask(server.origin, { ca });
  expect(refused.error?.code).toMatch(/^(tls_failed|connection_reset|connection_closed)$/);
});

test('a port that does not speak TLS is told as that', async () => {
  await using server = await startScriptedServer([answer('plain')]);
  const { error } = await ask(server.origin.replace('http:', 'https:'), {});
  expect(error).toMatchObject({ code: 'tls_failed', sent: false, hint: expect.stringContaining('http://') });
});

describe('certificates that cannot be used are an error of usage', () => {
  test.each([
    [{ ca: 'nonsense' }, '--cacert'],
    [{ cert: 'nonsense', key: 'nonsense' }, '--cert'],
    [{ cert: testCertificate('client'), key: testCertificate('server-key') }, '--key'],
  ])('%#', (options, name) => {
    expect(() => createUndiciTransport(options)).toThrow(
      expect.objectContaining({ code: 'bad_option', message: expect.stringContaining(name) }),
    );
  });
});

test.each([
  ['CERT_HAS_EXPIRED', /has expired/],
  ['CERT_NOT_YET_VALID', /not valid yet/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /not issued by an authority/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /not issued by an authority/],
  ['CERT_REVOKED', /cannot be trusted/],
  ['INVALID_PURPOSE', /cannot be trusted/],
  ['INVALID_CA', /cannot be trusted/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /handshake/],
])('%s is explained', (code, message) => {
  const meaning = explainTlsError(new Error('m'), code, 'a.com:443');
  expect(meaning).toMatchObject({ code: 'tls_failed', message: expect.stringMatching(message) });
});

test('what is not about TLS is not explained', () => {
  expect(explainTlsError(new Error('m'), 'ECONNRESET', 'a.com:443')).toBeNull();
});
