import { describe, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import { fetchMany } from './fetch-many.ts';
import type { FetchManyOptions } from './fetch-many-options.ts';
import type { Source } from '../request-input.ts';
import { resolveFetchOptions } from './resolve-fetch-options.ts';

function refusal(call: () => unknown): UsageError {
  try {
    call();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('refused at once', () => {
  test.each<[object, string]>([
    [{ concurrency: 0 }, 'Expected `concurrency` to be a whole number from 1 up, or auto, got 0'],
    [{ rate: '10' }, 'Expected `rate` to be a rate such as 10/s, 600/m or 5000/h, got "10"'],
    [{ rate: ['10/s', ''] }, 'Expected `rate` to be a rate such as 10/s, 600/m or 5000/h, got nothing'],
    [{ costFrom: 'usage.tokens' }, '`costFrom` was given without a rate that counts costs'],
    [{ cost: 5 }, 'There is no option `cost`'],
    [{ timeoutMs: '5s' }, 'Expected `timeoutMs` to be a time from 1 ms to 24 days, in milliseconds, got "5s"'],
    [{ ordered: 1 }, 'Expected `ordered` to be true or false, got 1'],
    [{ signal: {} }, 'Expected `signal` to be an AbortSignal, got an object'],
    [
      { headers: { 'x-a': 'b\n' } },
      '`headers` cannot be sent: header "x-a": LF at position 2 may not be sent in a header',
    ],
    [{ headers: { 'x a': 'b' } }, '`headers` cannot be sent: "x a" is not a header name'],
    [{ headers: { 'x-a': {} } }, '`headers` cannot be sent: the value of "x-a" is no text'],
    [{ headers: 'x-a: b' }, '`headers` cannot be sent: they are neither an object, nor Headers, nor pairs'],
    [{ bearer: 'a', user: 'b:c' }, '`user` and `bearer` cannot be given together'],
    [{ ca: './ca.pem' }, 'Expected `ca` to be PEM text, got something else'],
    [{ cert: '-----BEGIN CERTIFICATE-----' }, '`cert` was given without `key`'],
    [{ concurency: 5 }, 'There is no option `concurency`'],
    [{ output: 'x.jsonl' }, 'There is no option `output`'],
  ])('%j', (options, message) => {
    expect(refusal(() => fetchMany([], options as FetchManyOptions)).message).toBe(message);
  });

  test('with a hint for a name that is nearly right', () => {
    expect(refusal(() => fetchMany([], { concurency: 5 } as FetchManyOptions)).hint).toBe(
      'did you mean `concurrency`?',
    );
  });

  test.each([
    ['https://a.example', 'a text'],
    [new URL('https://a.example'), 'an object'],
    [{ url: 'https://a.example' }, 'an object'],
    [5, 'a number'],
    [() => [], 'a function'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('the source %s', (source, what) => {
    const { message, hint } = refusal(() => fetchMany(source as unknown as Source));
    expect(message).toBe(`Expected the source to be a list, a generator or a stream, got ${what}`);
    expect(hint).toBe('for a single request, give a list of one: fetchMany([url])');
  });
});

test('defaults are those of a batch, and undefined is not given', () => {
  const options = { retries: undefined, signal: undefined, ordered: undefined, ca: undefined } as unknown;
  const { sending, ordered, signal, planning } = resolveFetchOptions(options as FetchManyOptions);
  expect(sending).toMatchObject({ concurrency: 'auto', retries: 3, timeoutMs: 30_000, delivery: 'at-least-once' });
  expect([ordered, signal, planning.idempotencyHeader]).toEqual([false, null, 'Idempotency-Key']);
  expect(resolveFetchOptions({ idempotencyKey: 'off' }).planning.idempotencyHeader).toBeNull();
});

test('no limit is Infinity', () => {
  const unlimited = { totalTimeoutMs: Infinity, timeoutMs: Infinity, perOrigin: Infinity, maxBodyBytes: Infinity };
  const { sending, totalTimeoutMs } = resolveFetchOptions({ ...unlimited, retries: Infinity });
  expect([totalTimeoutMs, sending.perOrigin, sending.timeoutMs]).toEqual([null, null, 2 ** 31 - 1]);
  expect([sending.maxBodyBytes, sending.retries]).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  const hint = 'no limit is Infinity';
  expect(() => resolveFetchOptions({ totalTimeoutMs: null as never })).toThrow(expect.objectContaining({ hint }));
  expect(() => resolveFetchOptions({ progressEveryMs: Infinity })).toThrow(/`progressEveryMs`/);
  expect(() => resolveFetchOptions({ totalTimeoutMs: 0 })).toThrow(expect.objectContaining({ hint: null }));
});
