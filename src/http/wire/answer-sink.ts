// What an answer parser tells, and to whom. It has no socket, clock or buffer of its own, so that it can be
// tested on bytes alone.

import type { HttpVersion } from '../transport.ts';

/** Receives the pieces of an answer. Anything that it does to the parser is done after the call has returned. */
export interface AnswerSink {
  /** An interim answer (1xx, but 101). */
  onInformation(status: number, headers: readonly string[]): void;
  /** Names in lower case, values without white space around them. The list may be the same for many answers: it must not be changed. */
  onHead(status: number, headers: readonly string[], version: HttpVersion, reason: string): void;
  /** Content of the body: those bytes of `execute`'s buffer, which are overwritten later. */
  onBody(bytes: Uint8Array, start: number, end: number): void;
  onTrailers(headers: readonly string[]): void;
  /** The answer is whole. */
  onComplete(): void;
}
