import { expect, test } from 'vitest';
import type { UsageError } from '../errors.ts';
import type { InputIdentity, RunHeader } from './run-header.ts';
import { checkSameRun } from './run-header.ts';

const mtimeMs = 1_795_000_000_123.25;
const file: InputIdentity = { kind: 'file', size: 10, mtimeMs, sample: 'abc' };
const run = { input: '/in.jsonl', format: 'jsonl', identity: file, offset: 0, options: { url: 'x1' } };
const header: RunHeader = { ...run, version: 1, runId: 'r', createdAt: '' };

function refusal(changes: Partial<typeof run>, began = header): UsageError | null {
  try {
    checkSameRun(began, { ...run, ...changes }, 'out.jsonl.run');
    return null;
  } catch (error) {
    return error as UsageError;
  }
}

test('the same input and options', () => {
  expect(refusal({})).toBe(null);
});

test.each([
  [{ size: 12 }, 'it had 10 bytes, and has 12 now'],
  [{ sample: 'abd' }, 'its contents changed'],
  [{ mtimeMs: mtimeMs + 1 }, 'it was written to on 2026-11-18T11:06:40.124Z, after the run began'],
])('another input: %j', (changes, message) => {
  const error = refusal({ identity: { ...file, ...changes } });
  expect([error?.code, error?.message]).toEqual(['input_changed', expect.stringContaining(message)]);
});

test('a date that is set back as the message says is the same date', () => {
  const told = refusal({ identity: { ...file, mtimeMs: mtimeMs + 5000 } })?.message ?? '';
  const date = /`touch -d (?<date>\S+)`/u.exec(told)?.groups?.['date'] ?? '';
  expect(refusal({ identity: { ...file, mtimeMs: Date.parse(date) } })).toBe(null);
});

test.each([
  [{ options: { url: 'x2' } }, '--url has another value'],
  [{ options: { url: 'x1', recordAsJson: 'y' } }, '--record-as-json was not given then'],
  [{ options: { url: 'x1', headers: 'y' } }, '--header was not given then'],
  [{ options: {} as typeof run.options }, '--url was given then'],
  [{ offset: 5 }, '--offset was not given then'],
])('other options: %j', (changes, message) => {
  const error = refusal(changes);
  expect([error?.code, error?.message]).toEqual(['options_changed', expect.stringContaining(message)]);
});

test.each([
  [3, '--offset has another value'],
  [0, '--offset was given then'],
])('another offset than 5: %i', (offset, message) => {
  expect(refusal({ offset }, { ...header, offset: 5 })?.message).toContain(message);
});
