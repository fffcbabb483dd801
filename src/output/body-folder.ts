// Saves bodies as files of their own: `--bodies DIR`. 1,000 records share a subfolder, so that no
// folder has a million files.
//
// Invariant: under its final name a body is whole, because it is written under another name first; and
// a record has one file, because what a run that died left for it is removed. A body is not forced to
// the disk: after a power loss, unlike after a crash of this process, the last ones may be missing.

import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from '../disk/disk.ts';
import type { Result } from '../http/result.ts';
import { ContentTypes } from './content-type.ts';

const recordsPerFolder = 1000;
const largestCache = 64;
/** Bodies that are written at a time. Each holds a file descriptor, and few are kept free of connections. */
const mostWriting = 32;

/** Files that were in a subfolder before this run came to it, by the digits they begin with. */
type Leftovers = Map<string, string[]>;

/** Saves bodies under one folder. */
export class BodyFolder {
  readonly #root: string;
  readonly #contentTypes = new ContentTypes();
  readonly #folders = new Map<string, Promise<Leftovers>>();
  #writing = 0;
  /** Bodies that wait for others to be written; the caller bounds them. */
  readonly #waiting: (() => void)[] = [];

  /** `root` is made when the first body is saved. */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Saves the body of a result, when those before it leave room for it. Resolves with the file's name below the folder, as `00012/00012345.json`
   * on every system; with null if there is no body, or an empty one.
   * @throws DiskError
   */
  async save(result: Result): Promise<string | null> {
    const { answer, index } = result;
    if (answer === null || answer.body.length === 0) return null;
    const shard = String(Math.floor(index / recordsPerFolder)).padStart(5, '0');
    const digits = String(index).padStart(8, '0');
    const file = `${digits}.${this.#contentTypes.of(answer.headers).extension}`;
    const path = join(this.#root, shard, file);
    await this.#begin();
    try {
      const leftovers = await this.#folder(shard);
      await writeFile(`${path}.part`, answer.body);
      await rename(`${path}.part`, path);
      await this.#removeOthers(shard, leftovers.get(digits), file);
      leftovers.delete(digits);
    } catch (error) {
      throw diskError(error, path, 'save the body');
    } finally {
      this.#end();
    }
    return `${shard}/${file}`;
  }

  async #begin(): Promise<void> {
    if (this.#writing < mostWriting) this.#writing++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Who waits takes the place that is left. */
  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#writing--;
    else next();
  }

  #folder(shard: string): Promise<Leftovers> {
    const known = this.#folders.get(shard);
    if (known !== undefined) return known;
    const [oldest] = this.#folders.keys();
    if (oldest !== undefined && this.#folders.size >= largestCache) this.#folders.delete(oldest);
    const opened = openFolder(join(this.#root, shard));
    this.#folders.set(shard, opened);
    return opened;
  }

  async #removeOthers(shard: string, names: readonly string[] | undefined, kept: string): Promise<void> {
    for (const name of names ?? []) {
      if (name !== kept && name !== `${kept}.part`) await rm(join(this.#root, shard, name), { force: true });
    }
  }
}

async function openFolder(path: string): Promise<Leftovers> {
  const leftovers: Leftovers = new Map();
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) return leftovers;
  for (const name of await readdir(path)) {
    const digits = name.slice(0, name.indexOf('.'));
    const names = leftovers.get(digits);
    if (names === undefined) leftovers.set(digits, [name]);
    else names.push(name);
  }
  return leftovers;
}
