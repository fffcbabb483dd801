// The trailer section (RFC 9112, 7.1.2; RFC 9110, 6.5): read like a header section, told apart from it, and
// never heard about framing.

import { breaksOff, chunkedHead, head, takes, undici, whole } from './wire-case.ts';
import type { Theme } from './wire-case.ts';

/** An answer with this trailer section. */
const trailed = (section: string): string => `${chunkedHead}5\r\nhello\r\n0\r\n${section}`;
const withLines = (...all: readonly string[]): string => trailed([...all, '', ''].join('\r\n'));
const told = (...trailers: readonly string[]) => whole('hello', { trailers });

/** `Connection: close` would be one more, but undici fails the request after it, not this one. */
const forbidden = ['Transfer-Encoding: chunked', 'Host: a', 'Keep-Alive: timeout=9', 'Upgrade: a', 'Trailer: x'];

export const trailerCases: Theme = {
  name: 'trailers',
  cases: [
    takes('one', withLines('X-Sum: 1'), told('x-sum', '1')),
    takes(
      'several',
      withLines('x: 1', 'y: \t2 ', 'z:'),
      told('x', '1', 'y', '2', 'z', ''),
      undici('keeps_outer_space', told('x', '1', 'y', '2 ', 'z', '')),
    ),
    takes('the same name again', withLines('x: 1', 'X: 2'), told('x', '1', 'x', '2')),
    takes('bytes beyond ASCII', withLines('x: \xe9'), told('x', '\xe9')),
    takes('one that was announced', trailed('x: 1\r\n\r\n').replace('\r\n', '\r\ntrailer: x\r\n'), told('x', '1')),
    takes('with no content before', `${chunkedHead}0\r\nx: 1\r\n\r\n`, whole('', { trailers: ['x', '1'] })),
    takes(
      'of an answer that is the last',
      `${head('connection: close', 'transfer-encoding: chunked')}0\r\nx: 1\r\n\r\n`,
      whole('', { trailers: ['x', '1'], kept: false }),
    ),
    ...forbidden.map((line) =>
      breaksOff(
        `forbidden: ${line}`,
        withLines(line),
        'hello',
        'bad_trailer',
        undici('takes_any_trailer', told(...told1(line))),
      ),
    ),
    breaksOff('forbidden: Content-Length: 5', withLines('Content-Length: 5'), 'hello', 'bad_trailer'),
    breaksOff('a folded line', withLines('x: 1', ' 2'), 'hello', 'obs_fold'),
    breaksOff('white space before the first', withLines(' x: 1'), 'hello', 'obs_fold'),
    breaksOff('no colon', withLines('x'), 'hello', 'no_colon'),
    breaksOff('a space before the colon', withLines('x : 1'), 'hello', 'space_before_colon'),
    breaksOff('an empty name', withLines(': 1'), 'hello', 'bad_header_name'),
    breaksOff('a name that is no token', withLines('x(: 1'), 'hello', 'bad_header_name'),
    breaksOff('a bare CR in a value', withLines('x: 1\r2'), 'hello', 'bare_cr'),
    breaksOff('a bare LF behind a value', trailed('x: 1\n\r\n'), 'hello', 'bare_lf'),
    breaksOff('a bare LF instead of the empty line', trailed('\n'), 'hello', 'bare_lf'),
    breaksOff('a bare CR instead of the empty line', trailed('\r\r'), 'hello', 'bare_cr'),
    breaksOff('NUL in a value', withLines('x: \0'), 'hello', 'nul_byte'),
    breaksOff('a control character in a value', withLines('x: \x07'), 'hello', 'bad_header_value'),
    breaksOff('another chunk behind the last', trailed('5\r\nhello\r\n0\r\n\r\n'), 'hello', 'no_colon'),
    breaksOff('another answer instead of the empty line', trailed(head('content-length: 0')), 'hello', 'no_colon'),
    breaksOff('a section above the limit', withLines(`x: ${'a'.repeat(1_000)}`), 'hello', 'head_too_large', {
      maxHeaderBytes: 500,
    }),
    breaksOff(
      'a section above the limit that never ends',
      trailed(`x: ${'a'.repeat(1_000)}`),
      'hello',
      'head_too_large',
      { maxHeaderBytes: 500 },
    ),
  ],
};

/** A header line as it is told. */
function told1(line: string): string[] {
  const [name = '', value = ''] = line.split(': ');
  return [name.toLowerCase(), value];
}
