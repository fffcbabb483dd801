// Calls what a caller gave to be called during a run. What it throws must not reach the engine: the first
// error stops the run in good order, and is thrown when the run is over.

import { isPromise } from '../concurrency/scopes/is-promise.ts';

export class Callbacks {
  readonly #onFailure: () => void;
  #failure: { readonly error: unknown } | null = null;
  /** Promises that were given and are not settled. */
  #open = 0;
  #closed: PromiseWithResolvers<void> | null = null;

  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  /** Calls, unless a call has failed before. A promise is not waited for. */
  call(callback: () => unknown): void {
    if (this.#failure !== null) return;
    try {
      const given = callback();
      if (isPromise(given)) this.#follow(given);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Waits for the promises that were given. Rejects with the first failure. */
  async finish(): Promise<void> {
    if (this.#open > 0) {
      this.#closed = Promise.withResolvers();
      await this.#closed.promise;
    }
    if (this.#failure !== null) throw this.#failure.error;
  }

  #follow(promise: PromiseLike<unknown>): void {
    this.#open++;
    const closed = (): void => {
      if (--this.#open === 0) this.#closed?.resolve();
    };
    promise.then(closed, (error: unknown) => {
      this.#fail(error);
      closed();
    });
  }

  #fail(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { error };
    this.#onFailure();
  }
}
