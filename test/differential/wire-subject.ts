// The parser that is tested, run on a case as a connection runs it: reads come into one buffer that is used
// again and again, with bytes of earlier reads and bait around them. What breaks its contract is thrown here.

import type { AnswerParser, LastHead } from '../../src/http/wire/answer-parser.ts';
import type { AnswerSink } from '../../src/http/wire/answer-sink.ts';
import { WireFault } from '../../src/http/wire/wire-fault.ts';
import { emptyAnswer, readsOf } from './answer-case.ts';
import type { AnswerCase, AnswerOutcome, Ending, SeenAnswer } from './answer-case.ts';

/** Makes the parser of one connection; `last` is shared with others of its origin. */
export type MakeParser = (sink: AnswerSink, last?: LastHead) => AnswerParser;

/** An outcome, with places in the bytes. */
export interface WireOutcome extends AnswerOutcome {
  /** Where each answer that had begun begins, and what is too much. */
  readonly starts: readonly number[];
  /** Of `refused`: the end of the call in which it was. */
  readonly refusedBefore: number;
}

/** Stands before and after every read; a parser that looks there takes it for lines, sizes and ends. */
const bait = Buffer.from('\r\n\r\n0\r\n\r\n7\r\nA: b\r\n');
const arena = Buffer.alloc(1 << 17, bait);

/** A parser did what its contract rules out. */
export class BrokenContract extends Error {}

type Phase = 'none' | 'waiting' | 'head' | 'trailers' | 'complete';

/** One connection. */
class WireRun implements AnswerSink {
  readonly #methods: readonly string[];
  readonly #parser: AnswerParser;
  readonly #answers: SeenAnswer[] = [];
  readonly #starts: number[] = [];
  #answer = emptyAnswer();
  #phase: Phase = 'none';
  #read = 0;
  #from = 0;
  #end = 0;

  constructor(methods: readonly string[], makeParser: MakeParser) {
    this.#methods = methods;
    this.#parser = makeParser(this);
  }

  run(reads: readonly Buffer[]): WireOutcome {
    let offset = 0;
    try {
      this.#beginNext();
      for (const bytes of reads) {
        const ended = this.#take(bytes, offset);
        if (ended !== null) return ended;
        offset += bytes.length;
        this.#read++;
      }
      if (this.#phase === 'none') return this.#outcome(this.#parser.keepsAlive ? 'idle' : 'closing', '', offset);
      this.#parser.finish();
      if (this.#phase === 'complete') return this.#outcome('closing', '', offset);
      return this.#outcome('cut', 'not_begun', offset);
    } catch (error) {
      if (!(error instanceof WireFault)) throw error;
      return this.#outcome(error.code.startsWith('cut_') ? 'cut' : 'refused', error.code, offset + this.#lengthNow());
    }
  }

  onInformation(status: number, headers: readonly string[]): void {
    this.#must(this.#phase === 'waiting', 'an interim answer after the head');
    this.#must(status >= 100 && status < 200, `an interim answer of status ${status}`);
    this.#answer.interim.push({ status, headers });
  }

  onHead(status: number, headers: readonly string[]): void {
    this.#must(this.#phase === 'waiting', 'a second head');
    this.#must(status >= 200 && status <= 999, `an answer of status ${status}`);
    this.#answer.status = status;
    this.#answer.headers = headers;
    this.#phase = 'head';
  }

  onBody(bytes: Uint8Array, start: number, end: number): void {
    this.#must(this.#phase === 'head', 'body before the head or after the end');
    this.#must(bytes === arena && start >= this.#from && end <= this.#end && start < end, 'body beyond what was given');
    this.#answer.body += arena.toString('latin1', start, end);
  }

  onTrailers(headers: readonly string[]): void {
    this.#must(this.#phase === 'head', 'trailers before the head, or twice');
    this.#answer.trailers = headers;
    this.#phase = 'trailers';
  }

  onComplete(): void {
    this.#must(this.#phase === 'head' || this.#phase === 'trailers', 'complete without a head, or twice');
    this.#phase = 'complete';
    this.#answer.read = this.#read;
    this.#answers.push(this.#answer);
    this.#answer = emptyAnswer();
  }

  /** Gives one read to the parser, as many times as answers end in it. */
  #take(bytes: Buffer, offset: number): WireOutcome | null {
    this.#from = bait.length;
    this.#end = this.#from + bytes.length;
    bytes.copy(arena, this.#from);
    bait.copy(arena, this.#end);
    while (this.#from < this.#end) {
      if (this.#phase === 'none') {
        if (!this.#parser.keepsAlive) return this.#outcome('closing', '', offset);
        this.#starts.push(offset + this.#from - bait.length);
        return this.#outcome('refused', 'unasked', offset + bytes.length);
      }
      const starts = this.#starts.length === this.#answers.length;
      if (starts) this.#starts.push(offset + this.#from - bait.length);
      const to = this.#parser.execute(arena, this.#from, this.#end);
      const complete = (this.#phase as Phase) === 'complete';
      this.#must(to > this.#from && to <= this.#end, `it came to ${to} of ${this.#from} to ${this.#end}`);
      this.#must(complete || to === this.#end, 'it stopped in an answer');
      this.#must(this.#parser.isInAnswer !== complete, 'isInAnswer is wrong');
      this.#from = to;
      if (complete) this.#beginNext();
    }
    return null;
  }

  #beginNext(): void {
    this.#phase = 'none';
    const method = this.#methods[this.#answers.length];
    if (method === undefined || (this.#answers.length > 0 && !this.#parser.keepsAlive)) return;
    this.#parser.begin(method);
    this.#phase = 'waiting';
  }

  #lengthNow(): number {
    return this.#end - bait.length;
  }

  #outcome(ending: Ending, fault: string, refusedBefore: number): WireOutcome {
    return { answers: this.#answers, partial: this.#answer, ending, fault, starts: this.#starts, refusedBefore };
  }

  #must(holds: boolean, what: string): void {
    if (!holds) throw new BrokenContract(what);
  }
}

/** What the parser makes of a case. @throws BrokenContract, or whatever else but a WireFault the parser throws */
export function askWire(answerCase: AnswerCase, makeParser: MakeParser): WireOutcome {
  return new WireRun(answerCase.methods, makeParser).run(readsOf(answerCase));
}

/** Where and why a case is refused. */
export interface Refusal {
  /** The offset of the byte that told; -1: it was not a byte, but the end. */
  readonly at: number;
  readonly fault: string;
}

/** How a case that is refused, or cut, is refused when each byte comes alone: of two faults the first is named then. */
export function refusalOf(answerCase: AnswerCase, makeParser: MakeParser): Refusal {
  const { methods, bytes } = answerCase;
  const { ending, fault, refusedBefore } = askWire({ methods, bytes, cuts: everyByte(bytes.length) }, makeParser);
  return { at: ending === 'refused' ? refusedBefore - 1 : -1, fault };
}

/** Cuts that make each byte a read. */
export function everyByte(length: number): number[] {
  return Array.from({ length: Math.max(length - 1, 0) }, (_, index) => index + 1);
}
