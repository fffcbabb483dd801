// Decompression while a body comes: against that of whole bodies, cut anywhere; faults, bombs, how far it reads ahead.

import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { until } from '../../testing/until.ts';
import { decodeContent } from '../content-encoding.ts';
import { decompressed } from './decompressed.ts';

const encoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => zlib.gzipSync(body),
  'x-gzip': (body) => zlib.gzipSync(body),
  deflate: (body) => zlib.deflateSync(body),
  'raw deflate': (body) => zlib.deflateRawSync(body),
  br: (body) => zlib.brotliCompressSync(body, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
  zstd: (body) => zlib.zstdCompressSync(body),
};
const names = Object.keys(encoders);

/** As `content-encoding` calls it. */
function labelOf(name: string): string {
  return name === 'raw deflate' ? 'deflate' : name;
}

function encoded(body: Buffer, layers: readonly string[]): Buffer {
  return layers.reduce((bytes, name) => encoders[name]?.(bytes) ?? bytes, body);
}

async function* pieces(...given: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* given;
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((at) => Math.min(at, bytes.length)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

/** The outcome: bytes, or the code of an error. */
async function decode(given: readonly Uint8Array[], encoding: string | null, maxBytes = 1e9): Promise<Buffer | string> {
  try {
    return Buffer.concat(await Array.fromAsync(decompressed(pieces(...given), encoding, maxBytes)));
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function decodeWhole(body: Buffer, encoding: string | null, maxBytes = 1e9): Promise<Buffer | string> {
  return new Promise((resolve) => decodeContent(body, encoding, maxBytes, (error, bytes) => resolve(error ?? bytes)));
}

/** A source that counts what is taken of it, and knows when it is closed. */
class Counted implements AsyncIterable<Uint8Array> {
  taken = 0;
  closed = 0;
  readonly #next: (taken: number) => Uint8Array | Promise<Uint8Array>;

  constructor(next: (taken: number) => Uint8Array | Promise<Uint8Array>) {
    this.#next = next;
  }

  /** What has been taken when nothing more is, for as long as a decoder may take. */
  async settled(): Promise<number> {
    for (let before = -1; before !== this.taken;) {
      before = this.taken;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.taken;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    return {
      next: async () => ({ done: false, value: await this.#next(this.taken++) }),
      return: async () => {
        this.closed++;
        return { done: true, value: undefined };
      },
    };
  }
}

describe('decompressed', () => {
  const body = Buffer.from('hello, hello, hello: 日本語 '.repeat(20));

  test.each(names)('%s, cut at every position', async (name) => {
    const bytes = encoded(body, [name]);
    for (let at = 0; at <= bytes.length; at++)
      expect(await decode(cut(bytes, [at, at + 1]), labelOf(name))).toEqual(body);
  });

  test('any stack of encodings, however it is cut', async () => {
    const stack = fc.array(fc.constantFrom(...names), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 500 }),
        stack,
        fc.array(fc.nat(200), { maxLength: 8 }),
        async (data, layers, cuts) => {
          const bytes = encoded(Buffer.from(data), layers);
          expect(await decode(cut(bytes, cuts), layers.map(labelOf).join(', '))).toEqual(Buffer.from(data));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('what was damaged ends as it does when it is there as a whole', async () => {
    const change = fc.record({ at: fc.nat(60), by: fc.integer({ min: 1, max: 255 }), end: fc.nat(80) });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), change, fc.nat(40), async (name, { at, by, end }, first) => {
        const bytes = encoded(body, [name]).subarray(0, end);
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ by;
        const whole = await decodeWhole(bytes, labelOf(name), 10_000);
        expect(await decode(cut(bytes, [first]), labelOf(name), 10_000)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  test.each(names)('%s that ends too early, or is none, is `bad_encoding`', async (name) => {
    const bytes = encoded(body, [name]);
    expect(await decode([bytes.subarray(0, -1)], labelOf(name))).toBe('bad_encoding');
    expect(await decode([bytes.subarray(0, 1)], labelOf(name))).toBe('bad_encoding');
    expect(await decode([Buffer.from('\xff{"plain": "json"}', 'latin1')], labelOf(name))).toBe('bad_encoding');
  });

  test('the error says which encoding, and why', async () => {
    const reading = Array.fromAsync(decompressed(pieces(Buffer.from('plain')), 'gzip', 100));
    await expect(reading).rejects.toMatchObject({
      message: 'the body of the answer is not whole and valid gzip: incorrect header check',
      cause: { code: 'Z_DATA_ERROR' },
    });
  });

  test.each(['gzip', 'br, zstd', 'deflate'])('nothing is nothing, in %s too', async (encoding) => {
    expect(await decode([], encoding)).toEqual(Buffer.alloc(0));
    expect(await decode([Buffer.alloc(0), Buffer.alloc(0)], encoding)).toEqual(Buffer.alloc(0));
  });

  test.each([null, '', 'identity', 'compress', 'gzip, unknown'])(
    '%j leaves the bytes as they are',
    async (encoding) => {
      expect(await decode([Buffer.from('a'), Buffer.from('b')], encoding)).toEqual(Buffer.from('ab'));
    },
  );

  test('more than five encodings are refused, and the source closed', async () => {
    const six = Array.from({ length: 6 }, () => 'gzip');
    const bytes = encoded(body, six);
    const source = new Counted(() => bytes);
    await expect(decompressed(source, six.join(), 1e9).next()).rejects.toMatchObject({ code: 'bad_encoding' });
    expect(source.closed).toBe(1);
    expect(await decodeWhole(bytes, six.join())).toBe('bad_encoding');
    expect(await decode([encoded(body, six.slice(1))], six.slice(1).join())).toEqual(body);
  });
});

describe('limits', () => {
  test.each([null, ...names])('%s: the last byte that is allowed, and one more', async (name) => {
    const data = Buffer.alloc(5000, 'x');
    const bytes = name === null ? data : encoded(data, [name]);
    const label = name === null ? null : labelOf(name);
    expect(await decode([bytes], label, 5000)).toEqual(data);
    expect(await decode([bytes], label, 4999)).toBe('body_too_large');
  });

  test('a bomb costs no more than its limit, and its source is closed', async () => {
    const zeros = zlib.gzipSync(Buffer.alloc(1_000_000));
    const source = new Counted(() => zeros);
    const whole = Array.fromAsync(decompressed(source, 'gzip', 100_000));
    await expect(whole).rejects.toMatchObject({ code: 'body_too_large' });
    // What was read ahead was never decoded: a buffer of encoded bytes.
    expect(source.taken * zeros.length).toBeLessThan(100_000);
    expect(source.closed).toBe(1);
  });

  test('nor may encoded bytes of which nothing comes go on for ever', async () => {
    const empty = zlib.gzipSync('');
    const source = new Counted(() => empty);
    const whole = Array.fromAsync(decompressed(source, 'gzip', 10_000));
    await expect(whole).rejects.toMatchObject({ code: 'body_too_large' });
    expect(source.closed).toBe(1);
  });

  test('a step between that is too large is refused, although nothing comes of it', async () => {
    const empty = Buffer.concat(Array.from({ length: 2000 }, () => zlib.gzipSync('')));
    expect(await decode([zlib.gzipSync(empty)], 'gzip, gzip', 1000)).toBe('body_too_large');
  });
});

describe('the source', () => {
  const noise = randomBytes(600_000);

  test.each(names)('%s: is no more than a few buffers ahead of the reader', async (name) => {
    const bytes = encoded(noise, [name]);
    const source = new Counted((taken) => bytes.subarray(taken * 10_000, (taken + 1) * 10_000));
    const reading = decompressed(source, labelOf(name), 1e9);
    await reading.next();
    expect(await source.settled()).toBeLessThan(40);
    await reading.return?.();
    expect(source.closed).toBe(1);
  });

  test.each(['gzip', 'deflate', 'br', 'zstd'])('%s: what a server has flushed comes at once', async (name) => {
    const makers = {
      gzip: zlib.createGzip,
      deflate: zlib.createDeflate,
      br: zlib.createBrotliCompress,
      zstd: zlib.createZstdCompress,
    };
    const encoder = makers[name as keyof typeof makers]();
    encoder.write('data: first\n\n');
    await new Promise<void>((resolve) => encoder.flush(resolve));
    const flushed = encoder.read() as Buffer;
    const source = new Counted((taken) => (taken === 0 ? flushed : new Promise(() => {})));
    const reading = decompressed(source, name, 1000);
    expect(Buffer.from((await reading.next()).value ?? []).toString()).toBe('data: first\n\n');
    // Left while the source is asked for more and silent.
    await reading.return?.();
    expect(source.closed).toBe(1);
  });

  test.each([null, 'gzip', 'gzip, br'])('what it throws comes through %s as it is', async (encoding) => {
    const fault = new Error('reset');
    const start = encoding === null ? noise : encoded(noise, encoding.split(', '));
    const source = new Counted((taken) => (taken === 0 ? start.subarray(0, 100) : Promise.reject(fault)));
    await expect(Array.fromAsync(decompressed(source, encoding, 1e9))).rejects.toBe(fault);
  });

  test.each(['gzip', 'zstd, br'])(
    'left while the source is asked for more, which fails later: nobody hears of it (%s)',
    async (encoding) => {
      const asked = Promise.withResolvers<never>();
      const bytes = encoded(noise, encoding.split(', '));
      const source = new Counted((taken) => (taken === 0 ? bytes.subarray(0, 300_000) : asked.promise));
      for await (const piece of decompressed(source, encoding, 1e9)) {
        expect(piece.length).toBeGreaterThan(0);
        await until(() => source.taken === 2);
        break;
      }
      // vitest fails a run with a rejection that nobody takes.
      asked.reject(new Error('reset'));
      await source.settled();
      expect([source.taken, source.closed]).toEqual([2, 1]);
    },
  );

  test('left before it was begun, nothing is read', async () => {
    const source = new Counted(() => noise);
    await decompressed(source, 'gzip', 1000).return?.();
    expect([source.taken, source.closed]).toEqual([0, 1]);
  });
});
