// TLS as it goes wrong, and what the user is told to do about it; and HTTP/2 from end to end.

import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTarget } from '../../src/target/start-target.ts';
import type { Target } from '../../src/target/start-target.ts';
import { testCertificate } from '../../src/testing/test-certificate.ts';
import { storyOf, tryRun } from './try-run.ts';

const tls = { key: testCertificate('server-key'), cert: testCertificate('server') };
let folder: string;
let target: Target;
let strict: Target;
let elsewhere: Target;
const pem = (name: 'ca' | 'client' | 'client-key'): string => join(folder, `${name}.pem`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-tls-'));
  for (const name of ['ca', 'client', 'client-key'] as const) writeFileSync(pem(name), testCertificate(name));
  target = await startTarget({ tls });
  strict = await startTarget({ tls: { ...tls, requestCert: true, ca: testCertificate('ca') } });
  elsewhere = await startTarget({ tls, host: '127.0.0.2' });
});
afterAll(async () => {
  await Promise.all([target.close(), strict.close(), elsewhere.close()]);
  rmSync(folder, { recursive: true });
});

/** HTTP/2 or nothing. */
const h2 = () => ({ cacert: pem('ca'), http: '2' as const });

describe('certificates', () => {
  const both = ['GET', 'POST'];
  const records = (url: string) => both.map((method) => ({ url: `${url}/hello/you`, method }));

  test('of an authority that is not trusted: not tried again, never sent, and what to do is told', async () => {
    const { rows } = await tryRun(records(target.url), { delivery: 'at-most-once' });
    expect(rows.map(storyOf)).toEqual(['failed tls_failed x1', 'failed tls_failed x1']);
    expect(rows[0]?.error?.message).toContain('--cacert');
    expect(target.stats().total).toBe(0);
  });

  test.each(['1.1', '2', 'auto'] as const)('of a trusted authority, HTTP %s', async (http) => {
    const { rows } = await tryRun(records(target.url), { cacert: pem('ca'), http });
    expect(rows.map(storyOf)).toEqual(['ok 200 x1', 'ok 200 x1']);
  });

  test('for another host', async () => {
    const trusting = await tryRun(records(elsewhere.url), { cacert: pem('ca') });
    expect(trusting.rows.map(storyOf)).toEqual(['failed tls_failed x1', 'failed tls_failed x1']);
    expect(trusting.rows[0]?.error?.message).toContain('is for other hosts: localhost');
    const careless = await tryRun(records(elsewhere.url), { insecure: true });
    expect(careless.rows.map(storyOf)).toEqual(['ok 200 x1', 'ok 200 x1']);
  });

  test.each(['1.1', '2'] as const)('of the client, HTTP %s', async (http) => {
    // The handshake of TLS 1.3 is over for the client before the server has seen that nothing was shown.
    const refused = await tryRun(records(strict.url), { cacert: pem('ca'), http, delivery: 'at-most-once' });
    expect(refused.rows.map(storyOf).join()).toMatch(
      /^failed (tls_failed|connection_\w+) x\d,(failed|unknown) \w+ x1$/,
    );
    expect(strict.stats().total).toBe(0);
    const shown = { cacert: pem('ca'), cert: pem('client'), key: pem('client-key'), http };
    const { rows } = await tryRun(records(strict.url), shown);
    expect(rows.map(storyOf)).toEqual(['ok 200 x1', 'ok 200 x1']);
    expect(strict.stats().total).toBe(2);
    strict.reset();
  });

  test('no TLS on the port', async () => {
    const plain = await startTarget();
    try {
      const { rows } = await tryRun([{ url: `${plain.url.replace('http:', 'https:')}/hello/you` }]);
      expect(rows.map(storyOf)).toEqual(['failed tls_failed x1']);
      expect(rows[0]?.error?.message).toContain('http:// instead of https://');
    } finally {
      await plain.close();
    }
  });
});

describe('HTTP/2', () => {
  test('500 records on few connections, an answer each', async () => {
    target.reset();
    const records = Array.from({ length: 500 }, (_, n) => ({ url: `${target.url}/echo?n=${n}`, body: { n } }));
    const { rows, statistics } = await tryRun(records, { ...h2(), concurrency: 150 });
    expect(new Set(rows.map(storyOf))).toEqual(new Set(['ok 200 x1']));
    expect(rows.map(({ body }) => (body as { body: { n: number } }).body.n)).toEqual(records.map((_, n) => n));
    expect([target.stats().total, statistics.attempts]).toEqual([500, 500]);
    expect(target.stats().connections.opened).toBeLessThanOrEqual(4);
    expect(target.stats().inFlight.maximum).toBeLessThanOrEqual(150);
  });

  const faults = [
    ['/reset', 'connection_reset'],
    ['/reset/body', 'body_cut'],
    ['/cut', 'body_cut'],
    ['/garbage', 'connection_reset'],
    ['/silent', 'timeout'],
    ['/drip/100?ms=50', 'timeout'],
  ] as const;
  test.concurrent.each(faults)('%s: %s', async (path, code) => {
    const options = { ...h2(), retries: 1, timeoutMs: code === 'timeout' ? 500 : 10_000 };
    const got = await tryRun([{ url: `${target.url}${path}` }], options);
    expect(got.rows.map(storyOf)).toEqual([`failed ${code} x2`]);
    const posted = await tryRun([{ url: `${target.url}${path}`, body: 'x', method: 'POST' }], {
      ...options,
      delivery: 'at-most-once',
    });
    expect(posted.rows.map(storyOf)).toEqual(['unknown response_lost x1']);
  });

  test('a stream that goes wrong takes no other with it', async () => {
    const records = Array.from({ length: 60 }, (_, n) => ({
      url: `${target.url}${n % 6 === 0 ? '/reset/body' : n % 6 === 1 ? '/silent' : '/hello/you'}`,
    }));
    const { rows } = await tryRun(records, { ...h2(), retries: 0, timeoutMs: 1000, concurrency: 30 });
    expect(rows.map(storyOf)).toEqual(
      records.map((_, n) => ['failed body_cut x1', 'failed timeout x1'][n % 6] ?? 'ok 200 x1'),
    );
  });

  test('connections that close after each answer cost nothing', async () => {
    const records = Array.from({ length: 100 }, (_, n) => ({ url: `${target.url}/close?n=${n}` }));
    const { rows } = await tryRun(records, { ...h2(), concurrency: 10 });
    expect(new Set(rows.map(({ result }) => result))).toEqual(new Set(['ok']));
  });
});
