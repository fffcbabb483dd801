import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask, askJson, type AskOptions } from '../../testing/ask.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

async function bodyOf(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  return await askJson(`${target.url}/echo`, { method: 'POST', body, headers });
}

test('method, path, query, headers and body come back', async () => {
  const options: AskOptions = {
    method: 'POST',
    body: 'hello',
    headers: { 'X-One': '1', 'Content-Type': 'text/plain' },
  };
  expect(await askJson(`${target.url}/echo/deep?a=1&b=x%20y&a=2`, options)).toEqual({
    method: 'POST',
    path: '/echo/deep',
    query: { a: ['1', '2'], b: 'x y' },
    headers: {
      'x-one': '1',
      'content-type': 'text/plain',
      host: `127.0.0.1:${target.port}`,
      connection: 'close',
      'content-length': '5',
    },
    body: 'hello',
    bodyBytes: 5,
  });
});

test('no credential comes back', async () => {
  const secret = 'Zm9vOmJhcg==';
  const headers = {
    Authorization: `Basic ${secret}`,
    'Proxy-Authorization': secret,
    Cookie: `sid=${secret}`,
    'X-API-Key': secret,
  };
  const { body } = await ask(`${target.url}/echo`, { headers });
  expect(body.toString()).not.toContain(secret);
  expect(JSON.parse(body.toString())).toMatchObject({
    headers: { authorization: 'Basic ***', 'proxy-authorization': '***', cookie: '***', 'x-api-key': '***' },
  });
});

test('a JSON body comes back as JSON, digit for digit', async () => {
  const json = '{"id":12345678901234567890,"price":1.10}';
  const { body } = await ask(`${target.url}/echo`, { method: 'POST', body: json });
  expect(body.toString()).toContain(`"body":${json},"bodyBytes":${json.length}}`);
  expect((await bodyOf('7', { 'Content-Type': 'application/json' }))['body']).toBe(7);
  expect((await bodyOf('7'))['body']).toBe('7');
  expect((await bodyOf('{"broken":', { 'Content-Type': 'application/json' }))['body']).toBe('{"broken":');
});

test('text comes back as a string, bytes as base64', async () => {
  expect(await bodyOf('zwölf "Ö"\n')).toMatchObject({ body: 'zwölf "Ö"\n', bodyBytes: 12 });
  expect(await bodyOf(new Uint8Array([0xff, 0xfe, 0x00]))).toMatchObject({ bodyBase64: '//4A', bodyBytes: 3 });
  expect(await bodyOf('')).toMatchObject({ body: '', bodyBytes: 0 });
});

test('a large body comes back whole, one beyond 64 MiB not at all', async () => {
  const large = 'x'.repeat(3_000_000);
  expect((await bodyOf(large))['body']).toBe(large);
  const asked = await ask(`${target.url}/echo`, { method: 'POST', body: Buffer.alloc(64 * 1024 * 1024 + 1) });
  expect(asked.status).toBe(413);
});
