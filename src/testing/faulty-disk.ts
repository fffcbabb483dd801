// A disk whose Nth operation fails, once or from then on, after the manner of SQLite's fault
// simulation: sweep N = 1, 2, 3 ... until a run ends in which nothing failed. A failing write leaves
// a part of its bytes behind, as a full disk does.

import type { Disk, DiskFile } from '../disk/disk.ts';
import { diskError } from '../disk/disk.ts';

export interface FaultPlan {
  /** Which operation fails, counted from 1. */
  readonly failAt: number;
  /** Whether all that follow fail too. */
  readonly persistent: boolean;
  /** Error code of the system. @default ENOSPC */
  readonly code?: string;
}

export class FaultyDisk implements Disk {
  readonly #disk: Disk;
  readonly #plan: FaultPlan;
  #operations = 0;
  /** Whether an operation has failed. */
  faulted = false;
  /** What each operation was, for messages of tests. */
  readonly log: string[] = [];

  constructor(disk: Disk, plan: FaultPlan) {
    this.#disk = disk;
    this.#plan = plan;
  }

  async open(path: string): Promise<DiskFile> {
    this.check('open', path);
    return new FaultyFile(this, await this.#disk.open(path), path);
  }

  async create(path: string): Promise<DiskFile> {
    this.check('create', path);
    return new FaultyFile(this, await this.#disk.create(path), path);
  }

  renameNow(from: string, to: string): void {
    this.check('rename', to);
    this.#disk.renameNow(from, to);
  }

  async syncFolder(path: string): Promise<void> {
    this.check('sync folder of', path);
    await this.#disk.syncFolder(path);
  }

  async remove(path: string): Promise<void> {
    this.check('remove', path);
    await this.#disk.remove(path);
  }

  /** Counts an operation; true if it has to fail. */
  fails(operation: string, path: string): boolean {
    this.#operations++;
    this.log.push(`${this.#operations} ${operation} ${path}`);
    const fails = this.#plan.persistent
      ? this.#operations >= this.#plan.failAt
      : this.#operations === this.#plan.failAt;
    if (fails) this.faulted = true;
    return fails;
  }

  check(operation: string, path: string): void {
    if (this.fails(operation, path)) throw this.error(operation, path);
  }

  error(operation: string, path: string): Error {
    const code = this.#plan.code ?? 'ENOSPC';
    return diskError(Object.assign(new Error(`${code}: injected into ${operation}`), { code }), path, operation);
  }
}

class FaultyFile implements DiskFile {
  readonly #disk: FaultyDisk;
  readonly #file: DiskFile;
  readonly #path: string;

  constructor(disk: FaultyDisk, file: DiskFile, path: string) {
    this.#disk = disk;
    this.#file = file;
    this.#path = path;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#disk.fails('write', this.#path)) {
      await this.#file.write(bytes.subarray(0, bytes.length >> 1));
      throw this.#disk.error('write', this.#path);
    }
    await this.#file.write(bytes);
  }

  writeNow(bytes: Uint8Array): void {
    if (this.#disk.fails('write', this.#path)) {
      this.#file.writeNow(bytes.subarray(0, bytes.length >> 1));
      throw this.#disk.error('write', this.#path);
    }
    this.#file.writeNow(bytes);
  }

  async sync(): Promise<void> {
    this.#disk.check('sync', this.#path);
    await this.#file.sync();
  }

  async truncate(length: number): Promise<void> {
    this.#disk.check('truncate', this.#path);
    await this.#file.truncate(length);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
