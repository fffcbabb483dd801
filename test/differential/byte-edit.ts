// Edits that make legal streams wrong, or odd: blind ones, and those that know lines, lengths and chunk
// sizes. An edit is small numbers, so that it can be shrunk; what it does depends on them and the text alone.

import fc from 'fast-check';

/** One edit: where (as a share of the text, in 65536ths), and with what. */
export interface ByteEdit {
  readonly name: keyof typeof edits;
  readonly at: number;
  readonly pick: number;
}

/** What is inserted and put in the place of bytes. */
const pieces = [
  '\r\n', '\n', '\r', ' ', '\t', '\0', ':', '0', '1', '5', 'a', 'F', ',', ';', '"', '\\', '-', '+', '_', 'x', '=', '(',
  '\x0b', '\x0c', '\x1f', '\x7f', '\x80', '\x85', '\xa0', '\xff', '\r\n\r\n', '\n\n', '\r\r\n', '0\r\n\r\n', '\r\n ',
  'HTTP/1.1 200 OK\r\n', 'chunked', 'close', ';a=b', '0x', 'HTTP/1.1 ', 'HTTP/1.0 ', 'HTTP/2.0 ', '1xx', '00000000',
  '100000000', '9007199254740993', '/', '.', 'é'.normalize('NFC'),
]; // prettier-ignore

/** Header lines that decide about the end of an answer, right and wrong. */
const framingLines = [
  ...Array.from({ length: 8 }, () => 'Content-Length: 5'),
  ...Array.from({ length: 8 }, () => 'Transfer-Encoding: chunked'),
  'Content-Length: 5', 'Content-Length: 0', 'content-length: 6', 'Content-Length: 5, 5', 'Content-Length: 5, 6',
  'Content-Length: +5', 'Content-Length: -1', 'Content-Length: 5 5', 'Content-Length: 0x5', 'Content-Length:',
  'Content-Length: 5.0', 'Content-Length: 1e1', 'Content-Length: 99999999999999999999', 'Content-Length: 18446744073709551621',
  'Content-Length : 5', 'Content-Length\t: 5', ' Content-Length: 5', 'Content-Length: 5\r\n 0', 'Content\0-Length: 5',
  'Content_Length: 5', 'Content-Length: 5\0', 'Content-Length: 5;a', 'Content-Length: ,5', 'Content-Length: \x0b5',
  'Content-Length: ５'.normalize('NFKC'), 'Transfer-Encoding: chunked', 'transfer-encoding: CHUNKED', 'Transfer-Encoding: identity',
  'Transfer-Encoding: gzip', 'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: chunked, gzip', 'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: chunked,', 'Transfer-Encoding: ,chunked', 'Transfer-Encoding: "chunked"', 'Transfer-Encoding: chunked;a=b',
  'Transfer-Encoding: xchunked', 'Transfer-Encoding: chunkedx', 'Transfer-Encoding: chunked\x0b', 'Transfer-Encoding:\x0bchunked',
  'Transfer-Encoding:', 'Transfer-Encoding : chunked', ' Transfer-Encoding: chunked', 'Transfer-Encoding:\r\n chunked',
  'Transfer_Encoding: chunked', 'Transfer-Encoding: chunk\r\n ed', 'X: y\r\n z', 'X: y\nTransfer-Encoding: chunked',
  'X: y\rTransfer-Encoding: chunked', 'X: y\n\nz', 'Connection: close', 'Connection: keep-alive', 'Connection: close, keep-alive',
  'Connection: upgrade\r\nUpgrade: websocket', 'Keep-Alive: timeout=0', 'Keep-Alive: timeout=5', ': no name', 'no colon', 'a b: c', 'X y: z', 'X\x80: y',
  'Connection: TE, "close"', 'Connection: close\r\nConnection: keep-alive', 'X-\r\n: y', '',
]; // prettier-ignore

const chunkSizes = [
  '0', '1', '5', '6', '05', '5 ', ' 5', '5\t', '+5', '-5', '0x5', '5;', '5;a', '5 ;a', '5; a', '5;a =b', '5;a= b', '5;a="', '5;a=";\r\n', '5;\n', '5\n', '5\r', 'g', '',
  '5;a="\0"', '5;a=\x80', '5;\x80', '5;a="\x80"', 'ffffffffffffffff', '10000000000000000', '10000000000000005', '1ffffffffffffffff', '20000000000000', '1fffffffffffff',
  '00000000000000005', '0000000000000005', '5_0', '5,5', '5\x0b', '5;a;;b', '5;=b', '5;a=b c', '5;a\r', '5;\r', '5"', '5;a="b"c',
]; // prettier-ignore

const statusLines = [
  'HTTP/1.1 101 Switching',
  'HTTP/1.1 101 Switching',
  'HTTP/1.1 200', 'HTTP/1.1 200 ', 'HTTP/1.1  200 OK', 'HTTP/1.1 200OK', 'HTTP/1.1 20 OK', 'HTTP/1.1 2000 OK', 'HTTP/1.1 099 OK', 'HTTP/1.1 000 OK',
  'HTTP/1.1 -20 OK', 'HTTP/1.1 2x0 OK', 'http/1.1 200 OK', 'HTTP/2 200 OK', 'HTTP/2.0 200 OK', 'HTTP/1.2 200 OK', 'HTTP/0.9 200 OK', 'HTTP/1.10 200 OK',
  'HTTP/1 200 OK', 'HTTP/1.1\t200 OK', ' HTTP/1.1 200 OK', '\r\nHTTP/1.1 200 OK', '\nHTTP/1.1 200 OK', 'HTTP/1.1 200\tOK', 'HTTP/1.1 200 O\0K', 'HTTP/1.1 200 \x07',
  'HTTP/1.1 101 Switching', 'HTTP/1.1 100 Continue', 'HTTP/1.1 103 Hints', 'HTTP/1.1 204 None', 'HTTP/1.1 304 Same', 'HTTP/1.1 205 Reset', 'HTTP/1.0 200 OK', 'RTSP/1.0 200 OK',
  'ICE/1.0 200 OK', 'RTSP/1.1 200 OK', 'HTTP/01.1 200 OK', 'HTTP/1.1 200 OK\rX: y', 'HTTP/1,1 200 OK', 'HTTPS/1.1 200 OK', 'HTTP /1.1 200 OK', 'GET / HTTP/1.1',
]; // prettier-ignore

const edits = {
  insert: (text: string, at: number, pick: number) => splice(text, place(text, at), 0, choose(pieces, pick)),
  replace: (text: string, at: number, pick: number) => splice(text, place(text, at), 1, choose(pieces, pick)),
  flip: (text: string, at: number, pick: number) => {
    const where = place(text, at);
    return splice(text, where, 1, String.fromCharCode((text.charCodeAt(where) ^ (1 << (pick % 8))) & 0xff));
  },
  remove: (text: string, at: number, pick: number) => splice(text, place(text, at), 1 + (pick % 4), ''),
  double: (text: string, at: number, pick: number) => {
    const where = place(text, at);
    return splice(text, where, 0, text.slice(where, where + 1 + (pick % 40)));
  },
  truncate: (text: string, at: number) => text.slice(0, place(text, at)),
  addLine: (text: string, at: number, pick: number) =>
    atLine(text, at, (line) => `${line}\r\n${choose(framingLines, pick)}`),
  changeSize: (text: string, at: number, pick: number) =>
    nth(text, /(?<=\r\n)[0-9a-fA-F]+(?=[;\r])/g, at, () => choose(chunkSizes, pick)),
  changeLength: (text: string, at: number, pick: number) =>
    nth(text, /(?<=content-length:[ \t]*)\d+/gi, at, () => choose(chunkSizes, pick)),
  changeStatus: (text: string, at: number, pick: number) =>
    nth(text, /HTTP\/1\.\d \d{3}[^\r\n]*/g, at, () => choose(statusLines, pick)),
  changeValue: (text: string, at: number, pick: number) =>
    nth(text, /(?<=\r\n[-\w]+:)[^\r\n]*/g, at, (value) =>
      splice(value, place(value, pick * 1_000), 0, choose(pieces, pick)),
    ),
  changeLineEnd: (text: string, at: number, pick: number) =>
    nth(text, /\r\n/g, at, () => choose(['\n', '\r', '\r\r\n', '\n\r', ' \r\n', '\t\r\n', '\r\n\r\n', ''], pick)),
  doubleLine: (text: string, at: number, pick: number) =>
    atLine(
      text,
      at,
      (line) => `${line}\r\n${pick % 3 === 0 ? line : pick % 3 === 1 ? line.toUpperCase() : line.replace(/\d/, '6')}`,
    ),
  // Seldom as many as are refused: it takes time.
  addInterim: (text: string, at: number, pick: number) =>
    nth(
      text,
      /HTTP\/1\.\d \d{3}/g,
      at,
      (line) => 'HTTP/1.1 103 A\r\nB: c\r\n\r\n'.repeat(pick % 16 === 0 ? 101 : pick % 4) + line,
    ),
  swapLines: (text: string, at: number) =>
    nth(text, /[^\r\n]+\r\n[^\r\n]+/g, at, (two) => two.split('\r\n').toReversed().join('\r\n')),
  moveLine: (text: string, at: number, pick: number) => {
    const all = text.split('\r\n');
    const [line = ''] = all.splice(share(at, all.length), 1);
    return all.toSpliced(pick % (all.length + 1), 0, line).join('\r\n');
  },
};

/** Half of all cases have none. */
export const byteEdits: fc.Arbitrary<readonly ByteEdit[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  {
    weight: 5,
    arbitrary: fc.array(
      fc
        .tuple(fc.constantFrom(...(Object.keys(edits) as (keyof typeof edits)[])), fc.nat(0xffff), fc.nat(255))
        .map(([name, at, pick]) => ({ name, at, pick })),
      { minLength: 1, maxLength: 4 },
    ),
  },
);

/** The text after all edits, one after another. */
export function edited(text: string, list: readonly ByteEdit[]): string {
  return list.reduce((now, { name, at, pick }) => (now === '' ? now : edits[name](now, at, pick)), text);
}

function splice(text: string, at: number, removed: number, added: string): string {
  return text.slice(0, at) + added + text.slice(at + removed);
}

function share(at: number, length: number): number {
  return Math.floor((at * length) / 0x1_0000);
}

function place(text: string, at: number): number {
  return share(at, text.length);
}

function choose(list: readonly string[], pick: number): string {
  return list[pick % list.length] ?? '';
}

/** Changes one of all matches; nothing if there is none. */
function nth(text: string, pattern: RegExp, at: number, change: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  const one = found[share(at, found.length)];
  return one === undefined ? text : splice(text, one.index, one[0].length, change(one[0]));
}

function atLine(text: string, at: number, change: (line: string) => string): string {
  return nth(text, /[^\r\n]+(?=\r\n)/g, at, change);
}
