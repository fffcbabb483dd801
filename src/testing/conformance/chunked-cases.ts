// Bodies in chunks (RFC 9112, 7.1): sizes, extensions, ends, trailers. A size that two readers could read
// differently is refused, and so is white space behind it, although RFC 9112 has it as "bad white space".

import { breaksOff, chunkedHead, error, lastChunk, takes, undici, whole } from './wire-case.ts';
import type { Theme, WireCase } from './wire-case.ts';

const ok = whole('hello');
const chunks = (text: string): string => chunkedHead + text;
/** One chunk that begins with this line, and the end. */
const sized = (size: string, body = 'hello'): string => chunks(`${size}\r\n${body}\r\n${lastChunk}`);

function taken(): WireCase[] {
  const tricky = '\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n';
  return [
    takes('one chunk', sized('5'), ok),
    takes('several chunks', chunks(`3\r\nhel\r\n2\r\nlo\r\n${lastChunk}`), ok),
    takes(
      'chunks of one byte',
      chunks(
        `${'hello'
          .split('')
          .map((char) => `1\r\n${char}\r\n`)
          .join('')}${lastChunk}`,
      ),
      ok,
    ),
    takes('no chunk but the last', chunks(lastChunk), whole('')),
    takes('a size in small letters', sized('1a', 'a'.repeat(26)), whole('a'.repeat(26))),
    takes('a size in capitals', sized('1A', 'a'.repeat(26)), whole('a'.repeat(26))),
    takes('a size with a leading zero', sized('05'), ok),
    takes('a size of sixteen digits', sized('0000000000000005'), ok),
    takes('a last chunk of several zeros', chunks('5\r\nhello\r\n000\r\n\r\n'), ok),
    takes('content that reads like the end', sized(tricky.length.toString(16), tricky), whole(tricky)),
    takes('a large chunk', sized('186a0', 'x'.repeat(100_000)), whole('x'.repeat(100_000))),
    takes('an extension', sized('5;a'), ok),
    takes('an extension with a value', sized('5;a=b'), ok),
    takes('an extension with a value in quotes', sized('5;a="b c;\td\\"\xe9"'), ok),
    takes('an extension with an empty value in quotes', sized('5;a=""'), ok),
    takes('several extensions', sized('5;a;b=c;d="e;f=\\\\";g'), ok),
    takes('an extension of the last chunk', chunks('5\r\nhello\r\n0;a=b\r\n\r\n'), ok),
    takes('extensions of 4 KiB', sized(`5;${'a'.repeat(4_095)}`), ok),
  ];
}

function badSizes(): WireCase[] {
  const written = [
    '',
    'g',
    'x5',
    '0x5',
    '+5',
    '-5',
    ' 5',
    '\t5',
    '5 ',
    '5\t',
    '5  ',
    '5 ;a',
    '5.',
    '5_0',
    '5g',
    '\xb5',
    '"5"',
    '5,',
    '{5}',
  ];
  return [
    ...written.map((size) => breaksOff(`size "${size}"`, sized(size), '', 'bad_chunk_size')),
    breaksOff('a size with NUL', sized('5\0'), '', 'bad_chunk_size'),
    breaksOff('a size with a vertical tab', sized('5\v'), '', 'bad_chunk_size'),
    breaksOff('a bad size after a good chunk', chunks('5\r\nhello\r\nz\r\n'), 'hello', 'bad_chunk_size'),
    breaksOff('a bad last size', chunks('5\r\nhello\r\n-0\r\n\r\n'), 'hello', 'bad_chunk_size'),
    breaksOff('a bare LF behind a size', chunks(`5\nhello\r\n${lastChunk}`), '', 'bad_chunk_size'),
    breaksOff('a bare CR behind a size', chunks(`5\rhello\r\n${lastChunk}`), '', 'bad_chunk_size'),
    breaksOff('two CRs behind a size', chunks(`5\r\r\nhello\r\n${lastChunk}`), '', 'bad_chunk_size'),
    breaksOff('the largest size that can be counted to', sized('1fffffffffffff'), `hello\r\n${lastChunk}`, 'cut_body', {
      ending: 'end',
    }),
    breaksOff('one more than can be counted to', sized('20000000000000'), '', 'chunk_too_large', {
      ending: 'end',
      ...undici('counts_further', error('body_cut', `hello\r\n${lastChunk}`)),
    }),
    breaksOff('sixteen digits', sized('ffffffffffffffff'), '', 'chunk_too_large', {
      ending: 'end',
      ...undici('counts_further', error('body_cut', `hello\r\n${lastChunk}`)),
    }),
    breaksOff('2 to the 64th, and 5', sized('10000000000000005'), '', 'chunk_too_large'),
    breaksOff(
      'seventeen digits, most of them zeros',
      sized('00000000000000005'),
      '',
      'chunk_too_large',
      undici('counts_zeros', ok),
    ),
  ];
}

function badExtensions(): WireCase[] {
  const written = ['5;', '5;a b', '5;a="b', '5;a="b"c', '5;a=b"', '5;(', '5;a=\xe9', '5;a=b;'];
  const controls = ['5;a\rb', '5;a="\r"', '5;a\0b', '5;a="\x07"', '5;a="\x7f"'];
  const half = 'a'.repeat(2_100);
  return [
    ...[...written, ...controls].map((line) =>
      breaksOff(`extension "${escaped(line)}"`, sized(line), '', 'bad_chunk_extension'),
    ),
    ...['5;;a', '5;=b', '5;a='].map((line) =>
      breaksOff(`extension "${line}"`, sized(line), '', 'bad_chunk_extension', undici('takes_empty_extensions', ok)),
    ),
    breaksOff('space behind the semicolon', sized('5; a=b'), '', 'bad_chunk_extension'),
    breaksOff('space around the equals sign', sized('5;a = b'), '', 'bad_chunk_extension'),
    breaksOff('space behind an extension', sized('5;a '), '', 'bad_chunk_extension'),
    breaksOff('a bare LF in an extension', chunks(`5;a\nhello\r\n${lastChunk}`), '', 'bad_chunk_extension'),
    breaksOff(
      'an extension of more than 4 KiB',
      sized(`5;${'a'.repeat(4_200)}`),
      '',
      'bad_chunk_extension',
      undici('takes_long_extensions', ok),
    ),
    breaksOff('an extension without end', chunks(`5;${'a'.repeat(9_000)}`), '', 'bad_chunk_extension', {
      ending: 'end',
      ...undici('takes_long_extensions', error('body_cut', '')),
    }),
    breaksOff(
      'extensions of more than 4 KiB in all',
      chunks(`5;${half}\r\nhello\r\n5;${half}\r\nworld\r\n${lastChunk}`),
      'hello',
      'bad_chunk_extension',
      undici('takes_long_extensions', whole('helloworld')),
    ),
  ];
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

function badEnds(): WireCase[] {
  return [
    breaksOff('content that is longer than its size', sized('4'), 'hell', 'bad_chunk_end'),
    breaksOff(
      'content that is shorter than its size',
      chunks(`6\r\nhello\r\n${lastChunk}`),
      'hello\r',
      'bad_chunk_end',
    ),
    breaksOff('no line end behind content', chunks(`5\r\nhello${lastChunk}`), 'hello', 'bad_chunk_end'),
    breaksOff('a bare LF behind content', chunks(`5\r\nhello\n${lastChunk}`), 'hello', 'bad_chunk_end'),
    breaksOff('a bare CR behind content', chunks(`5\r\nhello\r${lastChunk}`), 'hello', 'bad_chunk_end'),
    breaksOff('CR and another byte behind content', chunks(`3\r\nhel\r_1a\r\n`), 'hel', 'bad_chunk_end'),
    breaksOff('another byte and LF behind content', chunks(`3\r\nhel_\n1a\r\n`), 'hel', 'bad_chunk_end'),
    breaksOff('two other bytes behind content', chunks(`3\r\nhel__1a\r\n`), 'hel', 'bad_chunk_end'),
    breaksOff('a space behind content', chunks(`5\r\nhello \r\n${lastChunk}`), 'hello', 'bad_chunk_end'),
  ];
}

export const chunkedCases: Theme = {
  name: 'chunks',
  cases: [...taken(), ...badSizes(), ...badExtensions(), ...badEnds()],
};
