// Content-Length and Transfer-Encoding (RFC 9112, 6.1 to 6.3; RFC 9110, 8.6): one plain length, or exactly
// `chunked`, and never both. All else is how one answer is smuggled into another.

import { breaksOff, chunkedHead, error, head, lastChunk, lines, refuses, takes, undici, whole } from './wire-case.ts';
import type { Theme, WireCase } from './wire-case.ts';

const ok = whole('ok');
const long = (value: string): string => `${head(`content-length: ${value}`)}ok`;
const coded = (value: string): string => `${head(`transfer-encoding: ${value}`)}2\r\nok\r\n${lastChunk}`;

const everyByte = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
const mistaken = undici('mistakes_length', error('connection_closed'));

function lengths(): WireCase[] {
  return [
    takes('a length', `${head('x: 1', 'content-length: 2', 'y: 1')}ok`, ok),
    takes('a length of 0', head('content-length: 0'), whole('')),
    takes('leading zeros, as 1*DIGIT allows', long('002'), ok),
    takes('more leading zeros than a number has digits', long(`${'0'.repeat(40)}2`), ok),
    takes('white space around a length', long(' \t2\t '), ok, mistaken),
    takes('its name in capitals', `${head('CONTENT-LENGTH:2')}ok`, ok),
    takes(
      'a body that reads like an answer',
      head('content-length: 38') + head('content-length: 0'),
      whole(head('content-length: 0')),
    ),
    takes('a body of every byte', head('content-length: 256') + everyByte, whole(everyByte)),
    breaksOff('the largest length that can be counted to', long('9007199254740991'), 'ok', 'cut_body', {
      ending: 'end',
    }),
    refuses('one more than can be counted to', long('9007199254740992'), 'bad_length', {
      ending: 'end',
      ...undici('counts_further', error('body_cut', 'ok')),
    }),
    refuses('2 to the 64th, and 2', long('18446744073709551618'), 'bad_length', mistaken),
    refuses('thirty digits', long('9'.repeat(30)), 'bad_length', mistaken),
    ...['+2', '-2', '0x2', '"2"', '\xb2', 'two', 'chunked'].map((value) =>
      refuses(`length "${value}"`, long(value), 'bad_length'),
    ),
    ...['2.0', '2e0', '2_0', '2 2', '2;', '2\xa0'].map((value) =>
      refuses(`length "${value}"`, long(value), 'bad_length', mistaken),
    ),
    refuses('a length with a vertical tab', long('\v2'), 'bad_header_value'),
    refuses('an empty length', long(''), 'bad_length'),
    refuses('a length of white space', long(' \t '), 'bad_length'),
  ];
}

const twice = (first: string, second: string): string =>
  `${head(`content-length: ${first}`, 'x: 1', `Content-Length: ${second}`)}ok`;

function several(): WireCase[] {
  return [
    refuses('a length twice, the same', twice('2', '2'), 'two_lengths', mistaken),
    refuses('a length twice, 0 and 2', twice('0', '2'), 'two_lengths'),
    refuses('a length twice, 2 and 0', twice('2', '0'), 'two_lengths', mistaken),
    refuses('a length twice, the same in other digits', twice('2', '02'), 'two_lengths', mistaken),
    ...[',2', ', ', '0,2'].map((list) => refuses(`lengths "${list}"`, long(list), 'two_lengths')),
    ...['2, 2', '2,3', '2,', '2, 2, 2'].map((list) =>
      refuses(`lengths "${list}"`, long(list), 'two_lengths', mistaken),
    ),
  ];
}

function both(): WireCase[] {
  const chunks = `2\r\nok\r\n${lastChunk}`;
  const chunked = 'transfer-encoding: chunked';
  return [
    refuses('both, the length first', head('content-length: 2', chunked) + chunks, 'length_and_chunked', mistaken),
    refuses('both, the length last', head(chunked, 'content-length: 2') + chunks, 'length_and_chunked'),
    refuses('both, with a length of 0', head(chunked, 'content-length: 0') + chunks, 'length_and_chunked'),
    refuses(
      'both, with the right length of the coded body',
      head(chunked, 'content-length: 12') + chunks,
      'length_and_chunked',
    ),
    refuses(
      'both, the coding unknown',
      head('transfer-encoding: gzip', 'content-length: 2') + 'ok',
      'length_and_chunked',
    ),
    refuses(
      'both, the coding empty',
      head('transfer-encoding:', 'content-length: 2') + 'ok',
      'length_and_chunked',
      undici('takes_any_coding', ok),
    ),
    refuses('both, in answer to HEAD', head(chunked, 'content-length: 2'), 'length_and_chunked', { method: 'HEAD' }),
    refuses('both, with 304', lines('HTTP/1.1 304 Not Modified', chunked, 'content-length: 2'), 'length_and_chunked'),
  ];
}

/** What stands for chunked to somebody, and is not exactly that. */
const notChunked =
  '|gzip|identity|chunked, gzip|chunked, identity|chunked,|xchunked|chunkedchunked|chunke|chunked;q=1|chunked; foo|' +
  'x; chunked|"chunked"|\'chunked\'|chunked chunked|\xa0chunked|chunked\x85';
/** What ends with it. */
const lastChunked = ['gzip, chunked', 'chunked, chunked', 'identity, chunked', ', chunked'];

const codedBody = `2\r\nok\r\n${lastChunk}`;
const anyCoding = undici('takes_any_coding', ok);
/** It reads until the connection ends. */
const uncoded = { ending: 'end', ...undici('takes_any_coding', whole(codedBody, { kept: false })) } as const;

const two = (first: string, second: string): string =>
  head(`transfer-encoding: ${first}`, `Transfer-Encoding: ${second}`) + codedBody;

function transferCodings(): WireCase[] {
  const old = chunkedHead.replace('HTTP/1.1', 'HTTP/1.0');
  const oldKept = old.replace('\r\n', '\r\nconnection: keep-alive\r\n');
  const closed = undici('takes_any_version', whole('ok', { kept: false }));
  return [
    takes('chunked', coded('chunked'), ok),
    takes('chunked, in capitals', coded('CHUNKED'), ok),
    takes('chunked, in some capitals', coded('cHuNkEd'), ok),
    takes('chunked, with spaces before', coded('   chunked'), ok),
    takes(
      'chunked, with white space around',
      head('connection: close', 'transfer-encoding: \t chunked \t ') + codedBody,
      whole('ok', { kept: false }),
      { ending: 'end', ...undici('keeps_outer_space', whole(codedBody, { kept: false })) },
    ),
    ...notChunked
      .split('|')
      .map((value) => refuses(`coding "${value}"`, coded(value), 'bad_transfer_encoding', uncoded)),
    ...lastChunked.map((value) => refuses(`coding "${value}"`, coded(value), 'bad_transfer_encoding', anyCoding)),
    refuses('chunked with a vertical tab', coded('\vchunked'), 'bad_header_value'),
    refuses('chunked with NUL', coded('chunked\0'), 'nul_byte'),
    refuses('chunked twice', two('chunked', 'chunked'), 'bad_transfer_encoding', anyCoding),
    refuses('chunked, then gzip', two('chunked', 'gzip'), 'bad_transfer_encoding', uncoded),
    refuses('gzip, then chunked', two('gzip', 'chunked'), 'bad_transfer_encoding', anyCoding),
    refuses('identity, then chunked', two('identity', 'chunked'), 'bad_transfer_encoding', anyCoding),
    refuses('chunked in HTTP/1.0', old + codedBody, 'chunked_in_1_0', closed),
    refuses('chunked in HTTP/1.0 that is kept', oldKept + codedBody, 'chunked_in_1_0', undici('takes_any_version', ok)),
  ];
}

export const lengthCases: Theme = {
  name: 'lengths and codings',
  cases: [...lengths(), ...several(), ...both(), ...transferCodings()],
};
