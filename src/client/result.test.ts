import { expect, test } from 'vitest';
import { sampleAnswer, sampleFailed, sampleOk } from '../testing/sample-result.ts';
import { batchResult } from './result.ts';

test('facts are plain, and say what is missing by null', () => {
  const ok = batchResult(sampleOk());
  expect(ok).toMatchObject({ index: 0, id: 'o-1', result: 'ok', status: 200, error: null, ms: 12.3, waitMs: 0.5 });
  const failed = batchResult(sampleFailed({ answer: null }));
  expect(failed).toMatchObject({ result: 'failed', status: null, error: { code: 'http_status' } });
  const skipped = batchResult(sampleOk({ answer: null, skipped: true }));
  expect([skipped.result, skipped.status]).toEqual(['ok', null]);
});

test('a body is read as often as wanted, in any form', async () => {
  const result = batchResult(sampleOk({ answer: sampleAnswer('{"big":12345678901234567890,"é":1}') }));
  expect(await result.text()).toBe('{"big":12345678901234567890,"é":1}');
  expect(await result.json<{ é: number }>()).toMatchObject({ é: 1 });
  const bytes = await result.bytes();
  bytes.fill(0);
  expect(Buffer.from(await result.bytes()).toString()).toBe('{"big":12345678901234567890,"é":1}');
});

test('text is read in its charset', async () => {
  const latin1 = sampleOk({ answer: sampleAnswer(Buffer.from('"é"', 'latin1'), 'text/plain; charset=latin1') });
  expect(await batchResult(latin1).text()).toBe('"é"');
  expect(await batchResult(latin1).json()).toBe('é');
  const broken = sampleOk({ answer: sampleAnswer(Buffer.from([0x61, 0xff]), 'text/plain') });
  expect(await batchResult(broken).text()).toBe('a\ufffd');
});

test('what is not JSON is told with the URL', async () => {
  const html = batchResult(sampleOk({ answer: sampleAnswer('<p>', 'text/html') }));
  await expect(html.json()).rejects.toThrow(SyntaxError);
  await expect(html.json()).rejects.toThrow(/^the answer of POST https:\/\/api\.example\.com\/orders is not JSON: /);
  const none = batchResult(sampleFailed({ answer: null }));
  await expect(none.json()).rejects.toThrow(/it is empty$/);
  expect([await none.text(), (await none.bytes()).length]).toEqual(['', 0]);
});

test('headers are found whatever their letter case', () => {
  const headers = ['content-type', 'text/plain', 'set-cookie', 'a=1', 'set-cookie', 'b=2'];
  const result = batchResult(sampleOk({ answer: { status: 200, headers, body: Buffer.alloc(0) } }));
  expect(result.headers).toBe(result.headers);
  expect(result.headers.get('Content-Type')).toBe('text/plain');
  expect(result.headers.get('set-cookie')).toBe('a=1, b=2');
  expect(result.headers.getAll('Set-Cookie')).toEqual(['a=1', 'b=2']);
  expect([result.headers.has('CONTENT-TYPE'), result.headers.has('text/plain'), result.headers.get('etag')]).toEqual([
    true,
    false,
    null,
  ]);
  expect([...result.headers]).toHaveLength(3);
  expect(new Headers([...result.headers]).getSetCookie()).toEqual(['a=1', 'b=2']);
});
