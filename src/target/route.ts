// The contract of one kind of path: how it is written, what it does, and what answers it. A route keeps
// its state to itself; it is made anew when the service is reset.

import type { Call } from './call.ts';

/** One kind of path. */
export interface Route {
  /** As users write it, e.g. `/delay/{seconds}`; its first segment leads here. */
  readonly path: string;
  /** What it does, for the list that `/` shows. */
  readonly about: string;
  /** The handler wants `call.body`; otherwise the body is read and thrown away. */
  readonly keepsBody?: boolean;
  /** Called when the request has been read to its end. */
  handle(call: Call): void;
}
