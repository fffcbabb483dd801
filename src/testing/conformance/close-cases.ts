// Bodies that only the end of the connection ends (RFC 9112, 6.3, rule 8), and connections that end where
// nothing may end (RFC 9112, 8).

import { breaksOff, chunkedHead, error, head, lines, refuses, takes, undici, whole } from './wire-case.ts';
import type { Theme, WireCase } from './wire-case.ts';

const last = (body: string): ReturnType<typeof whole> => whole(body, { kept: false });
const ending = { ending: 'end' } as const;

const untilClose: readonly WireCase[] = [
  takes('HTTP/1.1 without a length', `${head()}hello`, last('hello'), ending),
  takes('HTTP/1.1 without a length, and no body', head(), last(''), ending),
  takes('HTTP/1.1 that says it closes', `${head('connection: close')}hello`, last('hello'), ending),
  takes('HTTP/1.1 that says it does not', `${head('connection: keep-alive')}hello`, last('hello'), ending),
  takes('HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhello', last('hello'), ending),
  takes(
    'HTTP/1.0 that says it does not',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n\r\nhello',
    last('hello'),
    ending,
  ),
  takes(
    'a body that reads like an answer',
    head() + head('content-length: 0'),
    last(head('content-length: 0')),
    ending,
  ),
  takes('a body that reads like chunks', `${head()}5\r\nhello\r\n0\r\n\r\n`, last('5\r\nhello\r\n0\r\n\r\n'), ending),
  takes(
    'a status of failure',
    `${lines('HTTP/1.1 500 Oh')}hello`,
    whole('hello', { status: 500, kept: false }),
    ending,
  ),
  takes(
    'after an interim answer',
    `${lines('HTTP/1.1 103 Hints')}${head()}hello`,
    whole('hello', { interim: [103], kept: false }),
    ending,
  ),
  takes('RST in a body without a length', `${head()}hello`, error('body_cut', 'hello'), {
    ending: 'reset',
    ...undici('takes_reset_for_end', last('hello')),
  }),
];

/** Where a chunked answer may be cut: behind each of these. */
const chunkedCuts: readonly (readonly [string, string, string])[] = [
  ['before the first chunk', '', ''],
  ['in a size', '5', ''],
  ['in an extension', '5;a', ''],
  ['behind the CR of a size', '5\r', ''],
  ['behind a size', '5\r\n', ''],
  ['in content', '5\r\nhel', 'hel'],
  ['behind content', '5\r\nhello', 'hello'],
  ['behind the CR of content', '5\r\nhello\r', 'hello'],
  ['between chunks', '5\r\nhello\r\n', 'hello'],
  ['in the last size', '5\r\nhello\r\n0', 'hello'],
  ['behind the last size', '5\r\nhello\r\n0\r\n', 'hello'],
  ['in the empty line', '5\r\nhello\r\n0\r\n\r', 'hello'],
  ['in a trailer', '5\r\nhello\r\n0\r\nx: 1', 'hello'],
  ['behind a trailer', '5\r\nhello\r\n0\r\nx: 1\r\n', 'hello'],
];

function cuts(): WireCase[] {
  const closing = head('connection: close', 'transfer-encoding: chunked');
  const inHead = [
    'H',
    'HTTP/1.1',
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200 OK\r',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\nx-a',
    'HTTP/1.1 200 OK\r\nx: 1\r\n',
    'HTTP/1.1 200 OK\r\nx: 1\r\n\r',
  ];
  return [
    ...inHead.map((part) => refuses(`FIN behind ${JSON.stringify(part)}`, part, 'cut_head', ending)),
    refuses('FIN behind an interim answer', lines('HTTP/1.1 103 Hints'), 'cut_head', ending),
    breaksOff('FIN before a body with a length', head('content-length: 5'), '', 'cut_body', ending),
    breaksOff('FIN in a body with a length', `${head('content-length: 5')}hell`, 'hell', 'cut_body', ending),
    breaksOff(
      'FIN in a body with a length, the last',
      `${head('content-length: 5', 'connection: close')}hell`,
      'hell',
      'cut_body',
      ending,
    ),
    breaksOff(
      'FIN in a body with a length in HTTP/1.0',
      'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhell',
      'hell',
      'cut_body',
      ending,
    ),
    ...chunkedCuts.flatMap(([where, part, before]) => [
      breaksOff(`FIN in chunks ${where}`, chunkedHead + part, before, 'cut_body', ending),
      breaksOff(`FIN in chunks ${where}, the last answer`, closing + part, before, 'cut_body', ending),
    ]),
    takes('RST in a body with a length', `${head('content-length: 5')}hell`, error('body_cut', 'hell'), {
      ending: 'reset',
    }),
    takes('RST in chunks', `${chunkedHead}5\r\nhell`, error('body_cut', 'hell'), { ending: 'reset' }),
  ];
}

export const untilCloseCases: Theme = { name: 'until the connection ends', cases: untilClose };
export const cutCases: Theme = { name: 'cut', cases: cuts() };
