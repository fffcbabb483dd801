// Standard input and pipes, damage in the middle, memory, and that what is opened is closed.

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { openInput } from './open-input.ts';
import type { InputPosition, InputRecord, RecordReader } from './reader.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-streams-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function* chunksOf(...chunks: (string | Buffer)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function readAll(reader: RecordReader, from?: InputPosition): Promise<InputRecord[]> {
  const records: InputRecord[] = [];
  for await (const batch of reader.batches(from)) records.push(...batch.records);
  return records;
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('standard input', () => {
  test('is jsonl, compressed or not, in whatever chunks it comes', async () => {
    const text = '{"a":1}\n{"a":2}\n';
    for (const data of [Buffer.from(text), gzipSync(text), zstdCompressSync(text)]) {
      const bytes = [...data].map((byte) => Buffer.of(byte));
      const reader = await openInput({ path: '-', stdin: chunksOf(...bytes) });
      expect(await readAll(reader)).toMatchObject([{ value: { a: 1 } }, { value: { a: 2 } }]);
      expect(reader).toMatchObject({ totalBytes: null, readBytes: data.length, header: null });
    }
  });

  test('takes its format, brotli too, from --format', async () => {
    const stdin = chunksOf(brotliCompressSync('id\n1\n'));
    expect(await readAll(await openInput({ path: '-', stdin, format: 'csv.br' }))).toMatchObject([
      { value: { id: '1' } },
    ]);
  });

  test('is read up to where it is to begin, and only once', async () => {
    const reader = await openInput({ path: '-', stdin: chunksOf('id\n1\n2\n', '3\n'), format: 'csv' });
    expect(await readAll(reader, { index: 1, line: 3, byte: 5 })).toMatchObject([
      { index: 1, line: 3, text: '2' },
      { index: 2, line: 4, text: '3' },
    ]);
    expect(reader.header).toBe('id');
    await expect(readAll(reader)).rejects.toThrow('standard input can be read only once');
  });

  test('gives a record as soon as it is there', async () => {
    let isMore = false;
    const slow = (async function* () {
      yield Buffer.from('{"a":1}\n{"a');
      isMore = true;
      yield Buffer.from('":2}\n');
    })();
    for await (const batch of (await openInput({ path: '-', stdin: slow })).batches()) {
      expect(batch.records).toMatchObject([{ value: { a: 1 } }]);
      expect(isMore).toBe(false);
      break;
    }
  });

  test('is refused when its first record cannot be read, or reading it fails', async () => {
    await expect(readAll(await openInput({ path: '-', stdin: chunksOf('[\n') }))).rejects.toThrow(
      'standard input, line 1, column 2: not JSON',
    );
    const failing = (async function* () {
      yield Buffer.from('{"a":1}\n');
      throw new Error('EIO');
    })();
    await expect(readAll(await openInput({ path: '-', stdin: failing }))).rejects.toMatchObject({ code: 'unreadable' });
  });

  test('is given back when the reading stops early', async () => {
    let isClosed = false;
    const endless = (async function* () {
      try {
        for (;;) yield gzipSync('{"a":1}\n');
      } finally {
        isClosed = true;
      }
    })();
    for await (const batch of (await openInput({ path: '-', stdin: endless })).batches())
      if (batch.end.index > 5) break;
    expect(isClosed).toBe(true);
  });
});

test.skipIf(process.platform === 'win32')('a named pipe is read like standard input', async () => {
  const path = join(folder, 'fifo');
  execFileSync('/usr/bin/env', ['mkfifo', path]);
  const reader = await openInput({ path });
  const [records] = await Promise.all([readAll(reader), writeFile(path, '{"a":1}\n')]);
  expect(records).toMatchObject([{ value: { a: 1 } }]);
});

describe('damage in the middle', () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `{"n":${index},"x":"${Math.sin(index)}"}\n`);
  const text = Buffer.from(lines.join(''));

  test.each([
    ['gzip', '.gz', gzipSync(text)],
    ['zstd', '.zst', zstdCompressSync(text)],
    ['brotli', '.br', brotliCompressSync(text, { params: { 1: 1 } })],
  ])('%s data that is cut ends the reading, behind all whole records', async (name, extension, data) => {
    const path = join(folder, `cut.jsonl${extension}`);
    await writeFile(path, data.subarray(0, data.length - 1000));
    const reader = await openInput({ path });
    let end = 0;
    let failure: unknown = null;
    try {
      for await (const batch of reader.batches()) end = batch.end.index;
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toMatch(
      new RegExp(`the ${name} data is damaged or cut after byte \\d+ of the text \\(line ${end + 1} or later`),
    );
    expect(end).toBeGreaterThan(20_000);
    expect(reader.totalBytes).toBe(data.length - 1000);
  });

  test('a quote that is never closed ends the reading, if what it opens is too large to be one record', async () => {
    const path = join(folder, 'open.csv');
    await writeFile(path, `a,b\n1,2\n3,"x\n${'4,5\n'.repeat(100)}`);
    await expect(readAll(await openInput({ path, maxRecordBytes: 50 }))).rejects.toThrow(
      `${path}, line 3: a quoted field of the row that begins here is not closed`,
    );
    // A smaller one is given up as one line.
    const records = await readAll(await openInput({ path }));
    expect(records.map((record) => record.kind)).toEqual(['record', 'bad', ...Array<string>(100).fill('record')]);
  });

  test('a JSON array that is cut ends the reading, behind all whole elements', async () => {
    const path = join(folder, 'cut.json');
    await writeFile(path, '[{"a":1},\n{"a":2},\n{"a":');
    const records: InputRecord[] = [];
    const reading = (async () => {
      for await (const batch of (await openInput({ path })).batches()) records.push(...batch.records);
    })();
    await expect(reading).rejects.toThrow(`${path}, line 2, byte 18: the array is not closed`);
    expect(records).toMatchObject([{ value: { a: 1 } }, { value: { a: 2 } }]);
  });
});

test.each(['jsonl', 'csv', 'txt', 'json'])('a huge record of %s is passed without being kept', async (format) => {
  const start: Record<string, string> = { jsonl: '1\n"', csv: 'a\n1\n"', txt: 'http://a\n', json: '[1,"' };
  const finish: Record<string, string> = { jsonl: '"\n2\n', csv: '"\n2\n', txt: '\nhttp://b\n', json: '",2]' };
  const hugeBytes = 256 * 1024 * 1024;
  const block = Buffer.alloc(1024 * 1024, 'x');
  let mostBytes = 0;
  const stdin = (async function* () {
    yield Buffer.from(start[format] ?? '');
    for (let sent = 0; sent < hugeBytes; sent += block.length) {
      mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers);
      yield block;
    }
    yield Buffer.from(finish[format] ?? '');
  })();
  const before = process.memoryUsage().arrayBuffers;
  const records = await readAll(await openInput({ path: '-', stdin, format, maxRecordBytes: 1024 * 1024 }));
  expect(records.map((record) => (record.kind === 'bad' ? record.error.code : 'good'))).toEqual([
    'good',
    'record_too_large',
    'good',
  ]);
  expect(records[1]?.text.length).toBeLessThan(2000);
  expect(mostBytes - before).toBeLessThan(32 * 1024 * 1024);
});

test.skipIf(process.platform !== 'linux')('files are closed when the reading ends, stops or fails', async () => {
  const good = join(folder, 'good.jsonl');
  await writeFile(good, '1\n2\n');
  await writeFile(`${good}.gz`, gzipSync('1\n2\n'));
  const bad = join(folder, 'bad.jsonl');
  await writeFile(bad, 'x\n');
  const before = openFiles();
  for (const path of [good, `${good}.gz`]) {
    const reader = await openInput({ path, blockBytes: 2 });
    await readAll(reader);
    for await (const _ of reader.batches()) break;
    await expect(
      (async () => {
        for await (const _ of reader.batches()) throw new Error('mine');
      })(),
    ).rejects.toThrow('mine');
  }
  await expect(openInput({ path: bad })).rejects.toThrow('not JSON');
  expect(openFiles()).toBe(before);
});

test.each(['in.jsonl', 'in.csv', 'in.jsonl.gz'])(
  '%s: bytes count as read when their records are given',
  async (name) => {
    const lines = Array.from({ length: 1000 }, (_, n) => (name.endsWith('csv') ? `${1000 + n}` : `{"n":${1000 + n}}`));
    const text = `${[...(name.endsWith('csv') ? ['n'] : []), ...lines].join('\n')}\n`;
    await writeFile(join(folder, name), name.endsWith('gz') ? gzipSync(text) : text);
    const reader = await openInput({ path: join(folder, name) });
    const told: number[] = [];
    for await (const { end } of reader.batches())
      told.push((end.index * (reader.totalBytes ?? 0)) / Math.max(1, reader.readBytes));
    expect(told.length).toBeGreaterThan(3);
    for (const total of told) expect(total).toBeCloseTo(1000, -2);
    expect(reader.readBytes).toBe(reader.totalBytes);
  },
);
