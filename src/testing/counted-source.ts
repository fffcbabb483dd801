// A request body that counts what is asked of it, for tests of how bodies are pulled.

import type { BodySource } from '../http/body-source.ts';

/** What comes after the pieces. */
export type SourceEnd = 'ends' | 'never ends' | Error;

export class CountedSource implements BodySource {
  readonly lengthBytes: number | null;
  /** Pieces that were asked for. */
  pulled = 0;
  opened = 0;
  /** Its iterator was told to stop before its end. */
  returned = 0;
  readonly #pieces: readonly Uint8Array[];
  readonly #end: SourceEnd;

  constructor(pieces: readonly (string | Uint8Array)[], lengthBytes: number | null, end: SourceEnd = 'ends') {
    this.#pieces = pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece));
    this.lengthBytes = lengthBytes;
    this.#end = end;
  }

  open(): AsyncIterator<Uint8Array> {
    this.opened++;
    let at = 0;
    return {
      next: async () => {
        const value = this.#pieces[at++];
        this.pulled = at;
        if (value !== undefined) return { done: false, value };
        if (this.#end instanceof Error) throw this.#end;
        return this.#end === 'ends' ? { done: true, value: undefined } : new Promise<never>(() => {});
      },
      return: () => {
        this.returned++;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}
