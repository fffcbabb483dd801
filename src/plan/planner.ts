// The contract of what makes a request out of a record. Pure: the same record, index and run give
// the same request, so that a resumed run sends the same bytes and the same idempotency key.

import type { RecordError } from '../errors.ts';
import type { HttpRequest } from '../http/request.ts';

/** What one record wants otherwise than its run; what is absent is the run's. */
export interface RequestRules {
  /** Attempts after the first. */
  readonly retries?: number;
  /** Redirects followed at most. */
  readonly redirects?: number;
  /** Which statuses are ok. */
  readonly success?: { has(status: number): boolean };
}

/** What a record became. */
export type Planned =
  | {
      readonly kind: 'request';
      readonly id: string | null;
      readonly request: HttpRequest;
      /** The record's own `timeoutMs`, if it has one. */
      readonly timeoutMs: number | null;
      /** What it costs, from 0 up, for rates that count that; null: nothing says it. */
      readonly cost: number | null;
      readonly rules?: RequestRules;
    }
  | { readonly kind: 'bad'; readonly id: string | null; readonly error: RecordError }
  | { readonly kind: 'skip'; readonly id: string | null };

/** A record as it was read. What costs something to find out may be found out when it is asked for. */
export interface SourceRecord {
  readonly index: number;
  readonly value: unknown;
  /** As it stands in the input: a JSON value has lost what its numbers cannot hold. */
  readonly text?: string;
  /** The same as bytes, one character each, if it is JSON in UTF-8 on one line. */
  readonly bytes?: string;
  /** Its id, if that is known without its value; null: it has none; absent: the value has to tell. */
  readonly plainId?: string | null | undefined;
}

/** Makes a request out of a record. A promise is given only by a map module that is asynchronous. */
export interface Planner {
  plan(record: SourceRecord): Planned | Promise<Planned>;
}
