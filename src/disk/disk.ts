// The few file operations on which the promise of the journal rests, as an interface, so that tests
// can make the Nth of them fail. Reading is done elsewhere, directly.
//
// A rename is durable only when its folder is synced too (Pillai et al., OSDI 2014).
// A write that fails may have written a part. After any failure the file is left alone: what stands
// in it is found out when the run is resumed.

import { renameSync, writeSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiskError } from '../errors.ts';

/** A file that grows at its end. */
export interface DiskFile {
  /** Appends; resolves when the bytes have reached the kernel. They are overwritten after that. */
  write(bytes: Uint8Array): Promise<void>;
  /** The same, before it returns. For small pieces that must be there before something else happens. */
  writeNow(bytes: Uint8Array): void;
  /** Resolves when all that was written has reached the disk. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Where runs are kept. */
export interface Disk {
  /** Opens for appending; makes the file if there is none. */
  open(path: string): Promise<DiskFile>;
  /** Opens an empty file, whatever stood there. */
  create(path: string): Promise<DiskFile>;
  /** Replaces `to` by `from`, wholly or not at all, before it returns. */
  renameNow(from: string, to: string): void;
  /** Resolves when new names and renames in the folder of this file have reached the disk. */
  syncFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** Turns an error of the file system into ours, naming the file. */
export function diskError(error: unknown, path: string, doing: string): DiskError {
  if (error instanceof DiskError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DiskError('disk_full', `no space is left to ${doing} ${path}`, {
      hint: 'make space, then run the same command again: it goes on where it stopped',
      cause: error,
    });
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    const whose = code === 'EMFILE' ? 'this process' : 'this machine';
    return new DiskError('disk_failed', `could not ${doing} ${path}: ${whose} may open no more files`, {
      hint: 'raise the limit with `ulimit -n`, or lower --concurrency; then run the same command again: it goes on where it stopped',
      cause: error,
    });
  }
  return new DiskError('disk_failed', `could not ${doing} ${path}: ${(error as Error).message}`, {
    hint: 'when the disk is well again, run the same command: it goes on where it stopped',
    cause: error,
  });
}

class SystemFile implements DiskFile {
  readonly #handle: FileHandle;
  readonly #path: string;

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;)
        at += (await this.#handle.write(bytes, at, bytes.length - at, null)).bytesWritten;
    } catch (error) {
      throw diskError(error, this.#path, 'write');
    }
  }

  writeNow(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#handle.fd, bytes, at, bytes.length - at, null);
    } catch (error) {
      throw diskError(error, this.#path, 'write');
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#handle.datasync();
    } catch (error) {
      throw diskError(error, this.#path, 'save');
    }
  }

  async truncate(length: number): Promise<void> {
    try {
      await this.#handle.truncate(length);
    } catch (error) {
      throw diskError(error, this.#path, 'cut');
    }
  }

  async close(): Promise<void> {
    try {
      await this.#handle.close();
    } catch (error) {
      throw diskError(error, this.#path, 'close');
    }
  }
}

/** The machine's file system. */
export const systemDisk: Disk = {
  open: (path) => openFile(path, 'a'),
  create: (path) => openFile(path, 'w'),
  renameNow(from, to) {
    try {
      renameSync(from, to);
    } catch (error) {
      throw diskError(error, to, 'replace');
    }
  },
  async syncFolder(path) {
    // Windows cannot open a folder, and need not.
    if (process.platform === 'win32') return;
    try {
      const folder = await open(dirname(path), 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    } catch (error) {
      throw diskError(error, dirname(path), 'save');
    }
  },
  async remove(path) {
    try {
      await unlink(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskError(error, path, 'remove');
    }
  },
};

async function openFile(path: string, flags: 'a' | 'w'): Promise<DiskFile> {
  try {
    return new SystemFile(await open(path, flags), path);
  } catch (error) {
    throw diskError(error, path, 'open');
  }
}
