import { errors } from 'undici';
import { describe, expect, test } from 'vitest';
import { TransportError, errorCodes } from '../../errors.ts';
import { ProxyProblem } from '../dial/proxy-problem.ts';
import { mapUndiciError } from './map-undici-error.ts';
import type { FailedExchange } from '../failure-meaning.ts';

const early: FailedExchange = { authority: 'a.com:443', sent: false, answered: false, reused: false, headSeen: false };
const sent: FailedExchange = { ...early, sent: true, reused: true };
const inBody: FailedExchange = { ...sent, answered: true, headSeen: true };

function coded(code: string, message = 'm', more: object = {}): Error {
  return Object.assign(new Error(message), { code }, more);
}

/** What Node reports of one address. */
function at(address: string, code = 'ECONNREFUSED'): Error {
  return coded(code, `connect ${code} ${address}`, { address });
}

function said(error: Error, authority = 'a.com:443'): string {
  return mapUndiciError(error, { ...early, authority }).message;
}

describe('every error class of undici maps to a code of ours', () => {
  /** What each means when it ends an exchange whose request was sent. */
  const expected: Readonly<Record<string, string>> = {
    AbortError: 'cancelled',
    BalancedPoolMissingUpstreamError: 'connection_reset',
    BodyTimeoutError: 'timeout',
    ClientClosedError: 'cancelled',
    ClientDestroyedError: 'cancelled',
    ConnectTimeoutError: 'connect_timeout',
    HTTPParserError: 'protocol_error',
    HeadersOverflowError: 'headers_too_large',
    HeadersTimeoutError: 'timeout',
    InformationalError: 'connection_reset',
    InvalidArgumentError: 'bad_record',
    InvalidReturnValueError: 'connection_reset',
    MaxOriginsReachedError: 'connection_reset',
    MaxRedirectsError: 'connection_reset',
    MessageSizeExceededError: 'connection_reset',
    NotSupportedError: 'bad_record',
    ProxyConnectionError: 'proxy_failed',
    RequestAbortedError: 'cancelled',
    RequestContentLengthMismatchError: 'bad_header',
    RequestRetryError: 'connection_reset',
    ResponseContentLengthMismatchError: 'connection_closed',
    ResponseError: 'connection_reset',
    ResponseExceededMaxSizeError: 'body_too_large',
    SecureProxyConnectionError: 'proxy_failed',
    SocketError: 'connection_closed',
    Socks5ProxyError: 'proxy_failed',
    UndiciError: 'connection_reset',
    WebAssemblyNotSupportedError: 'connection_reset',
  };

  test('none is left out', () => {
    expect(Object.keys(errors).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))('%s is %s', (name, code) => {
    const known = new Map<string, unknown>(Object.entries(errors));
    const error: unknown = Reflect.construct(known.get(name) as new (...args: unknown[]) => Error, ['', '', {}]);
    const mapped = mapUndiciError(error, sent);
    expect(mapped).toBeInstanceOf(TransportError);
    expect(mapped.code).toBe(code);
    expect(Object.keys(errorCodes)).toContain(mapped.code);
    expect(mapped.cause).toBe(error);
    expect(mapped.message).not.toMatch(/undefined|null|\[object/);
  });
});

describe('what Node reports', () => {
  test.each([
    [coded('ENOTFOUND'), early, 'dns_failed', /a\.com .*ENOTFOUND/],
    [coded('EAI_AGAIN'), early, 'dns_failed', /could not be resolved/],
    [coded('ECONNREFUSED'), early, 'connect_refused', /nothing accepts connections at a\.com:443/],
    [coded('EHOSTUNREACH'), early, 'connect_failed', /a\.com:443/],
    [coded('ENETUNREACH'), early, 'connect_failed', /a\.com:443/],
    [coded('EWHATEVER', 'odd'), early, 'connect_failed', /odd/],
    [coded('ETIMEDOUT'), early, 'connect_timeout', /in time/],
    [coded('ETIMEDOUT'), sent, 'connection_reset', /before it answered/],
    [new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), early, 'connect_refused', /nothing accepts/],
    [coded('EMFILE'), early, 'local_limit', /file descriptor/],
    [coded('ENFILE'), early, 'local_limit', /file descriptor/],
    [coded('EADDRNOTAVAIL'), early, 'local_limit', /port/],
    [coded('ENOBUFS'), sent, 'local_limit', /buffer/],
    [coded('ECONNRESET'), early, 'connection_reset', /while it was being made/],
    [coded('ECONNRESET'), sent, 'connection_reset', /before it answered/],
    [coded('EPIPE'), sent, 'connection_reset', /before it answered/],
    [coded('ECONNRESET'), inBody, 'body_cut', /middle of the answer/],
    [coded('HPE_INVALID_CONSTANT', 'odd'), sent, 'protocol_error', /odd/],
    [coded('HPE_HEADER_OVERFLOW'), sent, 'headers_too_large', /too large/],
    [coded('HPE_INVALID_EOF_STATE'), inBody, 'body_cut', /middle of the answer/],
    [coded('HPE_INVALID_EOF_STATE'), sent, 'connection_closed', /before it answered/],
    [coded('ERR_INVALID_URL', 'Invalid URL'), early, 'bad_url', /Invalid URL/],
    [coded('UND_ERR_INVALID_ARG', 'invalid x header'), early, 'bad_header', /invalid x header/],
    [coded('UND_ERR_INVALID_ARG', 'invalid request path'), early, 'bad_url', /path/],
    [coded('UND_ERR_INVALID_ARG', 'invalid request method'), early, 'bad_method', /method/],
    [coded('UND_ERR_SOCKET', 'bad response'), sent, 'protocol_error', /bad response/],
    [coded('UND_ERR_SOCKET', 'other side closed'), inBody, 'body_cut', /middle of the answer/],
    [coded('ERR_HTTP2_ERROR', 'Protocol error'), sent, 'protocol_error', /Protocol error/],
    [coded('ERR_HTTP2_STREAM_ERROR', 'x', { http2ErrorCode: 2 }), sent, 'connection_reset', /internal error/],
    [coded('ERR_HTTP2_STREAM_ERROR', 'x', { http2ErrorCode: 8 }), inBody, 'body_cut', /middle of the answer/],
    [coded('ERR_HTTP2_STREAM_ERROR', 'x', { http2ErrorCode: 13 }), sent, 'protocol_error', /HTTP\/1\.1/],
    ['not an error', sent, 'connection_reset', /not an error/],
  ] as const)('%s', (error, exchange, code, message) => {
    const mapped = mapUndiciError(error, exchange);
    expect(mapped.code).toBe(code);
    expect(mapped.message).toMatch(message);
  });
});

describe('facts', () => {
  test('a stream that was refused was not processed', () => {
    const refused = coded('ERR_HTTP2_STREAM_ERROR', 'x', { http2ErrorCode: 7 });
    expect(mapUndiciError(refused, sent)).toMatchObject({ code: 'connection_closed', sent: false, reused: true });
    const away = coded('UND_ERR_INFO', 'HTTP/2: "GOAWAY" frame received with code 0');
    expect(mapUndiciError(away, sent)).toMatchObject({ code: 'connection_closed', sent: false });
    expect(mapUndiciError(away, inBody)).toMatchObject({ sent: true, answered: true });
  });

  test('what cannot be parsed was an answer all the same', () => {
    expect(mapUndiciError(coded('HPE_X'), sent)).toMatchObject({ sent: true, answered: true });
    expect(mapUndiciError(coded('UND_ERR_HEADERS_OVERFLOW'), sent)).toMatchObject({ answered: true });
    expect(mapUndiciError(coded('ECONNRESET'), sent)).toMatchObject({ answered: false });
  });

  test('the name that the system has for it is kept', () => {
    expect(mapUndiciError(coded('EMFILE'), early)).toMatchObject({ code: 'local_limit', systemCode: 'EMFILE' });
    expect(mapUndiciError(coded('EAI_AGAIN'), early)).toMatchObject({ code: 'dns_failed', systemCode: 'EAI_AGAIN' });
    expect(mapUndiciError(coded('ENOTFOUND'), early)).toMatchObject({ code: 'dns_failed', systemCode: 'ENOTFOUND' });
    expect(mapUndiciError(coded('UND_ERR_SOCKET'), sent).systemCode).toBeNull();
    expect(mapUndiciError(coded('ERR_INVALID_URL'), early).systemCode).toBeNull();
    expect(mapUndiciError('not an error', sent).systemCode).toBeNull();
  });

  test('an address family that is off does not hide what the other addresses said', () => {
    const causes = [coded('EADDRNOTAVAIL'), coded('ECONNREFUSED')];
    const both = Object.assign(new AggregateError(causes), { code: 'EADDRNOTAVAIL' });
    expect(mapUndiciError(both, early)).toMatchObject({ code: 'connect_refused', systemCode: 'ECONNREFUSED' });
    const noPort = Object.assign(new AggregateError([causes[0], causes[0]]), { code: 'EADDRNOTAVAIL' });
    expect(mapUndiciError(noPort, early)).toMatchObject({ code: 'local_limit', systemCode: 'EADDRNOTAVAIL' });
  });

  test('the addresses that were tried are named, unless the host is one', () => {
    expect(said(at('10.0.0.1'))).toBe('nothing accepts connections at a.com:443 (tried 10.0.0.1: ECONNREFUSED)');
    expect(said(at('10.0.0.1'), '10.0.0.1:80')).toBe('nothing accepts connections at 10.0.0.1:80');
    expect(said(at('::1'), '[::1]:80')).toBe('nothing accepts connections at [::1]:80');
    const unreachable = new AggregateError([at('10.0.0.1', 'EHOSTUNREACH'), at('::2', 'ENETUNREACH')]);
    expect(said(unreachable)).toMatch(/EHOSTUNREACH \(tried 10\.0\.0\.1: EHOSTUNREACH, ::2: ENETUNREACH\)$/);
    expect(said(at('10.0.0.1', 'EHOSTUNREACH')).match(/10\.0\.0\.1/g)).toHaveLength(1);
    const silent = Object.assign(new errors.ConnectTimeoutError('m'), {
      cause: new AggregateError([at('::2', 'ETIMEDOUT')]),
    });
    expect(said(silent)).toBe('a.com:443 did not accept a connection in time (tried ::2: ETIMEDOUT)');
    const many = new AggregateError(['1', '2', '3', '4', '5', '6'].map((address) => at(address)));
    expect(said(many)).toMatch(/4: ECONNREFUSED, and 2 more\)$/);
  });

  test('a shortage of this machine is one at a proxy too', () => {
    const short = new ProxyProblem('the proxy cannot be used', 'do this', coded('EMFILE'));
    expect(mapUndiciError(short, early)).toMatchObject({ code: 'local_limit', systemCode: 'EMFILE' });
    const refused = new ProxyProblem('the proxy cannot be used', 'do this', coded('ECONNREFUSED'));
    expect(mapUndiciError(refused, early)).toMatchObject({ code: 'proxy_failed', systemCode: 'ECONNREFUSED' });
  });

  test('an error of ours stays what it is', () => {
    const ours = new TransportError('timeout', 'm', sent);
    expect(mapUndiciError(ours, early)).toBe(ours);
    const proxy = mapUndiciError(new ProxyProblem('the proxy is down', 'do this'), early);
    expect(proxy).toMatchObject({ code: 'proxy_failed', message: 'the proxy is down', hint: 'do this' });
  });
});
