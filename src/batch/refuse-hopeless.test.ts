import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';
import { startBatch } from './run-batch.ts';

let folder: string;
let target: Target;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-hopeless-'));
  target = await startTarget();
});

afterEach(async () => {
  await target.close();
  await rm(folder, { recursive: true });
});

async function inputOf(lines: readonly string[]): Promise<string> {
  const input = join(folder, 'in.jsonl');
  await writeFile(input, lines.map((line) => `${line}\n`).join(''));
  return input;
}

test('a field that no record has is an error of the command, and nothing is left behind', async () => {
  const input = await inputOf(Array(25).fill('{"id":"a"}'));
  const starting = startBatch({ input, url: `${target.url}/hello/{{idd}}` });
  await expect(starting).rejects.toThrow(/^not one of the first 25 records can be sent; the first one: .*idd/);
  await expect(starting).rejects.toBeInstanceOf(UsageError);
  expect(await readdir(folder)).toEqual(['in.jsonl']);
  expect(target.stats().total).toBe(0);
});

test.each([
  ['one of them can be sent', [...Array(25).fill('{"id":"a"}'), '{"idd":"b"}'], 25, 1],
  ['there are few', Array(5).fill('{"id":"a"}'), 5, 0],
])('records fail one by one if %s', async (_name, lines, failed, ok) => {
  const input = await inputOf(lines);
  const run = await startBatch({ input, url: `${target.url}/hello/{{idd}}` });
  const { summary } = await run.done;
  expect(summary.statistics.settled).toMatchObject({ failed, ok });
});
