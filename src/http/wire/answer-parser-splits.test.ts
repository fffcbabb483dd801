// The parser alone on the byte-level cases, as sockets cannot be made to do it: cut in two at every position,
// and byte by byte; alone, after the same answer, and with another right behind.

import { describe, expect, test } from 'vitest';
import { themes } from '../../testing/conformance/themes.ts';
import type { Outcome, WireCase } from '../../testing/conformance/wire-case.ts';
import { AnswerParser } from './answer-parser.ts';
import type { LastHead } from './answer-parser.ts';
import type { AnswerSink } from './answer-sink.ts';
import { WireFault } from './wire-fault.ts';

/** Longer ones are cut in a few places only. */
const shortBytes = 300;
const nextBytes = 'HTTP/1.1 203 Next\r\nx: 1\r\ncontent-length: 4\r\n\r\nnext';

class Told implements AnswerSink {
  interim: number[] = [];
  status = 0;
  headers: readonly string[] = [];
  trailers: readonly string[] = [];
  body = '';
  headSeen = false;
  complete = false;

  onInformation(status: number): void {
    this.interim.push(status);
  }

  onHead(status: number, headers: readonly string[]): void {
    this.headSeen = true;
    this.status = status;
    this.headers = headers;
  }

  onBody(bytes: Uint8Array, start: number, end: number): void {
    this.body += Buffer.from(bytes.subarray(start, end)).toString('latin1');
  }

  onTrailers(headers: readonly string[]): void {
    this.trailers = headers;
  }

  onComplete(): void {
    if (this.complete) throw new Error('complete twice');
    this.complete = true;
  }
}

/** Tells `parser` pieces out of one buffer, which is overwritten after each, until an answer is complete. */
function feed(parser: AnswerParser, pieces: readonly string[]): string {
  const shared = Buffer.alloc(Math.max(...pieces.map((piece) => piece.length)) + 7);
  for (const [at, piece] of pieces.entries()) {
    shared.fill('Z');
    const end = 3 + shared.write(piece, 3, 'latin1');
    const stop = parser.execute(shared, 3, end);
    if (!parser.isInAnswer) return piece.slice(stop - 3) + pieces.slice(at + 1).join('');
    if (stop !== end) throw new Error('it stopped within an answer');
  }
  return '';
}

/** A connection's parser, and what it tells of the answer that it reads now. */
class Line {
  readonly parser: AnswerParser;
  told = new Told();

  constructor(of: WireCase, last: LastHead) {
    this.parser = new AnswerParser(
      forwarding(() => this.told),
      of.maxHeaderBytes ?? 65_536,
      last,
    );
  }
}

/** What a parser makes of a case, in the words of the case. */
function read(line: Line, of: WireCase, pieces: readonly string[]): Outcome & { readonly left?: string } {
  const told = new Told();
  const { parser } = line;
  line.told = told;
  parser.begin(of.method);
  try {
    const left = feed(parser, pieces);
    if (of.ending === 'end') parser.finish();
    if (!told.complete) throw new Error('nothing came of it');
    const { status, body, headers, trailers, interim } = told;
    const kept = parser.keepsAlive && parser.keepAliveSeconds !== 0 && left === '';
    return { result: 'whole', status, body, headers, trailers, interim, kept, ...(left === '' ? {} : { left }) };
  } catch (error) {
    if (!(error instanceof WireFault)) throw error;
    return { result: 'failed', code: codeOf(of), fault: error.code, before: told.headSeen ? told.body : null };
  }
}

/** A parser knows faults; what they are called by a transport is checked over sockets. */
function codeOf({ expected }: WireCase): 'protocol_error' {
  return (expected.result === 'failed' ? expected.code : 'protocol_error') as 'protocol_error';
}

/** Every way to cut it. */
function cutsOf(bytes: string): (readonly string[])[] {
  const isShort = bytes.length < shortBytes;
  const positions = isShort ? Array.from(bytes, (_, at) => at).slice(1) : [1, bytes.length >> 1, bytes.length - 1];
  const inTwo = positions.map((at) => [bytes.slice(0, at), bytes.slice(at)]);
  return [[bytes], ...inTwo, ...(isShort ? [bytes.split('')] : [])];
}

/** A sink that is another one at another time. */
function forwarding(to: () => AnswerSink): AnswerSink {
  return {
    onInformation: (status, headers) => to().onInformation(status, headers),
    onHead: (...head) => to().onHead(...head),
    onBody: (bytes, start, end) => to().onBody(bytes, start, end),
    onTrailers: (headers) => to().onTrailers(headers),
    onComplete: () => to().onComplete(),
  };
}

describe.each(themes.map((theme) => [theme.name, theme.cases] as const))('%s', (_name, cases) => {
  // The end of a connection by RST is not the parser's to know.
  test.each(cases.filter(({ bytes, ending }) => bytes !== '' && ending !== 'reset'))('$name', (of) => {
    const { expected } = of;
    const whole = read(new Line(of, { head: null }), of, [of.bytes]);
    const headers = whole.result === 'whole' && expected.result === 'whole' && expected.headers === null;
    expect(whole).toMatchObject(headers ? { ...expected, headers: whole.headers } : expected);
    // Compared as text: an expectation for each cut would cost more than all the reading.
    const wanted = JSON.stringify(whole);
    const last: LastHead = { head: null };
    let line = new Line(of, last);
    const others = cutsOf(of.bytes).flatMap((pieces) => {
      const alone = JSON.stringify(read(new Line(of, { head: null }), of, pieces));
      // One after another on a connection as far as it is kept, and with the last head in mind in any case.
      const inLine = JSON.stringify(read(line, of, pieces));
      if (whole.result === 'failed' || !whole.kept) line = new Line(of, last);
      return alone === wanted && inLine === wanted ? [] : [{ pieces, alone, inLine }];
    });
    expect(others).toEqual([]);
  });
});

describe('another answer right behind', () => {
  const kept = themes.flatMap(({ cases }) =>
    cases.filter(({ expected }) => expected.result === 'whole' && expected.kept),
  );

  test.each(kept)('$name', (of) => {
    const body = of.expected.result === 'whole' ? of.expected.body : '';
    const wanted = JSON.stringify([body, nextBytes, '', 203, 'next', ['x', '1', 'content-length', '4']]);
    const others = cutsOf(of.bytes + nextBytes).flatMap((pieces) => {
      const line = new Line(of, { head: null });
      const first = line.told;
      line.parser.begin(of.method);
      const left = feed(line.parser, pieces);
      const next = new Told();
      line.told = next;
      line.parser.begin('GET');
      const rest = feed(line.parser, [left]);
      const got = JSON.stringify([first.body, left, rest, next.status, next.body, next.headers]);
      return got === wanted ? [] : [{ pieces, got }];
    });
    expect(others).toEqual([]);
  });
});

test('an answer that nobody asked for is a fault', () => {
  const parser = new AnswerParser(new Told(), 1_000);
  expect(() => parser.execute(Buffer.from('HTTP/1.1 200 OK'), 0, 15)).toThrow(
    expect.objectContaining({ code: 'unasked' }),
  );
});

test('once stopped it tells nothing more', () => {
  const told = new Told();
  const parser = new AnswerParser(told, 1_000);
  parser.begin('GET');
  feed(parser, ['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhel']);
  parser.stop();
  parser.execute(Buffer.from('lo'), 0, 2);
  parser.finish();
  expect([told.body, told.complete]).toEqual(['hel', false]);
});

test('the head of the time before is not found in the middle of another', () => {
  const of = themes.flatMap(({ cases }) => cases).find(({ name }) => name === 'the same name again');
  if (of === undefined) throw new Error('there is no such case');
  const line = new Line(of, { head: null });
  read(line, of, [of.bytes]);
  const told = read(line, of, ['HTTP/1.1 203 Other\r\nx: ', of.bytes]);
  expect(told).toMatchObject({
    status: 203,
    headers: ['x', 'HTTP/1.1 200 OK', 'x', '1', 'x', '2', 'x', '1', 'content-length', '2'],
  });
});
