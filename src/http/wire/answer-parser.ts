// Reads answers of HTTP/1.1 from bytes, one after another (RFC 9112). Has no socket: it is given what was
// read, split in any way, and tells what it finds.
//
// A server's heads are mostly the same for many answers: one that equals the last one of its origin is not
// read again, only compared. Invariant: what is told depends on the bytes alone, not on how they were split.

import type { AnswerHead } from './answer-head.ts';
import { checkPartialHead, readAnswerHead } from './answer-head.ts';
import type { AnswerSink } from './answer-sink.ts';
import { ChunkedBody } from './chunked-body.ts';
import { readSimilarHead } from './similar-head.ts';
import { WireFault } from './wire-fault.ts';

/** The last head of an origin, shared by all its connections. */
export interface LastHead {
  head: AnswerHead | null;
}

/** More interim answers to one request are a fault. */
const maxInterim = 100;

type State = 'idle' | 'head' | 'length' | 'chunked' | 'until-close' | 'stopped';

export class AnswerParser {
  readonly #sink: AnswerSink;
  readonly #last: LastHead;
  readonly #maxHeadBytes: number;
  #chunked: ChunkedBody | null = null;
  #state: State = 'idle';
  #isHead = false;
  #interim = 0;
  /** What came of a head. */
  #partial = '';
  /** What is left of a body with a length. */
  #left = 0;
  /** An answer has begun, and is not complete. */
  isInAnswer = false;
  /** After `onComplete`: the connection may carry another (RFC 9112, 9.3). */
  keepsAlive = false;
  /** `timeout` of the last answer's `Keep-Alive` header in seconds; -1: there was none. */
  keepAliveSeconds = -1;

  /** @param last shared by the parsers of an origin */
  constructor(sink: AnswerSink, maxHeadBytes: number, last: LastHead = { head: null }) {
    this.#sink = sink;
    this.#maxHeadBytes = maxHeadBytes;
    this.#last = last;
  }

  /** A request has begun to leave: the next answer is its. Only between answers. */
  begin(method: string): void {
    this.#state = 'head';
    this.#isHead = method === 'HEAD';
    this.#interim = 0;
    this.#partial = '';
    this.isInAnswer = false;
  }

  /** Nothing is told any more, of this answer or another. */
  stop(): void {
    this.#state = 'stopped';
  }

  /**
   * Reads bytes up to the end of one answer, and tells how far it came: less than `end` means that the
   * answer is complete and more bytes follow it.
   * @throws WireFault and is of no more use then
   */
  execute(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case 'head':
          this.isInAnswer = true;
          at = this.#readHead(bytes, at, end);
          break;
        case 'length': {
          const stop = Math.min(end, at + this.#left);
          this.#left -= stop - at;
          this.#sink.onBody(bytes, at, stop);
          at = stop;
          if (this.#left === 0) this.#complete();
          break;
        }
        case 'chunked': {
          const stop = this.#chunked?.execute(bytes, at, end) ?? -1;
          at = stop < 0 ? end : stop;
          if (stop >= 0) this.#complete();
          break;
        }
        case 'until-close':
          this.#sink.onBody(bytes, at, end);
          return end;
        case 'idle':
          throw new WireFault('unasked');
        case 'stopped':
          return end;
      }
      if (!this.isInAnswer) return at;
    }
    return at;
  }

  /** The connection has ended: a body without a length is complete. @throws WireFault `cut_head`, `cut_body` */
  finish(): void {
    const state = this.#state;
    if (state === 'until-close') {
      this.#complete();
      return;
    }
    if (!this.isInAnswer || state === 'stopped') return;
    this.#state = 'stopped';
    throw new WireFault(state === 'head' ? 'cut_head' : 'cut_body');
  }

  #complete(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'idle';
    this.isInAnswer = false;
    this.#sink.onComplete();
  }

  #readHead(bytes: Buffer, start: number, end: number): number {
    const { head: last } = this.#last;
    if (this.#partial === '' && last !== null) {
      const stop = start + last.text.length;
      if (stop <= end && bytes.toString('latin1', start, stop) === last.text) {
        this.#take(last);
        return stop;
      }
    }
    const before = this.#partial.length;
    const room = this.#maxHeadBytes - before + 1;
    const text = this.#partial + bytes.toString('latin1', start, Math.min(end, start + room));
    const found = text.indexOf('\r\n\r\n', Math.max(0, before - 3));
    const length = found + 4;
    if (found < 0 ? text.length > this.#maxHeadBytes : length > this.#maxHeadBytes) {
      throw new WireFault('head_too_large', `more than ${this.#maxHeadBytes} bytes`);
    }
    if (found < 0) {
      checkPartialHead(text, before);
      this.#partial = text;
      return end;
    }
    this.#partial = '';
    // Its own string: a slice would keep all that was read as long as the head is remembered.
    const own = before === 0 ? bytes.toString('latin1', start, start + length) : text.slice(0, length);
    const head = (last === null ? null : readSimilarHead(own, last)) ?? readAnswerHead(own);
    this.#last.head = head;
    this.#take(head);
    return start + length - before;
  }

  #take(head: AnswerHead): void {
    const { headers, reason, status, version } = head;
    if (status < 200) {
      this.#interimAnswer(status, headers);
      return;
    }
    this.keepsAlive = head.persistent;
    this.keepAliveSeconds = head.keepAliveSeconds;
    const hasBody = !this.#isHead && status !== 204 && status !== 304;
    const isOpenEnded = hasBody && !head.chunked && head.length < 0;
    if (isOpenEnded) this.keepsAlive = false;
    this.#state = head.chunked ? 'chunked' : isOpenEnded ? 'until-close' : 'length';
    this.#left = head.length;
    if (head.chunked && hasBody) {
      this.#chunked ??= new ChunkedBody(this.#sink, this.#maxHeadBytes);
      this.#chunked.begin();
    }
    this.#sink.onHead(status, headers, version, reason);
    if (!hasBody || head.length === 0) this.#complete();
  }

  #interimAnswer(status: number, headers: readonly string[]): void {
    // Nothing that we send asks for another protocol.
    if (status === 101) throw new WireFault('upgraded');
    if (++this.#interim > maxInterim) throw new WireFault('too_many_interim');
    // What is remembered should be the head of an answer.
    this.#last.head = null;
    this.#sink.onInformation(status, headers);
  }
}
