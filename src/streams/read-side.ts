// The half of a connection that is read: what has come, and the one who waits for more. It knows the socket only as something
// that can be held up.
//
// Invariants: held up exactly while `bufferBytes` or more wait to be taken and nobody needs more. What came before the end or
// a failure is read before that is told.

import { UsageError } from '../errors.ts';
import { more } from './read-attempts.ts';
import type { Attempt } from './read-attempts.ts';
import { ReadBuffer } from './read-buffer.ts';
import type { ResolvedLimits, StreamWaitOptions } from './stream-options.ts';
import { checkedTime } from './stream-options.ts';
import { waitWithin } from './wait-within.ts';

export class ReadSide {
  readonly #buffer = new ReadBuffer();
  readonly #limits: ResolvedLimits;
  readonly #peer: string;
  readonly #flow: (flowing: boolean) => void;
  #isFlowing = true;
  #isDiscarding = false;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;
  /** Asks again whether what somebody waits for is there. */
  #again: (() => void) | null = null;

  /** @param flow told whether more shall come */
  constructor(limits: ResolvedLimits, peer: string, flow: (flowing: boolean) => void) {
    this.#limits = limits;
    this.#peer = peer;
    this.#flow = flow;
  }

  get buffered(): number {
    return this.#buffer.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(chunk: Buffer): void {
    if (this.#isDiscarding) return;
    this.#buffer.push(chunk);
    this.#again?.();
    this.#regulate();
  }

  end(): void {
    this.#ended = true;
    this.#again?.();
  }

  /** Nothing comes any more, for a reason that is told once all that came was taken. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure ??= { error };
    this.#again?.();
  }

  /** What came, and what still comes, is thrown away; who waits for it is told why. */
  discard(reason: unknown): void {
    this.#isDiscarding = true;
    this.#failure = { error: reason };
    this.#buffer.clear();
    this.#again?.();
    this.#regulate();
  }

  /**
   * What came and was not read, which is not kept.
   *
   * @throws UsageError `stream_state` if somebody waits for it
   */
  handOver(): Buffer {
    if (this.#again !== null) throw new UsageError('stream_state', `A read from ${this.#peer} waits`);
    const bytes = this.#buffer.take(this.#buffer.length);
    this.#regulate();
    return Buffer.from(bytes);
  }

  async read<T>(attempt: Attempt<T>, options: StreamWaitOptions = {}): Promise<T> {
    const { signal, timeoutMs = this.#limits.readTimeoutMs } = options;
    checkedTime('`timeoutMs`', timeoutMs);
    signal?.throwIfAborted();
    if (this.#again !== null) {
      const hint = 'Await each read before the next one.';
      throw new UsageError('stream_state', `Two read from ${this.#peer} at once`, { hint });
    }
    const found = this.#try(attempt);
    if (found !== more) return found;
    const missing = `What was to be read from ${this.#peer} did not come`;
    const waiting = waitWithin<T>({ signal, timeoutMs, clock: this.#limits.clock, missing }, (waiter) => {
      this.#again = () => {
        try {
          const value = this.#try(attempt);
          if (value === more) return;
          this.#again = null;
          waiter.resolve(value);
        } catch (error) {
          this.#again = null;
          waiter.reject(error);
        }
      };
      return () => {
        this.#again = null;
        this.#regulate();
      };
    });
    this.#regulate();
    return await waiting;
  }

  #try<T>(attempt: Attempt<T>): T | typeof more {
    const ended = this.#ended && this.#failure === null;
    const found = attempt(this.#buffer, ended);
    if (found === more && this.#failure !== null) throw this.#failure.error;
    this.#regulate();
    return found;
  }

  #regulate(): void {
    const flowing = this.#isDiscarding || this.#again !== null || this.#buffer.length < this.#limits.bufferBytes;
    if (flowing === this.#isFlowing) return;
    this.#isFlowing = flowing;
    this.#flow(flowing);
  }
}
