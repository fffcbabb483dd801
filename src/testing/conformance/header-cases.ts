// Header fields (RFC 9112, 2.2 and 5; RFC 9110, 5.5 and 5.6.2): names are tokens, values are text, lines end
// with CR LF and begin with a name. Whatever a lenient reader might repair is refused.

import { error, head, lines, refuses, takes, undici, whole } from './wire-case.ts';
import type { Theme, WireCase } from './wire-case.ts';

/** An answer with these lines, and a body. */
const withLines = (...more: readonly string[]): string => head(...more, 'content-length: 2') + 'ok';
const told = (...headers: readonly string[]) => whole('ok', { headers: [...headers, 'content-length', '2'] });

const mistaken = undici('mistakes_length', error('connection_closed'));

/** No token has these. */
const notInNames = ['(', ')', '<', '>', '@', ',', ';', '\\', '"', '/', '[', ']', '?', '=', '{', '}', '\xe9', '\xff'];
const controls = ['\x01', '\x07', '\b', '\v', '\f', '\x1b', '\x1f', '\x7f'];

const code = (char: string): string => `0x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

function taken(): WireCase[] {
  const long = 'v'.repeat(9_000);
  return [
    takes('names in lower case, values as they are', withLines('X-Ab: Cd'), told('x-ab', 'Cd')),
    takes('without space behind the colon', withLines('x:1'), told('x', '1')),
    takes(
      'white space around a value',
      withLines('x: \t 1 \t '),
      told('x', '1'),
      undici('keeps_outer_space', told('x', '1 \t ')),
    ),
    takes('white space within a value', withLines('x: 1 \t 2'), told('x', '1 \t 2')),
    takes('an empty value', withLines('x:', 'y: ', 'z: \t '), told('x', '', 'y', '', 'z', '')),
    takes('colons in a value', withLines('x: a:b: c'), told('x', 'a:b: c')),
    takes('quotes and commas in a value', withLines('x: "a, b", c'), told('x', '"a, b", c')),
    takes('bytes beyond ASCII in a value', withLines('x: gr\xfc\xdf\x80\xff'), told('x', 'gr\xfc\xdf\x80\xff')),
    takes('every character of a token', withLines("!#$%&'*+-.^_`|~09AZaz: 1"), told("!#$%&'*+-.^_`|~09azaz", '1')),
    takes('the same name again', withLines('x: 1', 'X: 2', 'x: 1'), told('x', '1', 'x', '2', 'x', '1')),
    takes('a name that means much to JavaScript', withLines('__proto__: 1'), told('__proto__', '1')),
    takes('a long value', withLines(`x: ${long}`), told('x', long)),
    takes('a long name', withLines(`${long}: 1`), told(long, '1')),
    takes('a thousand of them', withLines(...Array.from({ length: 1_000 }, (_, at) => `x${at}: 1`)), whole('ok')),
    takes(
      'names that only begin like one that counts',
      withLines('content-length-x: 9', 'transfer-encodings: gzip'),
      whole('ok'),
    ),
    takes(
      'names with an underscore for the hyphen',
      withLines('content_length: 9', 'transfer_encoding: gzip'),
      whole('ok'),
    ),
  ];
}

function lineEnds(): WireCase[] {
  const ok = withLines('x: 1');
  return [
    refuses('a bare LF behind a value', ok.replace('1\r\n', '1\n'), 'bare_lf'),
    refuses('a bare LF instead of the empty line', ok.replace('\r\n\r\n', '\r\n\n'), 'bare_lf', mistaken),
    refuses('bare LFs only', ok.replaceAll('\r', ''), 'bare_lf'),
    refuses('LF CR', ok.replace('1\r\n', '1\n\r'), 'bare_lf'),
    refuses('CR CR LF', ok.replace('1\r\n', '1\r\r\n'), 'bare_cr'),
    refuses('bare CRs only', ok.replaceAll('\n', ''), 'bare_cr'),
    refuses('CR CR instead of the empty line', ok.replace('\r\n\r\n', '\r\n\r\r'), 'bare_cr', mistaken),
    refuses('a bare CR in a value', withLines('x: a\rb'), 'bare_cr'),
    refuses('a bare CR and a header in a value', withLines('x: a\rcontent-length: 0'), 'bare_cr'),
    refuses('a bare LF and a header in a value', withLines('x: a\ncontent-length: 0'), 'bare_lf'),
    refuses('a bare CR in a name', withLines('x\ry: a'), 'bare_cr'),
    refuses('a bare CR before the colon', withLines('x\r: a'), 'bare_cr'),
    refuses('a bare CR at the start of a value', withLines('x: \ra'), 'bare_cr'),
    refuses('a bare CR before a name', withLines('\rx: a'), 'bare_cr'),
  ];
}

function folds(): WireCase[] {
  return [
    refuses('a folded line, with a space', withLines('x: 1', ' 2'), 'obs_fold'),
    refuses('a folded line, with a tab', withLines('x: 1', '\t2'), 'obs_fold'),
    refuses('a folded line that reads like a header', withLines('x: 1', ' y: 2'), 'obs_fold'),
    refuses('a folded line of white space only', withLines('x: 1', ' '), 'obs_fold'),
    refuses('white space before the first header', withLines(' x: 1'), 'obs_fold'),
    refuses('a tab before the first header', withLines('\tx: 1'), 'obs_fold'),
    refuses('a folded length', head('content-length:', ' 2') + 'ok', 'obs_fold'),
    refuses('a folded transfer coding', head('transfer-encoding:', ' chunked'), 'obs_fold'),
    refuses('a length in a folded line', head('x: 1', ' content-length: 2') + 'ok', 'obs_fold'),
  ];
}

function names(): WireCase[] {
  return [
    ...notInNames.map((char) => refuses(`${code(char)} in a name`, withLines(`x${char}y: 1`), 'bad_header_name')),
    refuses('an empty name', withLines(': 1'), 'bad_header_name'),
    refuses('a space in a name', withLines('x y: 1'), 'bad_header_name'),
    refuses('a tab in a name', withLines('x\ty: 1'), 'bad_header_name'),
    refuses('a space before the colon', withLines('x : 1'), 'space_before_colon'),
    refuses('a tab before the colon', withLines('x\t: 1'), 'space_before_colon'),
    refuses('a length with a space before its colon', head('content-length : 2') + 'ok', 'space_before_colon'),
    refuses('a coding with a space before its colon', head('transfer-encoding : chunked'), 'space_before_colon'),
    refuses('no colon', withLines('x'), 'no_colon'),
    refuses('no colon, in words', withLines('this is no header'), 'no_colon'),
    refuses('no colon in the last line', head('content-length: 2', 'x') + 'ok', 'no_colon', mistaken),
    refuses('a second status line', head('HTTP/1.1 200 OK', 'content-length: 2') + 'ok', 'no_colon'),
    refuses('NUL in a name', withLines('x\0y: 1'), 'nul_byte'),
    refuses('a control character in a name', withLines('x\x01y: 1'), 'bad_header_name'),
  ];
}

function values(): WireCase[] {
  return [
    refuses('NUL in a value', withLines('x: a\0b'), 'nul_byte'),
    refuses('NUL behind a value', withLines('x: a\0'), 'nul_byte'),
    ...controls.map((char) => refuses(`${code(char)} in a value`, withLines(`x: a${char}b`), 'bad_header_value')),
  ];
}

function sizes(): WireCase[] {
  const limit = { maxHeaderBytes: 1_000 };
  const reason = 'a'.repeat(1_000);
  return [
    takes('a section within the limit', withLines(`x: ${'a'.repeat(900)}`), whole('ok'), limit),
    refuses('a section above the limit: one value', withLines(`x: ${reason}`), 'head_too_large', limit),
    refuses('a section above the limit: one name', withLines(`${reason}: x`), 'head_too_large', limit),
    refuses(
      'a section above the limit: many',
      withLines(...Array.from({ length: 500 }, () => 'ab: cd')),
      'head_too_large',
      limit,
    ),
    refuses('a section above the limit that never ends', `HTTP/1.1 200 OK\r\nx: ${reason}`, 'head_too_large', limit),
    refuses('a reason above the limit', lines(`HTTP/1.1 200 ${reason}`, 'content-length: 0'), 'head_too_large', {
      ...limit,
      ...undici('counts_no_reason', whole('')),
    }),
    refuses('an interim section above the limit', lines('HTTP/1.1 103 Hints', `x: ${reason}`), 'head_too_large', limit),
  ];
}

export const headerCases: Theme = {
  name: 'header section',
  cases: [...taken(), ...lineEnds(), ...folds(), ...names(), ...values(), ...sizes()],
};
