// What a program may have called as its requests go by. Public types, and the request as a hook sees it.

import type { AnyResponse } from './response/any-response.ts';

/** A request that is about to be sent. What a hook changes of it is sent. */
export interface OutgoingRequest {
  method: string;
  /** Absolute. */
  url: string;
  /** Without `authorization` of `auth` and without cookies of the jar, which are added later. */
  readonly headers: Headers;
  /** As it will be sent; null: there is none, or it is a stream. */
  readonly body: string | Uint8Array | null;
  /** From 1. */
  readonly attempt: number;
}

/** Another attempt will be made. */
export interface RetryEvent {
  readonly method: string;
  /** Where the request was sent, without credentials. */
  readonly url: string;
  /** The attempt that was no success, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  /** Of the answer; null if none came. */
  readonly status: number | null;
  /** Why none came; null if one did. */
  readonly error: Error | null;
}

/** Called for each request. What a hook throws is what the request throws; a promise is waited for. */
export interface ClientHooks {
  /** Before each attempt (not before what a redirect leads to). May change the request. */
  readonly beforeRequest?: ((request: OutgoingRequest) => void | Promise<void>) | undefined;
  /**
   * With the answer that would be given. `'retry'` asks for another attempt at once; it counts among the `retries`, of which one is
   * granted in any case.
   */
  readonly afterResponse?:
    | ((response: AnyResponse) => void | 'retry' | undefined | Promise<void | 'retry' | undefined>)
    | undefined;
  /** Before the wait for another attempt. */
  readonly onRetry?: ((event: RetryEvent) => void | Promise<void>) | undefined;
}
