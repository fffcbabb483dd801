// Answers that have no body whatever their head says (RFC 9112, 6.3, rule 1): to HEAD, 204 and 304. A HEAD
// and a 304 may tell the length that there would be (RFC 9110, 8.6); a 204 may not.

import { error, head, lines, refuses, takes, undici, whole } from './wire-case.ts';
import type { Theme, WireCase } from './wire-case.ts';

const asHead = { method: 'HEAD' } as const;
const none = (status: number, kept = true): ReturnType<typeof whole> => whole('', { status, kept });
const with204 = (...headers: readonly string[]): string => lines('HTTP/1.1 204 No Content', ...headers);
const with304 = (...headers: readonly string[]): string => lines('HTTP/1.1 304 Not Modified', ...headers);

const mistaken = undici('mistakes_length', error('connection_closed'));

function toHead(): WireCase[] {
  return [
    takes('HEAD with a length', head('content-length: 5'), none(200), asHead),
    takes('HEAD with a length of 0', head('content-length: 0'), none(200), asHead),
    takes('HEAD with a huge length', head('content-length: 9007199254740991'), none(200), asHead),
    takes('HEAD in chunks', head('transfer-encoding: chunked'), none(200), asHead),
    takes('HEAD without a length', head(), none(200), { ...asHead, ...undici('closes_after_head', none(200, false)) }),
    takes('HEAD that says it closes', head('connection: close'), none(200, false), asHead),
    takes('HEAD with 404', lines('HTTP/1.1 404 No', 'content-length: 9'), none(404), asHead),
    takes('HEAD with 204', with204(), none(204), asHead),
    takes('HEAD in HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n', none(200, false), asHead),
    refuses('HEAD with a bad length', head('content-length: +5'), 'bad_length', asHead),
    refuses('HEAD with two lengths', head('content-length: 5', 'content-length: 6'), 'two_lengths', {
      ...asHead,
      ...mistaken,
    }),
    refuses('HEAD with an unknown coding', head('transfer-encoding: gzip'), 'bad_transfer_encoding', {
      ...asHead,
      ...undici('takes_any_coding', none(200, false)),
    }),
  ];
}

function withoutContent(): WireCase[] {
  const closes = undici('ignores_framing', none(204, false));
  return [
    takes('204', with204(), none(204)),
    takes('204 with headers', with204('x: 1'), none(204)),
    takes('204 with a length of 0, as many send it', with204('content-length: 0'), none(204)),
    takes('204 that says it closes', with204('connection: close'), none(204, false)),
    takes('204 in HTTP/1.0', 'HTTP/1.0 204 None\r\n\r\n', none(204, false)),
    refuses('204 with a length', with204('content-length: 5'), 'framing_of_nothing', closes),
    refuses('204 with a length and a body', `${with204('content-length: 5')}hello`, 'framing_of_nothing', closes),
    refuses('204 in chunks', with204('transfer-encoding: chunked'), 'framing_of_nothing', closes),
    refuses(
      '204 in chunks, with a body',
      `${with204('transfer-encoding: chunked')}0\r\n\r\n`,
      'framing_of_nothing',
      closes,
    ),
  ];
}

function notModified(): WireCase[] {
  return [
    takes('304', with304(), none(304)),
    takes('304 with a length', with304('content-length: 5'), none(304), undici('closes_after_304', none(304, false))),
    takes('304 with a length of 0', with304('content-length: 0'), none(304)),
    takes(
      '304 in chunks',
      with304('transfer-encoding: chunked'),
      none(304),
      undici('closes_after_304', none(304, false)),
    ),
    takes('304 with an etag', with304('etag: "a"', 'date: now'), none(304)),
    refuses('304 with a bad length', with304('content-length: 5 5'), 'bad_length', mistaken),
    refuses(
      '304 with an unknown coding',
      with304('transfer-encoding: gzip'),
      'bad_transfer_encoding',
      undici('takes_any_coding', none(304, false)),
    ),
  ];
}

/** 205 has no content either, but says so by its framing (RFC 9110, 15.3.6). */
const reset: readonly WireCase[] = [
  takes('205 with a length of 0', lines('HTTP/1.1 205 Reset', 'content-length: 0'), none(205)),
  takes('205 in chunks', `${lines('HTTP/1.1 205 Reset', 'transfer-encoding: chunked')}0\r\n\r\n`, none(205)),
  takes('205 until the connection ends', lines('HTTP/1.1 205 Reset'), none(205, false), { ending: 'end' }),
];

export const noBodyCases: Theme = {
  name: 'no body',
  cases: [...toHead(), ...withoutContent(), ...notModified(), ...reset],
};
