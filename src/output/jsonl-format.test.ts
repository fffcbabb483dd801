import { describe, expect, test } from 'vitest';
import { sampleAnswer, sampleFailed, sampleOk } from '../testing/sample-result.ts';
import { createFormat } from './sink-format.ts';

const format = createFormat('jsonl', { body: 'auto' });

describe('a line', () => {
  test('of an ok result has the fields of the contract in their order', () => {
    expect(format.encode(sampleOk())).toBe(
      '{"index":0,"id":"o-1","result":"ok","status":200,"attempts":1,"ms":12.3,"waitMs":0.5,' +
        '"at":"2026-11-21T10:00:00.123Z","method":"POST","url":"https://api.example.com/orders",' +
        '"headers":{"content-type":"application/json"},"body":{"done":true}}\n',
    );
  });

  test('of a failed result with an answer has error, headers and body', () => {
    expect(format.encode(sampleFailed({ index: 1, id: null, attempts: 4, finalUrl: 'https://b.example/' }))).toBe(
      '{"index":1,"result":"failed","status":503,"attempts":4,"ms":12.3,"waitMs":0.5,' +
        '"at":"2026-11-21T10:00:00.123Z","method":"POST","url":"https://api.example.com/orders",' +
        '"finalUrl":"https://b.example/","error":{"code":"http_status","message":"503 is not in 2xx"},' +
        '"headers":{"content-type":"text/plain"},"body":"try later"}\n',
    );
  });

  test('of an unknown result has no answer', () => {
    const { skipped: _, ...rest } = sampleOk({ index: 2, id: null, ms: null });
    const error = { code: 'response_lost', message: 'said "maybe"' } as const;
    expect(format.encode({ ...rest, result: 'unknown', answer: null, error })).toBe(
      '{"index":2,"result":"unknown","status":null,"attempts":1,"ms":null,"waitMs":0.5,' +
        '"at":"2026-11-21T10:00:00.123Z","method":"POST","url":"https://api.example.com/orders",' +
        '"error":{"code":"response_lost","message":"said \\"maybe\\""}}\n',
    );
  });

  test('has what a hook made of it, before what came', () => {
    expect(format.encode(sampleOk({ extracted: '{"price":1.50}' }))).toContain(
      '"url":"https://api.example.com/orders","extracted":{"price":1.50},"headers":{',
    );
  });

  test('of a skipped record says so', () => {
    const skipped = sampleOk({
      answer: null,
      skipped: true,
      attempts: 0,
      ms: null,
      waitMs: 0,
      method: null,
      url: null,
    });
    expect(format.encode(skipped)).toBe(
      '{"index":0,"id":"o-1","result":"ok","status":null,"attempts":0,"ms":null,"waitMs":0,' +
        '"at":"2026-11-21T10:00:00.123Z","method":null,"url":null,"skipped":true}\n',
    );
  });
});

test('repeated headers are joined where there is no Set-Cookie', () => {
  const headers = ['vary', 'a', 'date', 'd', 'vary', 'b', 'vary', ''];
  for (let round = 0; round < 2; round++) {
    const line = format.encode(sampleOk({ answer: { status: 200, headers, body: Buffer.alloc(0) } }));
    expect(line).toContain('"headers":{"vary":"a, b, ","date":"d"}}\n');
  }
});

test('repeated headers are joined, Set-Cookie is an array, and the next line is not touched by that', () => {
  const headers = ['vary', 'a', 'set-cookie', 'x=1, y', 'vary', 'b "c"', '__proto__', 'p'];
  const line = format.encode(sampleOk({ answer: { status: 200, headers, body: Buffer.alloc(0) } }));
  expect(line).toContain('"headers":{"vary":"a, b \\"c\\"","set-cookie":["x=1, y"],"__proto__":"p"}}\n');
  const next = { status: 200, headers: ['vary', 'z', 'date', 'd'], body: Buffer.alloc(0) };
  expect(format.encode(sampleOk({ answer: next }))).toContain('"headers":{"vary":"z","date":"d"}}\n');
});

test('thousands of header names are written whole', () => {
  const headers = Array.from({ length: 6000 }, (_, at) => (at % 2 === 0 ? `h${at}` : `v${at}`));
  for (let round = 0; round < 2; round++) {
    const line = format.encode(sampleOk({ answer: { status: 200, headers, body: Buffer.alloc(0) } }));
    const parsed = JSON.parse(line) as { headers: Record<string, string> };
    expect(Object.entries(parsed.headers).flat()).toEqual(headers);
  }
});

test('a long error message is cut at 1,000 characters, and not within one', () => {
  const error = { code: 'http_status', message: 'x'.repeat(999) + '😀' + 'y'.repeat(50) } as const;
  const parsed = JSON.parse(format.encode(sampleFailed({ error }))) as { error: { message: string } };
  expect(parsed.error.message).toBe('x'.repeat(999));
  const exact = { ...error, message: 'x'.repeat(1000) };
  expect(format.encode(sampleFailed({ error: exact }))).toContain(`"${'x'.repeat(1000)}"`);
});

test('a lone surrogate becomes U+FFFD, raw or escaped', () => {
  expect(format.encode(sampleOk({ id: 'a\ud800b' }))).toContain('"id":"a\ufffdb"');
  expect(format.encode(sampleOk({ id: '😀\n\u2028' }))).toContain('"id":"😀\\n\u2028"');
});

test('modes of the body', () => {
  const result = sampleOk({ answer: sampleAnswer('{"n": 1}') });
  const body = (mode: 'text' | 'base64' | 'none' | 'hash' | 'file', file?: string): string =>
    createFormat('jsonl', { body: mode }).encode(result, file).split('"application/json"}')[1] ?? '';
  expect(body('text')).toBe(',"body":"{\\"n\\": 1}"}\n');
  expect(body('base64')).toBe(',"bodyBase64":"eyJuIjogMX0="}\n');
  expect(body('none')).toBe('}\n');
  expect(body('hash')).toBe(
    ',"bodyHash":"sha256:e5d5f7c1d225fd6b13623ebb1b5b9d075c705659f81868b1e37005a0923b0346","bodyBytes":8}\n',
  );
  expect(body('file', '00000/00000000.json')).toBe(',"bodyFile":"00000/00000000.json"}\n');
  expect(body('file')).toBe('}\n');
});
