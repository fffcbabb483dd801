// All cases: some answers in a row, edited, and cut into reads.

import fc from 'fast-check';
import type { AnswerCase } from './answer-case.ts';
import { legalAnswer } from './answer-grammar.ts';
import { byteEdits, edited } from './byte-edit.ts';
import { everyByte } from './wire-subject.ts';

const spread = fc.oneof(
  { weight: 10, arbitrary: fc.array(fc.nat(0xffff), { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constant('every' as const) },
);

/** One answer may come again, as a whole: heads that were seen before are not read again. */
const answers = fc
  .tuple(fc.array(legalAnswer, { minLength: 1, maxLength: 3 }), fc.nat(9))
  .map(([list, again]) => (again < 7 ? list : [...list, ...list.slice(0, again - 6)]));

export const answerCases: fc.Arbitrary<AnswerCase> = fc
  .tuple(answers, byteEdits, spread, fc.nat(19))
  .map(([list, changes, where, asked]) => {
    const text = edited(list.map((one) => one.text).join(''), changes);
    const bytes = Buffer.from(text, 'latin1');
    const methods = list.map(({ method }) => method);
    if (asked === 18) methods.push('GET');
    if (asked === 19 && methods.length > 1) methods.pop();
    const cuts =
      where === 'every'
        ? everyByte(bytes.length)
        : where.map((at) => Math.floor((at * bytes.length) / 0x1_0000)).toSorted((left, right) => left - right);
    return { methods, bytes, cuts };
  });
