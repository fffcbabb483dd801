// What an answer parser tells, and to whom. It has no socket, clock or buffer of its own, so that it can be
// tested on bytes alone.

/** Receives the pieces of an answer. Anything that it does to the parser is done after the call has returned. */
export interface AnswerSink {
  /** An interim answer (1xx, but 101). */
  onInformation(status: number, headers: readonly string[]): void;
  /** Names in lower case, values without white space around them. The list may be the same for many answers: it must not be changed. */
  onHead(status: number, headers: readonly string[]): void;
  /** Content of the body: those bytes of `execute`'s buffer, which are overwritten later. */
  onBody(bytes: Uint8Array, start: number, end: number): void;
  onTrailers(headers: readonly string[]): void;
  /** The answer is whole. */
  onComplete(): void;
}

/** How an answer parser is used; `AnswerParser` in answer-parser.ts is the one there is. */
export interface AnswersParser {
  /** A request has begun to leave: the next answer is its. Only between answers. */
  begin(method: string): void;
  /**
   * Reads bytes up to the end of one answer, and tells how far it came: less than `end` means that the
   * answer is complete and more bytes follow it.
   * @throws WireFault and is of no more use then
   */
  execute(bytes: Uint8Array, start: number, end: number): number;
  /** The connection has ended: a body without a length is complete. @throws WireFault `cut_head`, `cut_body` */
  finish(): void;
  /** An answer has begun, and is not complete. */
  readonly isInAnswer: boolean;
  /** After `onComplete`: the connection may carry another (RFC 9112, 9.3). */
  readonly keepsAlive: boolean;
  /** `timeout` of the last answer's `Keep-Alive` header in seconds; -1: there was none. */
  readonly keepAliveSeconds: number;
}
