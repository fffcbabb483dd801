// Where the wire is not like undici, on purpose. An entry excuses one kind of difference under a condition on
// the bytes, as narrow as it can be; what no entry excuses is a failure, and so is an entry that nothing needs.

import type { WireFaultName } from '../../src/http/wire/wire-fault.ts';

/**
 * `refuses`: the wire refuses what undici takes; `closes`: it ends a connection that undici goes on with; `keeps`: it goes
 * on where undici closes; `takes`: it takes what undici refuses; `tells`: both take it, and tell it differently; `trims`:
 * both tell the same, but for white space behind a value.
 */
export type Kind = 'refuses' | 'closes' | 'keeps' | 'takes' | 'tells' | 'trims';

/** Where two outcomes part: the answer, and what the wire said. Texts have a character a byte. */
export interface Place {
  /** The answer: to its last byte, if the wire took it, else to the last of the case. */
  readonly own: string;
  /** All that came before it on the connection. */
  readonly before: string;
  /** Of `refuses`: from the first byte of the answer, without interim ones, to the byte that told. */
  readonly upTo: string;
  readonly method: string;
  /** Of `refuses`: the fault of the byte that told. */
  readonly fault: string;
  readonly undiciFault: string;
}

/** One listed difference. */
export interface Difference {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly when: (place: Place) => boolean;
  readonly reason: string;
}

/** The wire refuses: the faults, and what the bytes up to the one that told look like. */
function refuses(name: string, faults: readonly WireFaultName[], upTo: RegExp, reason: string): Difference {
  const names: readonly string[] = faults;
  return { name, kinds: ['refuses'], when: (place) => names.includes(place.fault) && upTo.test(place.upTo), reason };
}

const interimHeads = /^(?:HTTP\/1\.[01] 1\d\d[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)+(?=[^])/;

const closeInInterim =
  /(?:^|\r\n\r\n)HTTP\/1\.(?:0 1\d\d|1 1\d\d[^\r\n]*\r\n(?:[^\r\n]+\r\n)*connection:[^\r\n]*close)/i;

/** An answer without the interim ones before it. */
export function withoutInterim(text: string): string {
  return text.replace(interimHeads, '');
}

/** The head of the final answer: status line and fields, without the empty line. */
function headOf(text: string): string {
  return /^HTTP\/[^\r\n]*\r\n(?:[^\r\n]+\r\n)*/.exec(withoutInterim(text))?.[0] ?? '';
}

/** The heads of an answer, with those of interim ones. */
function headsOf(text: string): string {
  return (interimHeads.exec(text)?.[0] ?? '') + headOf(text);
}

/** Values of a field, with the white space around them. */
function valuesOf(head: string, name: string): string[] {
  return [...head.matchAll(new RegExp(`\\r\\n${name}:([^\\r\\n]*)`, 'gi'))].map((match) => match[1] ?? '');
}

function hasToken(head: string, name: string, token: RegExp): boolean {
  return valuesOf(head, name).some((value) => value.split(',').some((word) => token.test(word)));
}

function onlyChunked(head: string): boolean {
  const values = valuesOf(head, 'transfer-encoding');
  return values.length === 1 && /^[\t ]*chunked[\t ]*$/i.test(values[0] ?? '');
}

export const differences: readonly Difference[] = [
  {
    name: 'space_behind_value',
    kinds: ['trims'],
    when: () => true,
    reason: 'White space behind a value is not part of it (RFC 9112, 5.1); undici leaves it there.',
  },
  {
    name: 'tab_behind_chunked',
    kinds: ['tells', 'refuses', 'takes'],
    when: ({ own }) =>
      valuesOf(headOf(own), 'transfer-encoding').some((value) => /^[\t ]*chunked *\t[\t ]*$/i.test(value)),
    reason:
      'A tab behind `chunked` is white space around a value (RFC 9112, 5.1); undici takes `chunked<TAB>` for another coding, and reads until the end.',
  },
  {
    name: 'space_behind_length',
    kinds: ['takes'],
    when: ({ own, undiciFault }) =>
      /CONTENT_LENGTH_MISMATCH|in Content-Length/.test(undiciFault) &&
      valuesOf(headsOf(own), 'content-length').some((value) => /^[\t ]*\d+[\t ]+$/i.test(value)),
    reason:
      'White space behind a length is not part of it (RFC 9112, 5.1); undici refuses a tab, and counts a space as a digit.',
  },
  {
    name: 'tab_behind_token',
    kinds: ['closes', 'keeps'],
    when: ({ own }) => hasToken(headOf(own), 'connection', /^[\t ]*(?:close|keep-alive) *\t[\t ]*$/i),
    reason:
      'A tab behind `close` or `keep-alive` is white space in a list (RFC 9110, 5.6.1); undici does not see the word then.',
  },
  {
    name: 'close_in_1_0',
    kinds: ['closes'],
    when: ({ own }) =>
      headOf(own).startsWith('HTTP/1.0') &&
      hasToken(headOf(own), 'connection', /^[\t ]*close[\t ]*$/i) &&
      hasToken(headOf(own), 'connection', /^[\t ]*keep-alive[\t ]*$/i),
    reason:
      '`close` ends a connection whatever else is said (RFC 9112, 9.3); of HTTP/1.0 undici only looks for `keep-alive`.',
  },
  {
    name: 'proxy_connection',
    kinds: ['keeps', 'takes'],
    when: ({ before, own, undiciFault }) =>
      undiciFault.includes('Data after `Connection: close`')
        ? /\r\nproxy-connection:[^\r\n]*close/i.test(before + own)
        : hasToken(headOf(own), 'proxy-connection', /^[\t ]*close[\t ]*$/i),
    reason: 'Proxy-Connection is no field of HTTP (RFC 9112, C.2.2); undici reads it as Connection.',
  },
  {
    name: 'head_without_length',
    kinds: ['keeps'],
    when: ({ method, own }) => method === 'HEAD' && valuesOf(headOf(own), 'content-length').length === 0,
    reason: 'An answer to HEAD ends with its head (RFC 9112, 6.3); undici closes when no length is told.',
  },
  {
    name: 'framing_of_304',
    kinds: ['keeps'],
    when: ({ own }) =>
      / 304/.test(headOf(own)) &&
      (valuesOf(headOf(own), 'content-length').length > 0 || valuesOf(headOf(own), 'transfer-encoding').length > 0),
    reason:
      'A 304 may tell the framing of what it does not send (RFC 9110, 8.6; RFC 9112, 6.1); undici closes, lest it was sent.',
  },
  {
    name: 'close_in_interim',
    kinds: ['takes'],
    when: ({ own, undiciFault }) => undiciFault.includes('Data after `Connection: close`') && closeInInterim.test(own),
    reason:
      'Another answer has to follow an interim one whatever its fields say (RFC 9110, 15.2); undici refuses it behind `close`, and behind HTTP/1.0.',
  },
  {
    name: 'keep_alive_for_nothing',
    kinds: ['keeps'],
    when: ({ before, own }) => /\r\nkeep-alive:[^\r\n]*timeout\s*=\s*"?0+(?!\d)/i.test(before + own),
    reason: 'What a time of 0 means for a connection is up to the pool, which is told it; undici closes.',
  },
  {
    name: 'empty_lines',
    kinds: ['refuses'],
    when: ({ fault, upTo }) => fault !== 'unasked' && /^[\r\n]+/.test(upTo),
    reason: 'Only a server may skip empty lines before a message (RFC 9112, 2.2); undici does, too.',
  },
  {
    name: 'empty_lines_behind',
    kinds: ['refuses'],
    when: ({ fault, own }) => fault === 'unasked' && /^[\r\n]+$/.test(own),
    reason: 'Bytes behind the last answer are an answer that nobody asked for (RFC 9112, 9.2); undici skips line ends.',
  },
  {
    name: 'other_protocols',
    kinds: ['refuses'],
    when: ({ fault, own }) => fault === 'bad_status_line' && /^(?:RTSP|ICE)\/\d\.\d \d{3}/.test(withoutInterim(own)),
    reason: 'Only HTTP is spoken here (RFC 9112, 4); undici takes RTSP and ICE.',
  },
  {
    name: 'unasked_100',
    kinds: ['takes'],
    when: ({ own, undiciFault }) => undiciFault.endsWith('bad response') && /(?:^|\r\n\r\n)HTTP\/1\.[01] 100/.test(own),
    reason: 'A client takes a 100 that it did not ask for, and goes on (RFC 9110, 15.2.1); undici refuses it.',
  },
  refuses(
    'other_versions',
    ['bad_version', 'bad_status_line'],
    /^HTTP\/(?:2\.0?|0\.9?|0|2)/,
    'This is HTTP/1.x (RFC 9112, 2.3); undici takes HTTP/0.9 and HTTP/2.0.',
  ),
  refuses(
    'control_in_reason',
    ['bad_status_line', 'nul_byte'],
    // oxlint-disable-next-line no-control-regex -- they are what it is about
    /^HTTP\/1\.[01] \d{3} [^\r\n]*[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/,
    'A reason has no control characters (RFC 9112, 4); undici takes all but CR and LF.',
  ),
  refuses(
    'two_crs',
    ['bare_cr'],
    /^HTTP\/1\.[01] \d{3}[^\r\n]*\r\r$/,
    'A CR without LF ends no line (RFC 9112, 2.2); undici lets CR CR end a status line.',
  ),
  refuses(
    'length_too_large',
    ['bad_length'],
    /\r\ncontent-length:[\t ]*0*[1-9]\d{15,}[\t ]*(?=\r\n)[^]*\r\n\r\n$/i,
    'A length that cannot be counted to is a wrong one (RFC 9110, 8.6); undici takes it up to 2^64.',
  ),
  refuses(
    'length_and_empty_coding',
    ['length_and_chunked'],
    /\r\ntransfer-encoding:[\t ]*\r\n[^]*\r\n$/i,
    'A coding and a length can be read in two ways, be the coding empty or not (RFC 9112, 6.3); undici does not see an empty one.',
  ),
  {
    name: 'other_codings',
    kinds: ['refuses'],
    when: ({ fault, upTo }) =>
      fault === 'bad_transfer_encoding' && upTo.endsWith('\r\n\r\n') && !onlyChunked(headOf(upTo)),
    reason:
      'A coding that is not asked for, and what is not exactly `chunked`, can be read in two ways (RFC 9112, 6.1 and 11.2); undici reads it to the end, or as chunked if that comes last.',
  },
  refuses(
    'coding_in_1_0',
    ['chunked_in_1_0'],
    /^HTTP\/1\.0[^]*\r\ntransfer-encoding:[^]*\r\n\r\n$/i,
    'HTTP/1.0 has no transfer codings: its framing is faulty (RFC 9112, 6.1); undici takes it.',
  ),
  {
    name: 'framing_of_nothing',
    kinds: ['refuses'],
    when: ({ fault, upTo }) =>
      fault === 'framing_of_nothing' &&
      /^HTTP\/1\.[01] (?:1\d\d|204)/.test(upTo) &&
      (valuesOf(upTo, 'transfer-encoding').length > 0 || valuesOf(upTo, 'content-length').length > 0),
    reason: 'A server must not frame a body that cannot be (RFC 9112, 6.1; RFC 9110, 8.6); undici takes it.',
  },
  refuses(
    'extension_out_of_form',
    ['bad_chunk_extension'],
    /\r\n[0-9a-f]+(?=;)[^\r\n]*(?:;[;=]|=;|=[^;"\r\n]+"|[;=](?=\r\n$))[^\r\n]*\r\n$/i,
    'An extension has a name, and one value if it has an equals sign (RFC 9112, 7.1.1); undici takes what has not.',
  ),
  refuses(
    'size_of_many_digits',
    ['chunk_too_large'],
    /\r\n0+[0-9a-f]{1,16}(?:;[^\r\n]*)?\r\n$/i,
    'More than 16 digits are a size that cannot be counted to, zeros or not (RFC 9112, 7.1); undici skips zeros.',
  ),
  {
    name: 'too_many_interim',
    kinds: ['refuses'],
    when: ({ fault, own }) => fault === 'too_many_interim' && (own.match(/HTTP\/1\.[01] 1\d\d/g)?.length ?? 0) > 100,
    reason:
      'Interim answers without end would hold a request for ever (RFC 9110, 15.2 sets no limit); undici reads on.',
  },
  refuses(
    'trailer_that_frames',
    ['bad_trailer'],
    /\r\n0+(?:;[^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*(?:connection|content-(?:encoding|length|range|type)|host|keep-alive|set-cookie|te|trailer|transfer-encoding|upgrade):[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n$/i,
    'A trailer must not say where an answer ends, what it is, or where it goes (RFC 9110, 6.5.1); undici takes it.',
  ),
];
