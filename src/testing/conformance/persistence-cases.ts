// Whether a connection carries another exchange (RFC 9112, 9.3), and bytes that nobody asked for (9.2): they
// end it, and are never taken for the next answer.

import { chunkedHead, head, lastChunk, lines, takes, undici, whole } from './wire-case.ts';
import type { Theme, WireCase } from './wire-case.ts';

const kept = whole('ok');
const closed = whole('ok', { kept: false });
const answer = (...headers: readonly string[]): string => `${head(...headers, 'content-length: 2')}ok`;
const old = (...headers: readonly string[]): string => answer(...headers).replace('HTTP/1.1', 'HTTP/1.0');

export const keepAliveCases: Theme = {
  name: 'keep-alive',
  cases: [
    takes('HTTP/1.1 says nothing', answer('x: 1'), kept),
    takes('HTTP/1.1 says keep-alive', answer('connection: keep-alive'), kept),
    takes('HTTP/1.1 says close', answer('connection: close'), closed),
    takes('HTTP/1.1 says Close', answer('Connection: Close'), closed),
    takes('close in a list', answer('connection: x, close'), closed),
    takes(
      'close in a list with odd spaces',
      answer('connection: x ,\tCLOSE\t,y'),
      closed,
      undici('misses_close', kept),
    ),
    takes('close beside keep-alive', answer('connection: keep-alive, close'), closed),
    takes('close in a second field', answer('connection: keep-alive', 'connection: close'), closed),
    takes('close in a first field', answer('connection: close', 'connection: keep-alive'), closed),
    takes('a word that only has close in it', answer('connection: x-close, closed'), kept),
    takes('an empty field', answer('connection:'), kept),
    takes(
      'the field for proxies, which is no field',
      answer('proxy-connection: close'),
      kept,
      undici('obeys_proxy_connection', closed),
    ),
    takes(
      'chunks, and close',
      `${head('connection: close', 'transfer-encoding: chunked')}2\r\nok\r\n${lastChunk}`,
      closed,
    ),
    takes('HTTP/1.0 says nothing', old('x: 1'), closed),
    takes('HTTP/1.0 says keep-alive', old('connection: keep-alive'), kept),
    takes('HTTP/1.0 says Keep-Alive', old('connection: Keep-Alive'), kept),
    takes('HTTP/1.0 says both', old('connection: keep-alive, close'), closed, undici('misses_close', kept)),
    takes('HTTP/1.0 has a hint and no keep-alive', old('keep-alive: timeout=60'), closed),
    takes('a hint of a minute', answer('keep-alive: timeout=60'), kept),
    takes('a hint of a minute and of requests', answer('Keep-Alive: max=100, timeout=60'), kept),
    takes('a hint that cannot be read', answer('keep-alive: soon'), kept),
    takes('a hint that means no time at all', answer('keep-alive: timeout=0'), closed),
  ],
};

function unasked(): WireCase[] {
  const skipped = undici('skips_empty_lines', kept);
  return [
    takes('a whole answer', answer() + answer(), closed),
    takes('a whole answer in chunks', `${chunkedHead}2\r\nok\r\n${lastChunk}${chunkedHead}${lastChunk}`, closed),
    takes('half an answer', `${answer()}HTTP/1.1 200 OK\r\n`, closed),
    takes('one byte', `${answer()}H`, closed),
    takes('a body longer than its length', `${answer()}ok`, closed),
    takes('an empty line', `${answer()}\r\n`, closed, skipped),
    takes('a bare LF', `${answer()}\n`, closed, skipped),
    takes('NUL', `${answer()}\0`, closed),
    takes('a second last chunk', `${chunkedHead}2\r\nok\r\n${lastChunk}${lastChunk}`, closed),
    takes('an empty line behind chunks', `${chunkedHead}2\r\nok\r\n${lastChunk}\r\n`, closed, skipped),
    takes('a body behind a length of 0', `${head('content-length: 0')}hello`, whole('', { kept: false })),
    takes('a body behind 204', `${lines('HTTP/1.1 204 None')}hello`, whole('', { status: 204, kept: false })),
    takes(
      'a body behind 304',
      `${lines('HTTP/1.1 304 Same', 'content-length: 5')}hello`,
      whole('', { status: 304, kept: false }),
    ),
    takes('a body behind HEAD', `${head('content-length: 5')}hello`, whole('', { kept: false }), { method: 'HEAD' }),
    takes('an answer behind HEAD', head('content-length: 0') + answer(), whole('', { kept: false }), {
      method: 'HEAD',
    }),
    takes('an answer behind 204', lines('HTTP/1.1 204 None') + answer(), whole('', { status: 204, kept: false })),
    takes('an interim answer', answer() + lines('HTTP/1.1 103 Hints'), closed),
    takes(
      '408, as servers say before they close',
      answer() + lines('HTTP/1.1 408 Timeout', 'connection: close'),
      closed,
      { ending: 'end' },
    ),
    takes('an answer behind the last', answer('connection: close') + answer(), closed),
    takes('an answer behind HTTP/1.0', old() + answer(), closed),
  ];
}

export const unaskedCases: Theme = { name: 'unasked bytes', cases: unasked() };
