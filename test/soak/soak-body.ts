// Bodies of requests, made while they are sent: in pieces, with pauses, and some of them not what they said.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/concurrency/random.ts';
import type { BodySource } from '../../src/http/body-source.ts';
import { unrulyBytes } from '../../src/testing/unruly-bytes.ts';

/** How a source disappoints. */
export type SourceFault = 'throws' | 'too-long' | 'too-short' | 'cannot-open';

export class SoakBody implements BodySource {
  readonly lengthBytes: number | null;
  readonly fault: SourceFault | null;
  /** Iterators that were opened, and how many of them came to their end or were told to stop. */
  opened = 0;
  left = 0;
  readonly #id: number;
  readonly #bytes: number;
  readonly #pieces: number;
  readonly #pauseMs: number;

  constructor(id: number, bytes: number, random: Random, maxPauseMs: number) {
    this.#id = id;
    this.#bytes = bytes;
    this.#pieces = 1 + Math.floor(random() * 12);
    this.#pauseMs = random() < 0.6 ? 0 : random() ** 2 * maxPauseMs;
    this.lengthBytes = random() < 0.5 ? bytes : null;
    const disappoints = random();
    this.fault =
      disappoints > 0.06
        ? null
        : disappoints > 0.045
          ? 'throws'
          : disappoints > 0.03
            ? 'too-long'
            : disappoints > 0.01
              ? 'too-short'
              : 'cannot-open';
    if (this.lengthBytes === null && (this.fault === 'too-long' || this.fault === 'too-short')) this.fault = 'throws';
  }

  open(): AsyncIterator<Uint8Array> {
    if (this.fault === 'cannot-open') throw new Error('a source that cannot be opened');
    this.opened++;
    return this.#generate();
  }

  async *#generate(): AsyncGenerator<Uint8Array> {
    const end = this.#bytes + (this.fault === 'too-long' ? 5 : this.fault === 'too-short' ? -1 : 0);
    const size = Math.max(1, Math.ceil(end / this.#pieces));
    try {
      for (let from = 0; from < end; from += size) {
        if (this.#pauseMs > 0) await sleep(this.#pauseMs);
        if (this.fault === 'throws' && from > 0) throw new Error('a source that fails');
        yield unrulyBytes('u', this.#id, from, Math.min(size, end - from));
      }
      if (this.fault === 'throws') throw new Error('a source that fails');
    } finally {
      this.left++;
    }
  }
}
