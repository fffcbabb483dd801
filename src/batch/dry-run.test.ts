import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openHook } from '../client/hook/open-hook.ts';
import type { BatchOptions } from './options/batch-options.ts';
import { dryRun } from './dry-run.ts';

const folder = await mkdtemp(join(tmpdir(), 'manyfetch-dry-run-'));
afterAll(() => rm(folder, { recursive: true }));

/** The first lines of what is shown for each record. */
async function titles(records: readonly unknown[], options: Partial<BatchOptions>): Promise<string[]> {
  const input = join(folder, 'in.jsonl');
  await writeFile(input, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const output = join(folder, 'out.jsonl');
  const texts: string[] = [];
  for await (const text of dryRun({ input, output, ...options }, 10, openHook)) texts.push(text.split('\n')[0] ?? '');
  return texts;
}

const url = 'http://h.example/';
const tokens = [{ n: 250 }, { n: '2.5' }, { n: 0 }, { n: 'many' }];

test('what a request costs is shown if a rate counts that', async () => {
  expect(await titles(tokens, { url, rate: ['5/s', '900/m:cost'], cost: '{{n}}' })).toEqual([
    '# record 0 (line 1), costs 250',
    '# record 1 (line 2), costs 2.5',
    '# record 2 (line 3), costs 0',
    '# record 3 (line 4): bad_record: --cost: "n" must give a number from 0 up, and gives "many"',
  ]);
});

test('so is that nothing says it, or only its answer', async () => {
  const records = [{ url, cost: 7 }, { url }];
  expect(await titles(records, { rate: '900/m:cost' })).toEqual([
    '# record 0 (line 1), costs 7',
    '# record 1 (line 2), costs 1: nothing says it',
  ]);
  expect(await titles(records, { rate: '900/m:cost', costFrom: 'usage.total' })).toEqual([
    '# record 0 (line 1), costs 7',
    '# record 1 (line 2), its answer tells what it costs',
  ]);
});

test('nothing of costs where no rate counts them', async () => {
  expect(await titles([{ url, cost: 7 }], { rate: '9/s' })).toEqual(['# record 0 (line 1)']);
});
