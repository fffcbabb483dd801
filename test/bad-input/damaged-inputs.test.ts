// Inputs that break off behind records that could be read: those get their results, none is left in doubt,
// and the run ends with exit code 3, the reason, and a command that sends the rest of a whole input.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { commandTrial } from './try-command.ts';

const attempt = commandTrial();
const count = 400;
const lines = Array.from({ length: count }, (_, n) => `{"n":${n},"pad":"${'x'.repeat(1000)}"}`);
const array = `[${lines.join(',\n')}]\n`;
const cutHint = 'Nothing behind this place can be read. Get a whole copy of the file.';
const jsonHint = 'Nothing behind this place can be read. Correct the file, or get a whole copy of it.';

interface Damage {
  readonly file: string;
  readonly whole: string | Uint8Array;
  readonly damaged: string | Uint8Array;
  readonly says: RegExp;
  readonly hint: string;
}

/** Incompressible enough that half of the data is about half of the text. */
const noisy = lines.map((line, n) => line.replace('xxxxx', String((n * 7919) % 99_991)));
const noisyText = `${noisy.join('\n')}\n`;

const rows = lines.map((_, n) => `${n},"a\nb"\n`);

const damages: Damage[] = [
  compressed('gz', 'gzip', gzipSync(noisyText)),
  compressed('zst', 'zstd', zstdCompressSync(noisyText)),
  compressed('br', 'brotli', brotliCompressSync(noisyText)),
  {
    file: 'in.json',
    whole: array,
    damaged: array.slice(0, -200),
    says: /^manyfetch: in\.json, line 399, byte \d+: the array is not closed$/mu,
    hint: jsonHint,
  },
  {
    file: 'in.csv',
    whole: `n,pad\n${rows.join('')}`,
    damaged: `n,pad\n${rows.slice(0, -1).join('')}399,"${'x'.repeat(3000)}\n`,
    says: /^manyfetch: in\.csv, line 800: a quoted field of the row that begins here is not closed before the input ends$/mu,
    hint: 'Close the quote in this row. Nothing behind it can be read.',
  },
];

function compressed(extension: string, command: string, whole: Uint8Array): Damage {
  return {
    file: `in.jsonl.${extension}`,
    whole,
    damaged: whole.subarray(0, whole.length - 12),
    says: new RegExp(
      `^manyfetch: in\\.jsonl\\.${extension}: the ${command} data is damaged or cut after byte \\d+ of the text \\(line \\d+ or later\\): unexpected end of file$`,
      'mu',
    ),
    hint: cutHint,
  };
}

test.each(damages)('$file', async ({ file, whole, damaged, says, hint }) => {
  const limited = file.endsWith('.csv') ? ' --max-record-bytes 2KB' : '';
  const end = await attempt({ line: `run ${file} --url URL/hello/{{n}}${limited}`, files: { [file]: damaged } });
  expect(end.stderr).toMatch(says);
  expect(end.stderr).toContain(`\n  hint: ${hint}\nStopped before the end\n`);
  expect(end).toMatchObject({ code: 3, stdout: '', touched: ['in.results.jsonl', 'in.results.jsonl.run'] });
  const settled = end.rows('in.results.jsonl');
  expect(settled.length).toBeGreaterThan(0);
  expect(settled.length).toBeLessThanOrEqual(count);
  expect(settled.map(({ index, result }) => [index, result])).toEqual(settled.map((_, index) => [index, 'ok']));
  expect(end.sent).toBe(settled.length);

  const advice = /\nGo on where it stopped:\n {2}manyfetch (?<line>.*)\n/u.exec(end.stderr)?.groups?.['line'] ?? '';
  writeFileSync(join(end.folder, file), whole);
  const rest = await end.again(advice.replaceAll("'", ''));
  expect(rest).toMatchObject({ code: 0, sent: count - settled.length });
  expect(rest.rows('in.results.rest.jsonl').map(({ index }) => index)).toEqual(
    Array.from({ length: count - settled.length }, (_, at) => settled.length + at),
  );
});
