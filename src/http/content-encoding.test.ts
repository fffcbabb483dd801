import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeContent } from './content-encoding.ts';

const text = Buffer.from('grün '.repeat(100));
/** Compresses badly, so that also its encoded form is large and decoded beside the event loop. */
const large = randomBytes(200_000);

const encoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: zlib.gzipSync,
  'x-gzip': zlib.gzipSync,
  GZIP: zlib.gzipSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
  deflate: zlib.deflateSync,
  ' deflate': zlib.deflateRawSync,
  'gzip, br': (body) => zlib.brotliCompressSync(zlib.gzipSync(body)),
  'identity,gzip': zlib.gzipSync,
  identity: (body) => body,
  'made-up': (body) => body,
};

function decode(body: Buffer, encoding: string | null, maxBytes = 1_000_000): Promise<[string | null, Buffer]> {
  return new Promise((resolve) =>
    decodeContent(body, encoding, maxBytes, (error, decoded) => resolve([error, decoded])),
  );
}

describe.each(Object.entries(encoders))('%s', (encoding, encode) => {
  test('small, at once', () => {
    const seen: unknown[] = [];
    decodeContent(encode(text), encoding, 1_000_000, (error, decoded) => seen.push([error, decoded.equals(text)]));
    expect(seen).toEqual([[null, true]]);
  });

  test('large', async () => {
    const [error, decoded] = await decode(encode(large), encoding);
    expect([error, decoded.equals(large)]).toEqual([null, true]);
  });

  test('as large as is allowed, and one byte larger', async () => {
    expect((await decode(encode(text), encoding, text.length))[0]).toBeNull();
    expect(await decode(encode(text), encoding, text.length - 1)).toEqual(['body_too_large', Buffer.alloc(0)]);
    expect(await decode(encode(large), encoding, large.length - 1)).toEqual(['body_too_large', Buffer.alloc(0)]);
  });
});

test.each(['gzip', 'br', 'zstd', 'deflate', 'gzip, br'])('%s: garbage and a cut body are refused', async (encoding) => {
  const whole = encoders[encoding]?.(text) ?? text;
  expect((await decode(Buffer.from('not at all'), encoding))[0]).toBe('bad_encoding');
  expect((await decode(whole.subarray(0, whole.length - 5), encoding))[0]).toBe('bad_encoding');
  const cutLarge = (encoders[encoding]?.(large) ?? large).subarray(0, 100_000);
  expect((await decode(cutLarge, encoding))[0]).toBe('bad_encoding');
});

test('a bomb is stopped, whatever it would have become', async () => {
  const bomb = zlib.gzipSync(Buffer.alloc(50_000_000));
  const twice = zlib.gzipSync(bomb);
  expect((await decode(bomb, 'gzip', 10_000))[0]).toBe('body_too_large');
  expect((await decode(twice, 'gzip, gzip', 100_000))[0]).toBe('body_too_large');
});

test('no body is no body, and no encoding is no work', async () => {
  expect(await decode(Buffer.alloc(0), 'gzip')).toEqual([null, Buffer.alloc(0)]);
  expect((await decode(text, null))[1]).toBe(text);
});
