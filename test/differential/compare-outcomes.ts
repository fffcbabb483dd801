// The rules: where both parsers take an answer they tell the same of it; what undici refuses the wire refuses,
// at the same answer or before; what the wire refuses, or closes after, and undici does not, has to be in the
// list of differences. Knows the two outcomes and the list, and no parser.

import type { AnswerCase, AnswerOutcome, SeenAnswer } from './answer-case.ts';
import { differences, withoutInterim } from './differences.ts';
import type { Difference, Kind, Place } from './differences.ts';
import type { Refusal, WireOutcome } from './wire-subject.ts';

/** What a comparison found: listed differences by name, or what is wrong. */
export interface Verdict {
  readonly used: readonly string[];
  /** '': nothing. */
  readonly failure: string;
}

/**
 * Compares what both made of a case.
 * @param refusalOf asked only where the wire refuses what undici takes
 */
export function compareOutcomes(
  answerCase: AnswerCase,
  undici: AnswerOutcome,
  wire: WireOutcome,
  refusalOf: () => Refusal,
  list: readonly Difference[] = differences,
): Verdict {
  const used: string[] = [];
  const text = answerCase.bytes.toString('latin1');
  const both = Math.min(undici.answers.length, wire.answers.length);

  function place(index: number, { at, fault }: Refusal): Place {
    const start = wire.starts[index] ?? text.length;
    const next = wire.starts[index + 1] ?? text.length;
    return {
      own: text.slice(start, next),
      before: text.slice(0, start),
      upTo: withoutInterim(text.slice(start, at < 0 ? text.length : at + 1)),
      method: answerCase.methods[index] ?? '',
      fault,
      undiciFault: undici.fault,
    };
  }

  /** Looks a difference up; '' if it is listed. */
  function excused(kind: Kind, index: number, what: string, refusal: Refusal = { at: -1, fault: '' }): string {
    const where = place(index, refusal);
    const found = list.find((one) => one.kinds.includes(kind) && one.when(where));
    if (found === undefined) return `${kind}: answer ${index}: ${what}`;
    used.push(found.name);
    return '';
  }

  for (let index = 0; index < both; index++) {
    const theirs = undici.answers[index];
    const ours = wire.answers[index];
    if (theirs === undefined || ours === undefined) break;
    const difference = unlike(theirs, ours);
    // One that ends elsewhere for both leaves nothing to compare behind it.
    if (difference !== '') return { used, failure: excused('tells', index, difference) };
    const space = hasOuterSpace(theirs) ? excused('trims', index, shown(theirs)) : '';
    if (space !== '') return { used, failure: space };
  }
  const failure = compareEnds(undici, wire, both, refusalOf, excused);
  if (failure !== '') return { used, failure };
  return { used, failure: wire.answers.length === undici.answers.length ? unlikePartial(undici, wire) : '' };
}

type Excused = (kind: Kind, index: number, what: string, refusal?: Refusal) => string;

function compareEnds(
  undici: AnswerOutcome,
  wire: WireOutcome,
  both: number,
  refusalOf: () => Refusal,
  excused: Excused,
): string {
  const undiciWentOn = undici.answers.length > both;
  const wireWentOn = wire.answers.length > both;
  const what = `undici ${summary(undici)}, the wire ${summary(wire)}`;
  if (wireWentOn) {
    return excused(
      undici.ending === 'closing' ? 'keeps' : 'takes',
      undici.ending === 'closing' ? both - 1 : both,
      what,
    );
  }
  if (wire.ending === 'closing') {
    return undici.ending === 'closing' && !undiciWentOn ? '' : excused('closes', both - 1, what);
  }
  if (undiciWentOn) return excused('refuses', both, what, refusalOf());
  if (isBroken(wire)) {
    if (isBroken(undici)) return '';
    if (undici.ending === 'closing') return excused('keeps', both - 1, what);
    return excused('refuses', both, what, refusalOf());
  }
  if (undici.ending === 'idle') return '';
  return undici.ending === 'closing' ? excused('keeps', both - 1, what) : excused('takes', both, what);
}

function isBroken({ ending }: AnswerOutcome): boolean {
  return ending === 'refused' || ending === 'cut';
}

function summary({ answers, ending, fault }: AnswerOutcome): string {
  return `${answers.length} complete, ${ending}${fault === '' ? '' : ` (${fault})`}`;
}

/** What two parsers tell differently of one answer; '': nothing. */
function unlike(theirs: SeenAnswer, ours: SeenAnswer): string {
  if (theirs.status !== ours.status) return `status ${theirs.status}, and ${ours.status}`;
  if (theirs.body !== ours.body) return `body ${shown(theirs.body)}, and ${shown(ours.body)}`;
  if (theirs.read !== ours.read) return `complete with read ${theirs.read}, and with ${ours.read}`;
  if (!sameFields(theirs.headers, ours.headers)) return `headers ${shown(theirs.headers)}, and ${shown(ours.headers)}`;
  if (!sameFields(theirs.trailers, ours.trailers)) {
    return `trailers ${shown(theirs.trailers)}, and ${shown(ours.trailers)}`;
  }
  return unlikeInterim(theirs, ours);
}

function unlikeInterim({ interim: theirs }: SeenAnswer, { interim: ours }: SeenAnswer): string {
  const same =
    theirs.length === ours.length &&
    theirs.every((one, at) => one.status === ours[at]?.status && sameFields(one.headers, ours[at].headers));
  return same ? '' : `interim ${shown(theirs)}, and ${shown(ours)}`;
}

/** Of an answer that neither completed: what one had told of its head and its body when it stopped, the other had not told otherwise. */
function unlikePartial({ partial: theirs }: AnswerOutcome, { partial: ours }: AnswerOutcome): string {
  if (theirs.status !== 0 && ours.status !== 0) {
    if (theirs.status !== ours.status) return `partial: status ${theirs.status}, and ${ours.status}`;
    if (!sameFields(theirs.headers, ours.headers)) return 'partial: headers differ';
  }
  if (!theirs.body.startsWith(ours.body) && !ours.body.startsWith(theirs.body)) {
    return `partial: body ${shown(theirs.body)}, and ${shown(ours.body)}`;
  }
  return '';
}

/** But for white space behind values, which is looked at apart. */
function sameFields(theirs: readonly string[], ours: readonly string[]): boolean {
  return (
    theirs.length === ours.length && theirs.every((field, at) => field === ours[at] || trimmed(field) === ours[at])
  );
}

function trimmed(value: string): string {
  return value.replace(/[\t ]+$/, '');
}

function hasOuterSpace({ headers, trailers }: SeenAnswer): boolean {
  return headers.some((field) => trimmed(field) !== field) || trailers.some((field) => trimmed(field) !== field);
}

function shown(value: unknown): string {
  return JSON.stringify(value);
}
