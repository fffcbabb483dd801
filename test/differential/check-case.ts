// All that is asked of one case: that it is told alike however it is cut, that nothing is told that was not in
// it, and that undici tells the same of it.

import { AnswerParser } from '../../src/http/wire/answer-parser.ts';
import type { LastHead } from '../../src/http/wire/answer-parser.ts';
import type { AnswerCase, AnswerOutcome } from './answer-case.ts';
import { compareOutcomes } from './compare-outcomes.ts';
import type { Verdict } from './compare-outcomes.ts';
import { askUndici } from './undici-oracle.ts';
import { askWire, everyByte, refusalOf } from './wire-subject.ts';
import type { MakeParser, WireOutcome } from './wire-subject.ts';

const maxHeadBytes = 65_536;

/** The parser as it is used. */
export const ourParser: MakeParser = (sink, last) => new AnswerParser(sink, maxHeadBytes, last);

/** What was found, and what both made of the case. */
export interface CaseReport extends Verdict {
  readonly wire: WireOutcome | null;
  readonly undici: AnswerOutcome | null;
}

/** Checks a case with both parsers. */
export function checkCase(answerCase: AnswerCase, makeParser: MakeParser = ourParser): CaseReport {
  let wire: WireOutcome;
  try {
    wire = askWire(answerCase, makeParser);
  } catch (error) {
    return { used: [], failure: `the parser threw ${String(error)}`, wire: null, undici: null };
  }
  const undici = askUndici(answerCase);
  const own = checkAlone(answerCase, wire, makeParser);
  const verdict = compareOutcomes(answerCase, undici, wire, () => refusalOf(answerCase, makeParser));
  const failure = own === '' ? verdict.failure : own;
  return { used: verdict.used, failure, wire, undici };
}

/** '' if the parser tells the same however the bytes come, and nothing that is not in them. */
function checkAlone(answerCase: AnswerCase, first: WireOutcome, makeParser: MakeParser): string {
  const { methods, bytes } = answerCase;
  const expected = told(first);
  const last: LastHead = { head: null };
  const whole = askWire({ methods, bytes, cuts: [] }, (sink) => makeParser(sink, last));
  if (told(whole) !== expected) return `in one read: ${told(whole)}`;
  const again = askWire(answerCase, (sink) => makeParser(sink, last));
  if (told(again) !== expected) return `with a head that was seen before: ${told(again)}`;
  if (bytes.length % 8 === 0) {
    const dripped = askWire({ methods, bytes, cuts: everyByte(bytes.length) }, makeParser);
    if (told(dripped) !== expected) return `byte by byte: ${told(dripped)}`;
  }
  return inventedBy(first, bytes.toString('latin1'));
}

/** An outcome without what depends on how the bytes came: of two faults in a head either may be named. */
export function told({ answers, partial, ending, fault }: WireOutcome): string {
  const word = ending === 'refused' && fault !== 'unasked' ? '' : fault;
  return JSON.stringify([answers.map((answer) => ({ ...answer, read: 0 })), partial, ending, word]);
}

function inventedBy({ answers, partial }: WireOutcome, text: string): string {
  const lower = text.toLowerCase();
  for (const answer of [...answers, partial]) {
    for (const list of [answer.headers, answer.trailers, ...answer.interim.map(({ headers }) => headers)]) {
      const invented = list.find((field, at) => !(at % 2 === 0 ? lower : text).includes(field));
      if (invented !== undefined) return `told of a field that is not there: ${invented}`;
    }
  }
  return '';
}
