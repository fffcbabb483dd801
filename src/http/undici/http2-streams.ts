// Brings an exchange together with the stream of node:http2 that carries it, which undici keeps to
// itself. Needed because undici takes a body for complete whose stream was reset with CANCEL.
//
// Trap: this rests on undici making the stream in the same turn in which it calls onRequestStart, and
// on Node telling of each stream over a diagnostics channel. The tests fail if either changes.

import { subscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream } from 'node:http2';

/** Who wants to know its stream. */
export interface StreamTaker {
  takeStream(stream: ClientHttp2Stream): void;
}

let starting: StreamTaker | null = null;
let subscribed = false;

/** The stream that is created next, before anything else can happen, is the taker's. */
export function expectStream(taker: StreamTaker): void {
  if (!subscribed) subscribe('http2.client.stream.created', hand);
  subscribed = true;
  starting = taker;
}

function hand(message: unknown): void {
  const taker = starting;
  starting = null;
  if (taker === null || typeof message !== 'object' || message === null || !('stream' in message)) return;
  taker.takeStream(message.stream as ClientHttp2Stream);
}
