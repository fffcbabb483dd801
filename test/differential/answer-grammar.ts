// Answers as HTTP/1.1 allows them, in all their forms, as arbitraries of fast-check: simple forms first, since
// that is where shrinking goes. What is odd here is legal; what is wrong is the business of edits.

import fc from 'fast-check';

/** One answer to one request. Texts have a character a byte. */
export interface PlannedAnswer {
  readonly method: string;
  readonly text: string;
}

/** Bodies: those that look like something else first go wrong. */
const bodies = [
  'hello',
  '',
  'a',
  '\r\n',
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad',
  '\0\x80\xff\r\n\n\r',
  'x'.repeat(17),
  'y'.repeat(300),
];

const statuses = [200, 200, 200, 201, 206, 301, 400, 404, 429, 500, 503, 599, 999];
const reasons = [' OK', ' ', '', ' Not Found', ' caf\xe9', ' a\tb', ' 200 OK', '  two'];

const plainLines = [
  'Date: Tue, 04 Aug 2009 07:59:32 GMT',
  'Server: a',
  'X:',
  'X: \t ',
  'x:1',
  'X:\t1\t',
  'X:  a  b  ',
  'x-utf: caf\xc3\xa9 \xff',
  "!#$%&'*+-.^_`|~: token",
  'Set-Cookie: a=1; Path=/',
  'set-cookie: b="2"',
  'Via: 1.1 a, 1.1 b',
  'X-Colon: a:b::c',
  'Trailer: T',
  'Content-Length-X: 9',
  'X-Content-Length: 9',
  'Transfer-Encodings: gzip',
  'Upgrade: h2c',
  'Keep-Alive: timeout=5, max=100',
  'keep-alive: max=3',
  'Content-Type: text/plain; charset="utf-8"',
  'Content-Encoding: identity',
  `Long: ${'v'.repeat(200)}`,
];

const connectionLines = [
  'Connection: keep-alive',
  'Connection: close',
  'connection: Close',
  'CONNECTION:\tclose ',
  'Connection: keep-alive, x-other',
  'Connection: x, close',
  'Connection: closed',
  'Connection: close-not',
  'Connection: keep-alive, close',
  'Connection: ,,close',
  'Connection: upgrade',
  'Connection:',
  'Connection: x\r\nConnection: close',
  'Connection: close\t',
  'Proxy-Connection: close',
];

const extensions = ['', ';a', ';a=b', ';a="b c"', ';a="q\\"q;"', ';a;b=c', `;l=${'e'.repeat(60)}`];
const trailerLines = ['T: u', 'X-Sum: 1', 'x:', 'T: a\r\nT: b', 'Expires:\t0 '];
const lengthNames = [
  'Content-Length: ',
  'content-length: ',
  'Content-Length:',
  'CONTENT-LENGTH:\t',
  'Content-Length:  ',
];
const lengthPads = ['', '', '', '', '', '', '', '', '', '0', '0', '00', ' ', '\t'];
const codingNames = [
  ...Array.from({ length: 9 }, () => 'Transfer-Encoding: chunked'),
  'transfer-encoding:chunked',
  'transfer-encoding:chunked',
  'Transfer-Encoding:  CHUNKED  ',
  'TRANSFER-ENCODING:\tChunked',
  'transfer-encoding: chunked\t',
];

const anyOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const lines = fc.array(anyOf(plainLines), { maxLength: 4 });
const connection = fc.option(anyOf(connectionLines), { freq: 3, nil: '' });
const method = fc.oneof({ weight: 6, arbitrary: fc.constant('GET') }, { weight: 1, arbitrary: fc.constant('HEAD') });
const minor = fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(0) });
const body = anyOf(bodies);

/** What frames a body: header lines, and the bytes behind the head. */
interface Framed {
  readonly line: string;
  readonly bytes: string;
  readonly needs1: boolean;
}

const withLength: fc.Arbitrary<Framed> = fc
  .tuple(anyOf(lengthNames), body, anyOf(lengthPads))
  .map(([name, bytes, pad]) => {
    const isZeros = pad.startsWith('0');
    const line = `${name}${isZeros ? pad : ''}${bytes.length}${isZeros ? '' : pad}`;
    return { line, bytes, needs1: false };
  });

const chunk = fc
  .tuple(body, anyOf(extensions), anyOf(['', '', '0', '000']), fc.boolean())
  .map(([bytes, extension, zeros, isUpper]) => {
    if (bytes === '') return '';
    const size = bytes.length.toString(16);
    return `${zeros}${isUpper ? size.toUpperCase() : size}${extension}\r\n${bytes}\r\n`;
  });

const chunked: fc.Arbitrary<Framed> = fc
  .tuple(
    anyOf(codingNames),
    fc.array(chunk, { maxLength: 3 }),
    anyOf(['0', '0', '0', '00', '0000']),
    anyOf(extensions),
    fc.array(anyOf(trailerLines), { maxLength: 2 }),
  )
  .map(([line, chunks, last, extension, trailers]) => ({
    line,
    bytes: `${chunks.join('')}${last}${extension}\r\n${trailers.map((one) => `${one}\r\n`).join('')}\r\n`,
    needs1: true,
  }));

const untilClose: fc.Arbitrary<Framed> = body.map((bytes) => ({ line: '', bytes, needs1: false }));

const framed = fc.oneof(
  { weight: 5, arbitrary: withLength },
  { weight: 6, arbitrary: chunked },
  { weight: 1, arbitrary: untilClose },
);

function head(minorVersion: number, status: number, reason: string, headers: readonly string[]): string {
  const fields = headers.filter((line) => line !== '').map((line) => `${line}\r\n`);
  return `HTTP/1.${minorVersion} ${status}${reason}\r\n${fields.join('')}\r\n`;
}

const interim = fc
  .tuple(anyOf([103, 102, 199]), anyOf(reasons), fc.array(anyOf(plainLines), { maxLength: 2 }))
  .map(([status, reason, headers]) => head(1, status, reason, headers));

const interims = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.array(interim, { minLength: 1, maxLength: 2 }).map((all) => all.join('')) },
);

const withBody: fc.Arbitrary<PlannedAnswer> = fc
  .tuple(interims, method, minor, anyOf(statuses), anyOf(reasons), lines, connection, framed, fc.nat(7))
  .map(([before, verb, minorVersion, status, reason, headers, ends, { line, bytes, needs1 }, at]) => {
    const all = headers.toSpliced(at % (headers.length + 1), 0, line);
    const version = needs1 ? 1 : minorVersion;
    return {
      method: verb,
      text: before + head(version, status, reason, [ends, ...all]) + (verb === 'HEAD' ? '' : bytes),
    };
  });

const withoutBody: fc.Arbitrary<PlannedAnswer> = fc
  .tuple(
    interims,
    method,
    minor,
    anyOf([204, 304]),
    lines,
    connection,
    anyOf(['', '', 'Content-Length: 0', 'Content-Length: 7']),
  )
  .map(([before, verb, minorVersion, status, headers, ends, line]) => {
    const length = status === 204 && line.endsWith('7') ? '' : line;
    return { method: verb, text: before + head(minorVersion, status, ' None', [...headers, ends, length]) };
  });

/** One answer, in any legal form. */
export const legalAnswer: fc.Arbitrary<PlannedAnswer> = fc.oneof(
  { weight: 9, arbitrary: withBody },
  { weight: 1, arbitrary: withoutBody },
);
