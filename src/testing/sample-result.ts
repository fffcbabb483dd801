// Results for tests: one that is ordinary, and any that there can be.

import fc from 'fast-check';
import type { ErrorCode } from '../errors.ts';
import { errorCodes } from '../errors.ts';
import type { Answer, FailedResult, OkResult, Result } from '../http/result.ts';

const base = {
  index: 0,
  id: 'o-1',
  attempts: 1,
  ms: 12.3,
  waitMs: 0.5,
  atMs: Date.UTC(2026, 10, 21, 10, 0, 0, 123),
  method: 'POST',
  url: 'https://api.example.com/orders',
  finalUrl: null,
} as const;

/** An answer with one content type. */
export function sampleAnswer(body: string | Buffer, contentType: string | null = 'application/json'): Answer {
  const headers = contentType === null ? [] : ['content-type', contentType];
  return { status: 200, headers, body: typeof body === 'string' ? Buffer.from(body) : body };
}

/** A result that is `ok`, but for what is given. */
export function sampleOk(changes: Partial<OkResult> = {}): OkResult {
  return { ...base, result: 'ok', answer: sampleAnswer('{"done":true}'), skipped: false, ...changes };
}

/** A result that is `failed` with 503, but for what is given. */
export function sampleFailed(changes: Partial<FailedResult> = {}): FailedResult {
  const answer = { ...sampleAnswer('try later', 'text/plain'), status: 503 };
  return {
    ...base,
    result: 'failed',
    answer,
    error: { code: 'http_status', message: '503 is not in 2xx' },
    ...changes,
  };
}

// Strings with everything in them that could break a line or a row, lone surrogates included.
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\r', ',', '\u2028', '\0', '\ud800', '\udc00', '=', "'", 'é', '{', '}'),
  }),
);

const contentType = fc.constantFrom(
  'application/json',
  'application/problem+json; charset=utf-8',
  'text/plain; charset=iso-8859-1',
  'text/html; charset="shift_jis"',
  'text/csv; charset=none-such',
  'image/png',
  '',
);

const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  text.map((content) => Buffer.from(content)),
  fc.json().map((content) => Buffer.from(content)),
  fc.jsonValue().map((content) => Buffer.from(JSON.stringify(content, null, '\r\n\t'))),
);

const headers = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom('set-cookie', 'vary', 'x-a', '__proto__', 'constructor'), text), {
      maxLength: 6,
    }),
    fc.option(contentType),
  )
  .map(([pairs, type]) => [...pairs.flat(), ...(type === null ? [] : ['content-type', type])]);

const answer: fc.Arbitrary<Answer> = fc.record({ status: fc.integer({ min: 200, max: 599 }), headers, body });

const anyBase = {
  index: fc.maxSafeNat(),
  id: fc.option(text),
  attempts: fc.nat(),
  ms: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
  waitMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  atMs: fc.double({ min: 0, max: 8.64e15, noNaN: true }),
  method: fc.option(fc.constantFrom('GET', 'POST', 'M-SEARCH')),
  url: fc.option(text),
  finalUrl: fc.option(text),
};

const error = fc.record({ code: fc.constantFrom(...(Object.keys(errorCodes) as ErrorCode[])), message: text });

const settled: fc.Arbitrary<Result> = fc.oneof(
  fc.record({ ...anyBase, result: fc.constant('ok' as const), answer: fc.option(answer), skipped: fc.boolean() }),
  fc.record({ ...anyBase, result: fc.constant('failed' as const), answer: fc.option(answer), error }),
  fc.record({ ...anyBase, result: fc.constant('unknown' as const), answer: fc.constant(null), error }),
);

const extracted = fc.option(fc.jsonValue().map((value) => JSON.stringify(value)));

/** Any result that there can be. */
export const anyResult: fc.Arbitrary<Result> = fc
  .tuple(settled, extracted)
  .map(([result, json]) => (json === null ? result : { ...result, extracted: json }));
