// The options of the main job, as code gives them. The command line is turned into these;
// `resolve-options.ts` validates them once, fills in the defaults and freezes the outcome.

import type { PlanOptions } from '../../plan/plan-options.ts';

/** How `run` reads, sends and records. Times are milliseconds, sizes are bytes; `Infinity` is no limit. */
export interface BatchOptions extends PlanOptions {
  /** Path of the input; `-` reads standard input. */
  readonly input: string;
  /** Path of the results; `-` writes standard output, and then the run cannot be resumed. @default the input's name with `.results.jsonl` */
  readonly output?: string | undefined;
  /** @default by the input's extension */
  readonly format?: 'jsonl' | 'csv' | 'tsv' | 'txt' | 'json' | undefined;
  /** Take only so many records. @default Infinity */
  readonly limit?: number | undefined;
  /** Leave out so many records at the start; the others keep their index. @default 0 */
  readonly offset?: number | undefined;
  /** A larger record is a failed one. @default 16 MiB */
  readonly maxRecordBytes?: number | undefined;

  /** Requests in flight at most; Infinity: as many as this machine can hold. @default auto: found out for each origin */
  readonly concurrency?: number | 'auto' | undefined;
  /** The same for each origin. @default Infinity */
  readonly perOrigin?: number | undefined;
  /** Per origin: `10/s`, `600/m`, `5000/h`, and `90000/m:cost` for what requests cost. Several hold together. */
  readonly rate?: string | readonly string[] | undefined;
  /** Where a JSON answer tells what its request cost, such as `usage.total_tokens`. */
  readonly costFrom?: string | undefined;
  /** Attempts after the first. @default 3 */
  readonly retries?: number | undefined;
  /** Comma separated: statuses, `5xx`, `network`, `timeout`. @default 408,425,429,5xx,network,timeout */
  readonly retryOn?: string | undefined;
  /**
   * The wait before another attempt: random, up to this after the first, up to twice as much after each further one. Never shorter than a server
   * asked for. @default 500, or `maxBackoffMs` if that is less
   */
  readonly backoffMs?: number | undefined;
  /** No such wait is longer, unless a server asked for it. @default 30000, or `backoffMs` if that is more */
  readonly maxBackoffMs?: number | undefined;
  /** Comma separated statuses that are `ok`. @default 2xx */
  readonly success?: string | undefined;
  /** One attempt, from its permit on. @default 30000 */
  readonly timeoutMs?: number | undefined;
  /** @default 10000 */
  readonly connectTimeoutMs?: number | undefined;
  /** The longest wait that a server may ask for before the record fails. @default 1 hour */
  readonly maxWaitMs?: number | undefined;
  /** What to do with the records of an origin that fails as a whole: let them wait until it answers again, or fail them at once. @default wait */
  readonly outage?: 'wait' | 'fail' | undefined;
  /** The longest time that records wait so, before they fail. @default 1 hour; 1 minute for `fetchMany` */
  readonly maxOutageMs?: number | undefined;
  /** Redirects followed at most. @default 10 */
  readonly redirects?: number | undefined;
  /** @default at-least-once */
  readonly delivery?: 'at-least-once' | 'at-most-once' | undefined;
  /** An answer with a larger body fails, after decoding. @default 64 MiB */
  readonly maxBodyBytes?: number | undefined;

  /** `http://`, `https://`, `socks5://`, with `user:password@` if need be. @default HTTP_PROXY, HTTPS_PROXY, NO_PROXY */
  readonly proxy?: string | undefined;
  /**
   * A Unix socket, as `/var/run/docker.sock`: all connections lead to it, whatever host a URL names. Without a `baseUrl` that is `http://localhost`
   * then. No proxy is used.
   */
  readonly socketPath?: string | undefined;
  /** Path of a PEM file of certificate authorities to trust besides the system's. */
  readonly cacert?: string | undefined;
  /** Path of a PEM client certificate. */
  readonly cert?: string | undefined;
  /** Path of its PEM key. */
  readonly key?: string | undefined;
  /** Do not verify the server's certificate. @default false */
  readonly insecure?: boolean | undefined;
  /** @default auto */
  readonly http?: '1.1' | '2' | 'auto' | undefined;
  /** What sends: our own `wire`, `undici`, or `auto`: the wire, and undici for what goes through a proxy. @default auto */
  readonly transport?: 'wire' | 'undici' | 'auto' | undefined;
  /**
   * Requests on their way at once on one HTTP/1.1 connection; only such as may be repeated follow one another
   * without waiting for an answer. Of the wire only. @default 1
   */
  readonly pipelining?: number | undefined;
  /** Send everything to an embedded stand-in service. @default false */
  readonly rehearse?: boolean | undefined;

  /** How bodies are recorded. @default auto: JSON as JSON, text as a string, the rest as base64 */
  readonly body?: 'auto' | 'text' | 'base64' | 'none' | 'hash' | undefined;
  /** Folder for one file a body, instead of in the results. */
  readonly bodies?: string | undefined;
  /** @default completion */
  readonly order?: 'completion' | 'input' | undefined;
  /**
   * Called with each record and its result, once: a function, or the module (a path, or a URL) whose default export it is.
   * Docs: hooks.md.
   */
  readonly onResult?: string | URL | ((record: never, result: never) => unknown) | undefined;
  /** Calls the module of `onResult` in so many threads, so that what it computes does not hold up the sending. @default none: in this process */
  readonly hookThreads?: number | undefined;
  /** Calls of `onResult` that go on at once, at most. While so many go on or wait no request is started. @default 64; 8 for each thread */
  readonly hookConcurrency?: number | undefined;
  /**
   * A call of `onResult` may take so long: then its record is `failed` with `callback_error`, and the answer stays. In this process the
   * call itself goes on, as nothing can end it; a thread that it blocks is ended. @default Infinity
   */
  readonly hookTimeoutMs?: number | undefined;

  /** Start over, even if there are results. @default false */
  readonly fresh?: boolean | undefined;
  /** What is in flight may take so long to finish after a stop. @default 10000 */
  readonly graceMs?: number | undefined;
}
