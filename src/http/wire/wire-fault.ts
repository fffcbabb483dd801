// What can be wrong with the bytes of an HTTP/1.1 answer, each with a name. A fault ends the connection:
// where one answer ends and the next begins is not certain any more (RFC 9112, 6.3 and 11.2).

/** Every fault: its name, and a sentence about what came. docs/wire.md is held to this table by a test. */
export const wireFaults = {
  bad_status_line: 'the first line is not HTTP-version SP status-code SP reason (RFC 9112, 4)',
  bad_version: 'the version is not HTTP/1.0 or HTTP/1.1',
  bad_status: 'the status code is not three digits from 100 to 999',
  bare_cr: 'a CR that no LF follows (RFC 9112, 2.2)',
  bare_lf: 'a line of the head ends with LF alone',
  nul_byte: 'a NUL in the head',
  bad_header_name: 'a header name is empty, or has characters that are in no token',
  space_before_colon: 'white space stands between a header name and its colon (RFC 9112, 5.1)',
  no_colon: 'a header line has no colon',
  obs_fold: 'a header line begins with white space: a folded line, or no header at all (RFC 9112, 5.2)',
  bad_header_value: 'a header value has control characters',
  two_lengths: 'content-length comes twice, or is a list, be the values the same or not (RFC 9112, 6.3)',
  bad_length: 'content-length is not a plain decimal number that can be counted to',
  length_and_chunked: 'both content-length and transfer-encoding (RFC 9112, 6.1)',
  bad_transfer_encoding: 'a transfer coding other than chunked, or chunked twice or not last (RFC 9112, 6.1 and 7)',
  chunked_in_1_0: 'transfer-encoding in an answer of HTTP/1.0 (RFC 9112, 6.1)',
  framing_of_nothing: 'transfer-encoding, or a length that is not 0, with 1xx or 204 (RFC 9110, 8.6; RFC 9112, 6.1)',
  bad_chunk_size: 'a chunk size is not a plain hexadecimal number, or is followed by white space',
  chunk_too_large: 'a chunk size cannot be counted to',
  bad_chunk_extension: 'a chunk extension has characters that may not be there, or is too long',
  bad_chunk_end: 'a chunk is not followed by CR LF',
  bad_trailer: 'a trailer field would change how the answer is read, or where it goes (RFC 9110, 6.5.1)',
  head_too_large: 'the header section is larger than was allowed',
  too_many_interim: 'interim answers without end',
  upgraded: 'the server switches to another protocol, which nobody asked for (RFC 9110, 15.2.2)',
  unasked: 'bytes of an answer that nobody asked for',
  cut_head: 'the connection ended in the middle of a head',
  cut_body: 'the connection ended before the body was complete',
} as const;

/** A name of what is wrong. */
export type WireFaultName = keyof typeof wireFaults;

/** Bytes that are not what HTTP allows, or an end where none may be. */
export class WireFault extends Error {
  readonly code: WireFaultName;

  /** @param detail what came, shortened, if that says more */
  constructor(code: WireFaultName, detail = '') {
    super(detail === '' ? wireFaults[code] : `${wireFaults[code]}: ${detail}`);
    this.name = 'WireFault';
    this.code = code;
  }
}
