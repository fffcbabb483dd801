// What a caller may ask `fetchMany` for. Public types, no logic; what they may hold is checked, and its
// faults reported, item by item in item-planner.ts.

import type { FormFields } from '../http/forms/form-body.ts';

/**
 * Headers of a request: an object, a `Headers`, or pairs of names and values. A value that is null or
 * undefined leaves a header out, also one that the options give to all.
 */
export type HeadersInput =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

/**
 * One request. Give one of `body`, `json`, `form`, or none.
 *
 * @example
 * import { fetchMany, type RequestInput } from 'manyfetch';
 *
 * const order: RequestInput = { url: 'http://127.0.0.1:8080/echo', json: { sku: 'A-1', quantity: 2 }, id: 'o-17' };
 * for await (const result of fetchMany([order])) console.log(result.id, result.method, result.status); // prints o-17 POST 200
 */
export interface RequestInput {
  /** Absolute, or relative to the option `baseUrl`. */
  readonly url: string | URL;
  /** @default POST with a body, else GET */
  readonly method?: string | undefined;
  readonly headers?: HeadersInput | undefined;
  /** Text is sent as UTF-8, bytes as they are. */
  readonly body?: string | Uint8Array | undefined;
  /** Any value that JSON can say; sent as JSON, with its content type. */
  readonly json?: unknown;
  /** Fields, sent as `application/x-www-form-urlencoded`. */
  readonly form?: FormFields | undefined;
  /** Appended to the query of the URL. A list is one parameter for each of its values, null none. */
  readonly params?: FormFields | undefined;
  /** Comes back in the result, as text. */
  readonly id?: string | number | undefined;
  /** One attempt, in milliseconds; Infinity: no limit. @default the option `timeoutMs` */
  readonly timeoutMs?: number | undefined;
  /** Attempts after the first. @default the option `retries` */
  readonly retries?: number | undefined;
  /** Redirects followed at most. @default the option `redirects` */
  readonly redirects?: number | undefined;
  /** Which statuses are ok, such as `'2xx,404'`. @default the option `success` */
  readonly success?: string | undefined;
  /** `name:password`, sent as Basic credentials. @default the option `user` */
  readonly user?: string | undefined;
  /** A token, sent as Bearer credentials. @default the option `bearer` */
  readonly bearer?: string | undefined;
  /** What it costs, from 0 up, if the option `rate` counts costs, such as `'90000/m:cost'`. @default 1 */
  readonly cost?: number | undefined;
  /** Anything of yours. It is not looked at, and comes back with the item as `result.item.context`. */
  readonly context?: unknown;
}

/** One item of a source: a URL to get, or a whole request. */
export type SourceItem = string | URL | RequestInput;

/** Where items come from: a list, a generator, a stream, a cursor. Read only while there is room. */
export type Source<Item extends SourceItem = SourceItem> = Iterable<Item> | AsyncIterable<Item>;
