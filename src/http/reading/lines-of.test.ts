// Lines of a body, cut at every position; what ends a line and what does not; the limit; charsets.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf } from './lines-of.ts';
import type { LinesOptions } from './lines-of.ts';

async function* pieces(...given: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of given) yield Buffer.from(piece);
}

/** The bytes cut at these positions. */
function cut(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const places = [0, ...positions.toSorted((left, right) => left - right), bytes.length];
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

function lines(given: readonly Uint8Array[], options?: LinesOptions): Promise<string[]> {
  return Array.fromAsync(linesOf(pieces(...given), options));
}

/** What the lines of a text are, said another way. */
function expectedLines(text: string): string[] {
  const all = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  return all.at(-1) === '' ? all.slice(0, -1) : all;
}

const text = 'one\r\ntwo\n\nfünf €\rsechs 😀\r\r\nacht\u2028neun\u0085\f\vzehn\nlast';

describe('lines', () => {
  test('end with \\n, \\r\\n and \\r, and with nothing else', async () => {
    expect(await lines([Buffer.from(text)])).toEqual([
      'one',
      'two',
      '',
      'fünf €',
      'sechs 😀',
      '',
      'acht\u2028neun\u0085\f\vzehn',
      'last',
    ]);
  });

  test.each([
    ['', []],
    ['\n', ['']],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\n', ['a', '']],
    ['\r', ['']],
    ['\r\n\r', ['', '']],
  ])('of %j are %j', async (given, expected) => {
    expect(await lines([Buffer.from(given)])).toEqual(expected);
  });

  test('are the same wherever the bytes are cut', async () => {
    const bytes = Buffer.from(text);
    for (let first = 0; first <= bytes.length; first++)
      for (let second = first; second <= bytes.length; second += 7)
        expect(await lines(cut(bytes, [first, second]))).toEqual(expectedLines(text));
  });

  test('are those of any text, however it is cut', async () => {
    const character = fc.oneof(
      fc.constantFrom('\n', '\r', '\r\n', '\ufeff', 'ä', '\u2028', '😀', '\0'),
      fc.string({ maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(character, { maxLength: 12 }),
        fc.array(fc.nat(60), { maxLength: 6 }),
        async (parts, positions) => {
          // What is no pair of surrogates cannot be said in UTF-8.
          const given = parts.join('').toWellFormed();
          const bytes = Buffer.from(given);
          const within = positions.map((position) => Math.min(position, bytes.length));
          expect(await lines(cut(bytes, within))).toEqual(expectedLines(given));
        },
      ),
    );
  });

  test('come as soon as they have ended, and the source is read no further', async () => {
    let read = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) yield Buffer.from(`line ${read++}\nha`);
      } finally {
        closed = true;
      }
    }
    for await (const line of linesOf(endless())) {
      expect([line, read]).toEqual(['line 0', 1]);
      break;
    }
    expect([read, closed]).toEqual([1, true]);
  });

  test('end with what the source throws, behind those before it', async () => {
    const fault = new Error('reset');
    async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from('one\ntw');
      throw fault;
    }
    const seen: string[] = [];
    const reading = (async () => {
      for await (const line of linesOf(broken())) seen.push(line);
    })();
    await expect(reading).rejects.toBe(fault);
    expect(seen).toEqual(['one']);
  });

  test('of many line ends take no time that grows with its square', async () => {
    const startMs = performance.now();
    const body = Buffer.concat([Buffer.alloc(300_000, '\r'), Buffer.from('\n')]);
    expect((await lines([body])).length).toBe(300_000);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

describe('the limit', () => {
  test.each([
    ['in one piece', [Buffer.from('ab\näöü\nlonger')]],
    ['in pieces', cut(Buffer.from('ab\näöü\nlonger'), [1, 4, 5, 6, 10, 11, 12])],
  ])('holds for each line, by its bytes, %s', async (_, given) => {
    const seen: string[] = [];
    const reading = (async () => {
      for await (const line of linesOf(pieces(...given), { maxLineBytes: 5 })) seen.push(line);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'line_too_long',
      message: 'line 2 of the answer is longer than 5 bytes',
    });
    expect(seen).toEqual(['ab']);
    expect(await lines(given, { maxLineBytes: 6 })).toEqual(['ab', 'äöü', 'longer']);
  });

  test('stops a line that never ends, and closes its source', async () => {
    let read = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) {
          read++;
          yield Buffer.alloc(1000, 'x');
        }
      } finally {
        closed = true;
      }
    }
    await expect(linesOf(endless(), { maxLineBytes: 10_000 }).next()).rejects.toMatchObject({ code: 'line_too_long' });
    expect([read, closed]).toEqual([11, true]);
  });

  test.each([0, -1, 1.5, Number.NaN])('cannot be %d', (maxLineBytes) => {
    expect(() => linesOf(pieces(), { maxLineBytes })).toThrow(
      'Expected `maxLineBytes` to be a number of bytes from 1 up',
    );
  });
});

describe('charsets', () => {
  const utf16 = Buffer.from('\ufefffür\nzwei €', 'utf16le');

  test.each([
    ['latin1', Buffer.from('für\nzwei', 'latin1'), 'iso-8859-1', ['für', 'zwei']],
    ['shift_jis', Buffer.from([0x93, 0xfa, 0x0a, 0x96, 0x7b]), 'Shift_JIS', ['日', '本']],
    ['gb18030', Buffer.from([0x81, 0x30, 0x81, 0x30, 0x0a, 0x61]), 'gb18030', ['\u0080', 'a']],
    ['UTF-16 by its mark, whatever was declared', utf16, 'utf-8', ['für', 'zwei €']],
    ['UTF-16 big endian by its mark', Buffer.from(utf16).swap16(), null, ['für', 'zwei €']],
    ['a mark that beats the charset', Buffer.from('\ufefffür'), 'latin1', ['für']],
    ['a charset that nobody knows', Buffer.from('für'), 'klingon', ['für']],
    ['bytes that are not valid', Buffer.from([0x61, 0xff, 0x0a, 0xc3]), null, ['a\ufffd', '\ufffd']],
  ])('%s, cut at every position', async (_, bytes, charset, expected) => {
    for (let at = 0; at <= bytes.length; at++) expect(await lines(cut(bytes, [at]), { charset })).toEqual(expected);
  });
});
