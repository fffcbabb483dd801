import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { BatchOutcome } from '../batch/run-batch.ts';
import { DiskError, UsageError } from '../errors.ts';
import { RunStatistics } from '../report/statistics.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { concludeRun } from './conclude-run.ts';
import { parseArguments } from './parse-arguments.ts';
import { runSpec } from './run-options.ts';

const parsed = parseArguments(runSpec, ['in.jsonl', '-o', 'out.jsonl']);
const again = 'manyfetch run in.jsonl --output out.jsonl';

/** The command to go on with, after seven records were settled. */
function advice(kind: BatchOutcome['kind'], error: BatchOutcome['error']): string | null {
  const settled = { ok: 5, failed: 2, unknown: 0, skipped: 0 };
  const statistics = { ...new RunStatistics(new FakeClock()).snapshot(), settled };
  const summary = {
    statistics,
    total: null,
    input: 'in.jsonl',
    output: 'out.jsonl',
    bodies: null,
    local: null,
    resumeCommand: null,
  };
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough(), env: {} };
  const outcome = { kind, error, summary: { ...summary, ending: kind } };
  concludeRun(outcome, { progress: 'none', summary: 'json', quiet: false }, parsed, io);
  const told = JSON.parse(String(io.stdout.read())) as { resume: string | null };
  return told.resume;
}

test.each([
  ['it was asked to stop', null],
  ['the input is another one: what is settled may lie anywhere in it', new UsageError('input_changed', 'changed')],
  ['the disk is full', new DiskError('disk_full', 'no space')],
])('the same command goes on when %s', (_what, error) => {
  expect(advice(error instanceof DiskError ? 'disk' : 'stopped', error)).toBe(again);
});

test('an input that broke off is gone on with behind what is settled, as another run', () => {
  expect(advice('stopped', new UsageError('bad_input', 'cut'))).toBe(
    'manyfetch run in.jsonl --offset 7 --output out.rest.jsonl',
  );
});

test('nothing goes on with what is complete', () => {
  expect(advice('finished', null)).toBe(null);
});
