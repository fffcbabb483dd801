// A share of the cases that scripts/differential.ts runs by the million, the corpus, and that both the oracle
// and the rules can be believed: the oracle by real clients over sockets, the rules by parsers that are wrong.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerCases } from './answer-cases.ts';
import { askClient, serveCases } from './ask-client.ts';
import { checkCase, ourParser, told } from './check-case.ts';
import { caseOf, inShort, readCorpus } from './corpus.ts';
import { differences } from './differences.ts';
import { describeCase, runDifferential } from './run-differential.ts';
import type { Tally } from './run-differential.ts';
import { askUndici } from './undici-oracle.ts';
import { askWire, everyByte } from './wire-subject.ts';
import { wrongParsers } from './wrong-parsers.ts';

const corpus = readCorpus();

function isFound({ failures }: Tally): boolean {
  return failures.length > 0;
}

describe('the corpus', () => {
  test.each(corpus)('$name', (entry) => {
    const answerCase = caseOf(entry);
    const report = checkCase(answerCase);
    expect(report.failure).toBe('');
    expect(report.wire && inShort(report.wire)).toBe(entry.wire);
    expect([...new Set(report.used)]).toEqual(entry.differs ?? []);
  });

  test('is told alike, cut in two anywhere', () => {
    const wrong: string[] = [];
    for (const entry of corpus.filter(({ bytes }) => bytes.length < 160)) {
      const { methods, bytes } = caseOf(entry);
      const whole = told(askWire({ methods, bytes, cuts: [] }, ourParser));
      for (const cut of everyByte(bytes.length)) {
        const inTwo = told(askWire({ methods, bytes, cuts: [cut] }, ourParser));
        if (inTwo !== whole) wrong.push(`${entry.name}, cut at ${cut}: ${inTwo}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('shows each listed difference', () => {
    const shown = new Set(corpus.flatMap(({ differs = [] }) => differs));
    expect([...shown].toSorted()).toEqual(differences.map(({ name }) => name).toSorted());
  });
});

describe('random cases', () => {
  test('differ in what is listed only', { timeout: 60_000 }, async () => {
    const tally = await runDifferential({ cases: 3_000, seed: 1 });
    expect(tally.failures).toEqual([]);
    expect(tally.cases).toBe(3_000);
    // The three kinds of cases are there in numbers.
    expect(Math.min(tally.bothTake, tally.bothRefuse, tally.differ)).toBeGreaterThan(400);
  });

  test.each(Object.entries(wrongParsers))('find out a parser that %s', async (_flaw, makeParser) => {
    const { failures } = await runDifferential({ cases: 400, seed: 1, makeParser, enough: isFound });
    expect(failures).not.toEqual([]);
  });
});

describe('the oracle', () => {
  const cases = fc.sample(answerCases, { numRuns: 150, seed: 7 });
  const all = [...corpus.map(caseOf), ...cases].filter(({ bytes }) => bytes.length > 0);

  test('says what real clients say', async () => {
    await using server = await serveCases(all);
    const wrong: string[] = [];
    let answered = 0;
    for (let from = 0; from < all.length; from += 20) {
      await Promise.all(
        all.slice(from, from + 20).map(async (answerCase, at) => {
          const real = await askClient(server, from + at, answerCase);
          const { answers } = askUndici(answerCase);
          answered += real.answers.length;
          const unread = answers.map((answer) => ({ ...answer, read: -1 }));
          if (JSON.stringify(real.answers) !== JSON.stringify(unread)) {
            wrong.push(`${describeCase(answerCase, checkCase(answerCase))}\n  real   ${JSON.stringify(real)}`);
          }
        }),
      );
    }
    expect(wrong).toEqual([]);
    expect(answered).toBeGreaterThan(300);
  });
});
