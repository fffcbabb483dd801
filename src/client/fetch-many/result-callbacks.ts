// Calls what a caller gave to be called with results: `parse`, `onResult`, `onError`, in this order. What the first
// two throw is the item's own failure (`callback_error`), of which `onError` is told; what that throws is thrown on.
// Invariant: each is called once at most for a result, and only with results that were settled.

import { isPromise } from '../../concurrency/scopes/is-promise.ts';
import { ReadableResult } from '../result.ts';

type Callback = (result: never) => unknown;

/** What may be called. */
export interface CallbackOptions {
  /** Makes a value of what is ok. */
  readonly parse?: Callback | undefined;
  /** Told every result. */
  readonly onResult?: Callback | undefined;
  /** Told what is not ok; gives a value in its place, or nothing. */
  readonly onError?: Callback | undefined;
}

type Step = (result: ReadableResult) => ReadableResult | PromiseLike<ReadableResult>;

export class ResultCallbacks {
  readonly #steps: readonly Step[];

  constructor({ parse, onResult, onError }: CallbackOptions) {
    const steps: Step[] = [];
    if (parse !== undefined) steps.push((result) => (result.result === 'ok' ? parsed(parse, result) : result));
    if (onResult !== undefined) steps.push((result) => told(onResult, result));
    if (onError !== undefined) steps.push((result) => (result.result === 'ok' ? result : replaced(onError, result)));
    this.#steps = steps;
  }

  /** Nothing is to be called. */
  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /**
   * The result as the caller shall see it; a promise if a callback gave one.
   * @throws what `onError` throws
   */
  apply(result: ReadableResult): ReadableResult | Promise<ReadableResult> {
    let given = result;
    for (const [at, step] of this.#steps.entries()) {
      const next = step(given);
      if (!(next instanceof ReadableResult)) return this.#later(next, at + 1);
      given = next;
    }
    return given;
  }

  async #later(pending: PromiseLike<ReadableResult>, from: number): Promise<ReadableResult> {
    let result = await pending;
    for (const step of this.#steps.slice(from)) result = await step(result);
    return result;
  }
}

function parsed(parse: Callback, result: ReadableResult): ReturnType<Step> {
  const taken = (value: unknown): ReadableResult => valued(result, value);
  return guarded('parse', result, () => whenDone(parse(result as never), taken));
}

function told(onResult: Callback, result: ReadableResult): ReturnType<Step> {
  return guarded('onResult', result, () => whenDone(onResult(result as never), () => result));
}

function replaced(onError: Callback, result: ReadableResult): ReturnType<Step> {
  return whenDone(onError(result as never), (value) => valued(result, value));
}

function valued(result: ReadableResult, value: unknown): ReadableResult {
  result.value = value;
  return result;
}

/** Calls, and makes a failure of the result of what is thrown. */
function guarded(name: string, result: ReadableResult, call: () => ReturnType<Step>): ReturnType<Step> {
  try {
    const given = call();
    if (given instanceof ReadableResult) return given;
    return given.then(null, (error: unknown) => failed(name, result, error));
  } catch (error) {
    return failed(name, result, error);
  }
}

function whenDone(given: unknown, then: (value: unknown) => ReadableResult): ReturnType<Step> {
  return isPromise(given) ? Promise.resolve(given).then(then) : then(given);
}

function failed(name: string, result: ReadableResult, cause: unknown): ReadableResult {
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const before = result.error === null ? '' : `; before that, ${result.error.code}: ${result.error.message}`;
  return ReadableResult.failedBy(result, {
    code: 'callback_error',
    message: `\`${name}\` threw ${what}${before}`,
    cause,
  });
}
