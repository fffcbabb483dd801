// Many cases, batch by batch, and what came of them. A failure is shrunk, and told with all that is needed to
// see it again. Between batches the event loop turns: what undici holds weakly lives until then.

import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { answerCases } from './answer-cases.ts';
import type { AnswerCase } from './answer-case.ts';
import { checkCase, ourParser } from './check-case.ts';
import type { CaseReport } from './check-case.ts';
import { differences } from './differences.ts';
import type { MakeParser } from './wire-subject.ts';

const batchCases = 2_000;
/** After so many there is enough to look at. */
const maxFailures = 5;

/** What came of all cases so far. */
export interface Tally {
  cases: number;
  /** Both took all of it, and told the same. */
  bothTake: number;
  /** Both refused it, or saw it cut, at the same answer. */
  bothRefuse: number;
  /** Cases with a listed difference. */
  differ: number;
  /** Uses of each listed difference. */
  readonly uses: Map<string, number>;
  readonly failures: string[];
}

/** What to run. */
export interface DifferentialOptions {
  readonly cases: number;
  readonly seed: number;
  readonly makeParser?: MakeParser;
  /** Asked between batches: stop here? */
  readonly enough?: (tally: Tally) => boolean;
}

/** Runs cases; the same seed and number are the same cases. */
export async function runDifferential(options: DifferentialOptions): Promise<Tally> {
  const { cases, seed, makeParser = ourParser, enough = () => false } = options;
  const uses = new Map(differences.map(({ name }) => [name, 0]));
  const tally: Tally = { cases: 0, bothTake: 0, bothRefuse: 0, differ: 0, uses, failures: [] };
  const { stackTraceLimit } = Error;
  // Half of all cases end with an error, and its stack is a third of the time.
  Error.stackTraceLimit = 0;
  for (let batch = 0; tally.cases < cases && !enough(tally) && tally.failures.length < maxFailures; batch++) {
    runBatch(tally, seed + batch, Math.min(batchCases, cases - tally.cases), makeParser);
    await setImmediate();
  }
  Error.stackTraceLimit = stackTraceLimit;
  return tally;
}

function runBatch(tally: Tally, seed: number, numRuns: number, makeParser: MakeParser): void {
  let failed = false;
  const property = fc.property(answerCases, (answerCase) => {
    const report = checkCase(answerCase, makeParser);
    if (!failed) count(tally, report);
    if (report.failure === '') return;
    failed = true;
    throw new Error(report.failure);
  });
  const result = fc.check(property, { seed, numRuns });
  const [smallest] = result.counterexample ?? [];
  if (smallest === undefined) return;
  tally.failures.push(
    `seed ${seed}, path ${result.counterexamplePath ?? ''}\n${describeCase(smallest, checkCase(smallest, makeParser))}`,
  );
}

function count(tally: Tally, { used, failure, wire }: CaseReport): void {
  tally.cases++;
  for (const name of used) tally.uses.set(name, (tally.uses.get(name) ?? 0) + 1);
  if (failure !== '') return;
  if (used.length > 0) tally.differ++;
  else if (wire?.ending === 'refused' || wire?.ending === 'cut') tally.bothRefuse++;
  else tally.bothTake++;
}

/** A case and what both made of it, for people. */
export function describeCase({ methods, bytes, cuts }: AnswerCase, { failure, wire, undici }: CaseReport): string {
  return [
    `  ${failure}`,
    `  asked  ${methods.join(' ')}`,
    `  bytes  ${JSON.stringify(bytes.toString('latin1'))}`,
    `  cut at ${cuts.join(' ')}`,
    `  wire   ${JSON.stringify(wire)}`,
    `  undici ${JSON.stringify(undici)}`,
  ].join('\n');
}
