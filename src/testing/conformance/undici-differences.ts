// Where undici makes something else of the same bytes than the wire, and why the wire does not follow it. Each
// case that shows one names it here; docs/wire.md is held to this table by a test.

/** What undici does, and our reason. */
export const undiciDifferences = {
  skips_empty_lines:
    'It skips CR and LF before a status line: RFC 9112, 2.2 has servers do so, and of answers says nothing; on an idle connection they are bytes that nobody asked for.',
  takes_other_protocols:
    'It takes RTSP, ICE, HTTP/0.9 and HTTP/2.0 for HTTP: none of them can be the answer to a request of HTTP/1.1.',
  stumbles:
    'An assertion of its own fails, which reads as a reset connection: the status is none, or 101 does not say to what.',
  takes_any_reason: 'It takes NUL and control characters in a reason, which RFC 9112, 4 does not allow.',
  keeps_outer_space:
    'It keeps white space behind a value, and so misses `chunked` before it: RFC 9110, 5.5 has it taken off before the value is read.',
  mistakes_length:
    'Behind a content-length it calls every fault of a head a length that does not match, which reads as a closed connection; a tab before a length is such a fault to it, too.',
  counts_no_reason:
    'It does not count the status line in the size of a head: a reason without end would fill the memory.',
  counts_further: 'It takes lengths above 2^53 - 1, up to which JavaScript counts exactly.',
  counts_zeros: 'It takes zeros without end before a chunk size; sixteen digits say all that can be counted to.',
  takes_any_coding:
    'It takes codings that it does not undo: the body comes coded, or its end is guessed. We send no TE, so that only chunked may come (RFC 9112, 7).',
  takes_any_version: 'It takes chunks in HTTP/1.0: RFC 9112, 6.1 has such a message treated as faulty.',
  takes_empty_extensions: 'It takes chunk extensions without a name or a value, which RFC 9112, 7.1.1 does not allow.',
  takes_long_extensions: 'It takes chunk extensions without end: RFC 9112, 7.1.1 asks for a limit.',
  takes_any_trailer:
    'It takes any trailer field: one that sounds like framing or routing is read as such by somebody sooner or later (RFC 9110, 6.5.1).',
  takes_reset_for_end:
    'It takes a reset for the end of a body without a length: what is missing cannot be told (RFC 9112, 8).',
  refuses_continue:
    'It refuses 100 that it did not ask for: RFC 9110, 15.2 wants a client to take any number of interim answers, expected or not.',
  takes_any_number: 'It reads interim answers for ever; ours ends after a hundred.',
  closes_on_interim:
    'It refuses what follows an interim answer with `connection: close`: only the answer itself says whether the connection lives on (RFC 9112, 9.6).',
  ignores_framing:
    'It ignores a length or a coding where no body may be, and closes the connection or goes on: the server may well send that body, and it would be read as an answer.',
  closes_after_head: 'It closes the connection after an answer to HEAD without a length, which needs none.',
  closes_after_304: 'It closes the connection after a 304 with a length, which RFC 9110, 8.6 allows.',
  misses_close: 'It misses `close` in some lists, and uses a connection again that the server said it would close.',
  obeys_proxy_connection: 'It obeys `proxy-connection`, which is no field of HTTP (RFC 9112, C.2.2).',
} as const;

/** A name of a difference. */
export type UndiciDifference = keyof typeof undiciDifferences;
