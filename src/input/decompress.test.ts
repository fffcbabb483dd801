// Every member of a compressed file is decoded, wherever the writes happen to be cut; what is damaged,
// cut or followed by something else is never taken for the end.

import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BrokenStream, decompress } from './decompress.ts';
import type { Compression } from './detect-format.ts';
import { StreamSource } from './stream-source.ts';

const compress: Record<Compression, (text: string) => Buffer> = {
  gzip: (text) => gzipSync(text),
  zstd: (text) => zstdCompressSync(text),
  brotli: (text) => brotliCompressSync(text),
};
const first = 'first line\n'.repeat(500);
const second = 'second line\n'.repeat(500);

async function decode(bytes: Buffer, compression: Compression, cuts: readonly number[] = []): Promise<string> {
  const chunks = (async function* () {
    let from = 0;
    for (const cut of [...cuts, bytes.length]) {
      yield bytes.subarray(from, cut);
      from = cut;
    }
  })();
  const pieces: Buffer[] = [];
  for await (const piece of decompress(new StreamSource(chunks, 'test'), compression)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe.each(['gzip', 'zstd', 'brotli'] as const)('%s', (compression) => {
  const one = compress[compression](first);
  const both = Buffer.concat([one, compress[compression](second)]);

  test('decodes all members, in whatever pieces they come', async () => {
    expect(await decode(one, compression)).toBe(first);
    expect(await decode(both, compression)).toBe(first + second);
    for (let cut = 1; cut < both.length; cut++) expect(await decode(both, compression, [cut])).toBe(first + second);
    expect(await decode(Buffer.concat([both, both, both]), compression)).toBe((first + second).repeat(3));
  });

  test('throws when it is cut, at any byte', async () => {
    for (let length = 1; length < one.length; length++)
      await expect(decode(one.subarray(0, length), compression)).rejects.toThrow(BrokenStream);
  });

  test('throws when something else follows', async () => {
    const spoilt = Buffer.concat([one, Buffer.from('and this is not compressed')]);
    await expect(decode(spoilt, compression)).rejects.toThrow(BrokenStream);
    await expect(decode(spoilt, compression, [one.length])).rejects.toThrow(BrokenStream);
  });

  test('throws when there is nothing: what was compressed is never empty, and a lost upload is', async () => {
    await expect(decode(Buffer.alloc(0), compression)).rejects.toThrow('it is empty');
    expect(await decode(compress[compression](''), compression)).toBe('');
  });

  test('passes on what its source throws', async () => {
    const failing = (async function* () {
      yield one.subarray(0, 20);
      throw new Error('pipe broke');
    })();
    const reading = (async () => {
      for await (const _ of decompress(new StreamSource(failing, 'test'), compression));
    })();
    await expect(reading).rejects.toThrow('test cannot be read: pipe broke');
  });
});

// Brotli's decoder takes its input well before it gives what is in it.
test.each(['gzip', 'zstd'] as const)('%s: tells how far it has come, not how far it has read', async (compression) => {
  const numbers = compress[compression](Array.from({ length: 200_000 }, (_, n) => `${n}\n`).join(''));
  const one = compress[compression](first);
  const chunks = (async function* () {
    yield numbers;
    yield one;
  })();
  const told: number[] = [];
  for await (const _ of decompress(new StreamSource(chunks, 'test'), compression, (bytes) => void told.push(bytes)));
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told[0]).toBeLessThan(0.7 * numbers.length);
  expect(told.at(-1)).toBe(numbers.length + one.length);
});

test('zeros behind a gzip member are padding; zeros alone are not gzip', async () => {
  await expect(decode(Buffer.alloc(100), 'gzip')).rejects.toThrow(BrokenStream);
  const one = compress.gzip(first);
  const padded = Buffer.concat([one, Buffer.alloc(1000)]);
  expect(await decode(padded, 'gzip')).toBe(first);
  expect(await decode(padded, 'gzip', [one.length])).toBe(first);
  expect(await decode(padded, 'gzip', [one.length + 10])).toBe(first);
});

test('a skippable zstd frame holds nothing', async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  expect(await decode(Buffer.concat([skippable, compress.zstd(first), skippable]), 'zstd')).toBe(first);
});
