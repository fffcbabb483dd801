// Runs the programs in docs/library.md as a reader would: each block that imports the library and says what it
// prints (`// prints …`, in order) must print that, and nothing else.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const library = new URL('../src/index.ts', import.meta.url).href;
const page = readFileSync(join(import.meta.dirname, '../docs/library.md'), 'utf8');
const programs = [...page.matchAll(/^```ts\n(.*?)^```$/gms)]
  .map(([, code = '']) => code)
  .filter((code) => code.includes("from 'manyfetch'") && code.includes('// prints '));

const folder = mkdtempSync(join(tmpdir(), 'manyfetch-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.concurrent('the programs of docs/library.md', () => {
  test('are found', () => {
    expect(programs.length).toBeGreaterThanOrEqual(3);
  });

  test.each(programs.map((code, ordinal) => [ordinal + 1, code] as const))('number %i', async (ordinal, code) => {
    const file = join(folder, `program-${ordinal}.ts`);
    writeFileSync(file, code.replaceAll("'manyfetch'", `'${library}'`));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
    const promised = [...code.matchAll(/\/\/ prints (.*)$/gm)].map(([, text]) => text);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual(promised);
  });
});
