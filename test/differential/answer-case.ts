// One case, and what a parser made of it. Both parsers are told by the same words, so that two outcomes
// can be compared field by field.

/** The bytes that a connection brings, and what was asked on it. The connection ends after the last byte. */
export interface AnswerCase {
  /** One a request; all requests are under way before the first byte comes. */
  readonly methods: readonly string[];
  readonly bytes: Buffer;
  /** Where a read ends and the next begins: ascending offsets into `bytes`. */
  readonly cuts: readonly number[];
}

/** An interim answer. */
export interface SeenInterim {
  readonly status: number;
  readonly headers: readonly string[];
}

/** What was told of one answer. */
export interface SeenAnswer {
  readonly interim: SeenInterim[];
  /** 0: its head was not told. */
  status: number;
  headers: readonly string[];
  /** Each byte a character. */
  body: string;
  trailers: readonly string[];
  /** Which read completed it, counted from 0; one more than the last: the end of the connection. -1: none did. */
  read: number;
}

/**
 * How a connection ended: `idle`: all answers are complete, and it could carry more; `closing`: it may carry no
 * more after the last complete answer; `refused`: bytes were wrong; `cut`: it ended with a request unanswered.
 */
export type Ending = 'idle' | 'closing' | 'refused' | 'cut';

/** What a parser made of a case. */
export interface AnswerOutcome {
  /** The complete ones. */
  readonly answers: readonly SeenAnswer[];
  /** What was told of the one that was not completed. */
  readonly partial: SeenAnswer;
  readonly ending: Ending;
  /** Of `refused` and `cut`: what was wrong, in the parser's word. */
  readonly fault: string;
}

export function emptyAnswer(): SeenAnswer {
  return { interim: [], status: 0, headers: [], body: '', trailers: [], read: -1 };
}

/** The reads of a case, none of them empty. */
export function readsOf({ bytes, cuts }: AnswerCase): Buffer[] {
  const reads: Buffer[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (cut > from) reads.push(bytes.subarray(from, cut));
    from = Math.max(from, cut);
  }
  return reads;
}
