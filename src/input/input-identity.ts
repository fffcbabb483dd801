// Tells whether an input is still the file that a run began with, without reading all of it: its size
// and a hash of its ends and of samples from all over it. The bytes are taken as they lie on disk.

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { fileError, folderError } from './file-error.ts';

/** What an input is recognized by. */
export interface InputIdentity {
  readonly size: number;
  /**
   * Of the last change, since the epoch. To go on with a run it must be the same, down to the millisecond: not
   * every change meets a sample. To check results, which sends nothing, a copy of the file will do.
   */
  readonly mtimeMs: number;
  /** SHA-256 in hex of the size, the first and last 64 KiB and 64 evenly spaced samples of 4 KiB. */
  readonly sample: string;
}

const endBytes = 64 * 1024;
const sampleBytes = 4 * 1024;
const sampleCount = 64;

/**
 * The identity of the file at `path`.
 *
 * @throws {UsageError} `no_such_file`, `unreadable`; `bad_input` for a folder or a pipe, which have none
 */
export async function inputIdentity(path: string): Promise<InputIdentity> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw await fileError(path, cause);
  }
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw folderError(path);
    if (!stat.isFile())
      throw new UsageError(
        'bad_input',
        `${path} is not a regular file, so it cannot be recognized when a run resumes`,
        {
          hint: 'Save it to a file first.',
        },
      );
    return { size: stat.size, mtimeMs: stat.mtimeMs, sample: await hashSamples(file, stat.size) };
  } catch (cause) {
    throw cause instanceof UsageError ? cause : await fileError(path, cause);
  } finally {
    await file.close();
  }
}

async function hashSamples(file: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256').update(`${size}\n`);
  const buffer = Buffer.allocUnsafe(endBytes);
  const read = async (at: number, count: number): Promise<Buffer> =>
    buffer.subarray(0, (await file.read(buffer, 0, count, at)).bytesRead);
  // A small file is read once: all its samples lie in its first 64 KiB.
  const whole = size <= endBytes ? await read(0, endBytes) : null;
  const add = async (at: number, count: number): Promise<void> => {
    const from = Math.max(0, at);
    hash.update(whole?.subarray(from, from + count) ?? (await read(from, count)));
  };
  await add(0, endBytes);
  await add(size - endBytes, endBytes);
  for (let sample = 0; sample < sampleCount; sample++)
    await add(Math.floor((Math.max(0, size - sampleBytes) * sample) / (sampleCount - 1)), sampleBytes);
  return hash.digest('hex');
}
