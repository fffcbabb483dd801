import { expect, test } from 'vitest';
import { DiskError } from '../errors.ts';
import type { DiskFile } from '../disk/disk.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { ResultFile } from './result-file.ts';

/** A file whose writes end when the test says so. */
class SlowFile implements DiskFile {
  readonly written: string[] = [];
  synced = 0;
  closed = false;
  syncError: Error | null = null;
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  write(bytes: Uint8Array): Promise<void> {
    this.written.push(Buffer.from(bytes).toString());
    const waiting = Promise.withResolvers<void>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  /** Ends the earliest write. */
  async end(error?: Error): Promise<void> {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) throw new Error('nothing is being written');
    if (error === undefined) waiting.resolve();
    else waiting.reject(error);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  get writing(): number {
    return this.#waiting.length;
  }

  sync(): Promise<void> {
    this.synced++;
    return this.syncError === null ? Promise.resolve() : Promise.reject(this.syncError);
  }

  writeNow(): void {
    throw new Error('not used');
  }

  truncate(): Promise<void> {
    throw new Error('not used');
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

function setUp<File extends SlowFile = SlowFile>(bytes = 0, disk: File = new SlowFile() as File) {
  const clock = new FakeClock();
  const failures: DiskError[] = [];
  const told = { drained: 0 };
  const onDrain = (): void => void told.drained++;
  const onFailure = (error: DiskError): void => void failures.push(error);
  const file = new ResultFile({ file: disk, path: 'out.jsonl', bytes, clock, onFailure, onDrain });
  return { clock, disk, failures, told, file };
}

const mebibyte = 'x'.repeat(1024 * 1024);
const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });

test('lines gather for 50 ms and are written together, in order', async () => {
  const { clock, disk, file } = setUp();
  file.append('a\n');
  clock.advance(30);
  file.append('b\n');
  clock.advance(19);
  expect(disk.written).toEqual([]);
  clock.advance(1);
  expect(disk.written).toEqual(['a\nb\n']);
  file.append('c\n');
  clock.advance(50);
  // One write at a time.
  expect(disk.written).toEqual(['a\nb\n']);
  await disk.end();
  expect(disk.written).toEqual(['a\nb\n', 'c\n']);
  await disk.end();
  clock.advance(1000);
  expect([disk.written.length, clock.pending]).toEqual([2, 0]);
});

test('much is written at once', () => {
  const { clock, disk, file } = setUp();
  file.append(mebibyte);
  expect([disk.written.length, clock.pending]).toEqual([1, 0]);
});

test('cut tells the length of the file in bytes, with all that was handed over', async () => {
  const { disk, file } = setUp(100);
  expect(file.cut()).toBe(100);
  file.append('é\n');
  expect(file.cut()).toBe(103);
  file.append('b\n');
  expect(file.cut()).toBe(105);
  await disk.end();
  await disk.end();
  expect(file.cut()).toBe(105);
});

test('flush waits for what was handed over before, save for the disk too', async () => {
  const { disk, file } = setUp();
  file.append('a\n');
  const flushed = file.flush();
  const state = { isFlushed: false };
  void flushed.then(() => (state.isFlushed = true));
  file.append('b\n');
  expect(file.cut()).toBe(4);
  await disk.end();
  expect(state.isFlushed).toBe(false);
  await disk.end();
  await flushed;
  expect(disk.synced).toBe(0);
  await file.save();
  expect(disk.synced).toBe(1);
});

test('it is congested above 16 MiB and no longer below half of that', async () => {
  const { disk, file, told } = setUp();
  for (let count = 0; count < 16; count++) file.append(mebibyte);
  expect(file.isCongested).toBe(false);
  file.append('x');
  file.cut();
  expect(file.isCongested).toBe(true);
  for (let count = 0; count < 8; count++) await disk.end();
  expect([file.isCongested, told.drained]).toEqual([true, 0]);
  await disk.end();
  expect([file.isCongested, told.drained]).toEqual([false, 1]);
  while (disk.writing > 0) await disk.end();
  expect(told.drained).toBe(1);
});

test('after a failure nothing more is written, and everybody is told', async () => {
  const { clock, disk, failures, file } = setUp();
  file.append('a\n');
  file.cut();
  file.append('b\n');
  file.cut();
  const flushed = file.flush().catch((error: unknown) => error);
  await disk.end(full);
  expect(await flushed).toMatchObject({ code: 'disk_full' });
  file.append('c\n');
  clock.advance(1000);
  file.append(mebibyte);
  await expect(file.flush()).rejects.toBe(failures[0]);
  await expect(file.save()).rejects.toBe(failures[0]);
  await file.close();
  expect([disk.written, disk.closed, clock.pending]).toEqual([['a\n'], true, 0]);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toBeInstanceOf(DiskError);
});

test('a sync that fails is a failure for good: the kernel may have dropped the bytes', async () => {
  const { disk, failures, file } = setUp();
  disk.syncError = Object.assign(new Error('i/o'), { code: 'EIO' });
  await expect(file.save()).rejects.toMatchObject({ code: 'disk_failed' });
  disk.syncError = null;
  await expect(file.save()).rejects.toBe(failures[0]);
  expect(failures).toHaveLength(1);
});

test('close waits for what is being written', async () => {
  const { clock, disk, file } = setUp();
  file.append('a\n');
  file.cut();
  file.append('b\n');
  const closed = file.close();
  expect(disk.closed).toBe(false);
  await disk.end();
  await closed;
  expect([disk.closed, disk.written, clock.pending]).toEqual([true, ['a\n'], 0]);
});

/** A file that copies what it is given only when the write ends, as a disk may. */
class LateFile extends SlowFile {
  readonly late: string[] = [];

  override async write(bytes: Uint8Array): Promise<void> {
    await super.write(bytes);
    this.late.push(Buffer.from(bytes).toString());
  }
}

test('bytes that are being written are not overwritten by lines that come meanwhile', async () => {
  const { clock, disk, file } = setUp(0, new LateFile());
  let all = '';
  for (let line = 0; line < 3000; line++) {
    const text = `${line} ${'ü'.repeat(line % 400)}\n`;
    all += text;
    file.append(text);
    if (line % 100 === 0) clock.advance(50);
    if (line % 371 === 0 && disk.writing > 0) await disk.end();
  }
  expect(file.cut()).toBe(Buffer.byteLength(all));
  const flushed = file.flush();
  while (disk.writing > 0) await disk.end();
  await flushed;
  expect(disk.late.join('')).toBe(all);
  expect(disk.late.length).toBeGreaterThan(5);
});

test('a disk that is slow gets what has gathered meanwhile in one write', async () => {
  const { clock, disk, file } = setUp();
  for (const line of ['a\n', 'b\n', 'c\n', 'd\n']) {
    file.append(line);
    clock.advance(50);
  }
  await disk.end();
  expect([disk.written, disk.writing]).toEqual([['a\n', 'b\nc\nd\n'], 1]);
  await disk.end();
  expect([disk.writing, clock.pending]).toEqual([0, 0]);
});

test('a line that needs a write of its own stands between its neighbours, however many follow', async () => {
  const { disk, file } = setUp();
  let all = '';
  for (const size of [1, 400_000, 100_000, ...Array.from({ length: 120 }, () => 5_000)]) {
    const line = `${'é'.repeat(size)}\n`;
    all += line;
    file.append(line);
    while (disk.writing > 0) await disk.end();
  }
  expect(file.cut()).toBe(Buffer.byteLength(all));
  while (disk.writing > 0) await disk.end();
  expect(disk.written.join('') === all).toBe(true);
});
