// Streams that are known to be read in two ways, and what comes of them here: corpus.json. `bytes` has a
// character a byte; `wire` is the outcome in short; `differs` names the listed differences that it shows.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerCase, AnswerOutcome } from './answer-case.ts';

/** One stream. */
export interface CorpusEntry {
  readonly name: string;
  /** Methods, with spaces between them. */
  readonly ask: string;
  readonly bytes: string;
  readonly wire: string;
  readonly differs?: readonly string[];
}

export function readCorpus(): CorpusEntry[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'corpus.json'), 'utf8')) as CorpusEntry[];
}

export function caseOf({ ask, bytes }: CorpusEntry): AnswerCase {
  return { methods: ask.split(' '), bytes: Buffer.from(bytes, 'latin1'), cuts: [] };
}

/** `200 hello; 204; bad_length`: status and body of each answer, then the fault or the ending. */
export function inShort({ answers, ending, fault }: AnswerOutcome): string {
  const told = answers.map(({ status, body }) => (body === '' ? String(status) : `${status} ${body}`));
  return [...told, fault === '' ? ending : fault].join('; ');
}
