import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import { attemptEndOf, reportOf, transportErrorOf } from './attempt-report.ts';
import type { AttemptReport } from './attempt-report.ts';

const origin = 'http://a.example';

function brief(report: AttemptReport) {
  const { outcome, status, code } = attemptEndOf(report, origin, 20);
  return [outcome, status, code];
}

function systemError(code: string): Error {
  return Object.assign(new Error(`it failed: ${code}`), { code });
}

describe('what is told', () => {
  test.each<[string, AttemptReport, unknown[]]>([
    ['an answer', { status: 201 }, ['success', 201, null]],
    ['one from the cache', { status: 304 }, ['success', 304, null]],
    ['too many', { status: 429 }, ['congestion', 429, null]],
    ['a bug of the server', { status: 500 }, ['transient', 500, null]],
    ['a bad request', { status: 404 }, ['permanent', 404, null]],
    ['a code', { code: 'timeout' }, ['congestion', null, 'timeout']],
    ['an outcome', { outcome: 'permanent' }, ['permanent', null, null]],
    ['an outcome that is known better', { status: 200, outcome: 'congestion' }, ['congestion', 200, null]],
    ['nothing', {}, ['transient', null, 'cancelled']],
    ['an error of a socket', { error: systemError('ECONNREFUSED') }, ['transient', null, 'connect_refused']],
    ['a shortage', { error: systemError('EMFILE') }, ['transient', null, 'local_limit']],
    [
      'the error of fetch',
      { error: new TypeError('fetch failed', { cause: systemError('ECONNRESET') }) },
      ['transient', null, 'connection_reset'],
    ],
    [
      'all addresses refused',
      { error: new TypeError('fetch failed', { cause: new AggregateError([systemError('ECONNREFUSED')]) }) },
      ['transient', null, 'connect_refused'],
    ],
    ['an error of ours', { error: new UsageError('bad_url', 'no') }, ['permanent', null, 'bad_url']],
    ['a bug of the caller', { error: new RangeError('no') }, ['transient', null, null]],
    ['a file that is missing', { error: systemError('ENOENT') }, ['transient', null, null]],
    ['what is no error', { error: 'no' }, ['transient', null, null]],
    ['given up', { error: AbortSignal.abort().reason }, ['transient', null, 'cancelled']],
    ['too late', { error: new DOMException('late', 'TimeoutError') }, ['congestion', null, 'timeout']],
  ])('%s', (_, report, end) => {
    expect(brief(report)).toEqual(end);
  });

  test.each<[string, AttemptReport['headers'], string[]]>([
    ['Headers', new Headers({ 'Retry-After': '5' }), ['retry-after', '5']],
    [
      'pairs',
      [
        ['RateLimit', 'a'],
        ['X-B', 'c'],
      ],
      ['ratelimit', 'a', 'x-b', 'c'],
    ],
    [
      'an object',
      { 'Retry-After': '5', 'set-cookie': ['a', 'b'], none: undefined },
      ['retry-after', '5', 'set-cookie', 'a', 'set-cookie', 'b'],
    ],
    ['none', undefined, []],
  ])('headers as %s', (_, headers, flat) => {
    const report = headers === undefined ? { status: 200 } : { status: 200, headers };
    expect(attemptEndOf(report, origin, 20).headers).toEqual(flat);
  });

  test('time and attempt, if they are told; else the time of the permit', () => {
    expect(attemptEndOf({ status: 200 }, origin, 20)).toMatchObject({ origin, ms: 20, attempt: 1 });
    expect(attemptEndOf({ status: 200, ms: 7, attempt: 3 }, origin, 20)).toMatchObject({ ms: 7, attempt: 3 });
  });

  test('a shortage of this machine keeps the name that the system has for it', () => {
    const error = new TypeError('fetch failed', { cause: systemError('EADDRNOTAVAIL') });
    expect(transportErrorOf(error, 'a.example')).toMatchObject({ code: 'local_limit', systemCode: 'EADDRNOTAVAIL' });
    expect(transportErrorOf(new RangeError('no'), 'a.example')).toBeNull();
  });
});

describe('what a function gives back', () => {
  test.each<[string, unknown, AttemptReport]>([
    ['nothing', undefined, { outcome: 'success' }],
    ['a value', { status: 'shipped' }, { outcome: 'success' }],
    ['a value with a number', { status: 7 }, { outcome: 'success' }],
    ['an answer of another client', { statusCode: 429, headers: { a: 'b' } }, { status: 429, headers: { a: 'b' } }],
  ])('%s', (_, value, report) => {
    expect(reportOf(false, value)).toEqual(report);
  });

  test('the answer of fetch, and its error', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(503, { 'Retry-After': '9' }).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const end = attemptEndOf(reportOf(false, await fetch(url)), origin, 20);
    expect(end).toMatchObject({ outcome: 'congestion', status: 503, code: null });
    expect(end.headers.join(' ')).toContain('retry-after 9');
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const error: unknown = await fetch(url).catch((reason: unknown) => reason);
    expect(brief(reportOf(true, error))).toEqual(['transient', null, 'connect_refused']);
  });
});
