import { createHash } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inputIdentity } from './input-identity.ts';

let path = '';
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'manyfetch-identity-')), 'input.jsonl');
});
afterAll(() => rm(join(path, '..'), { recursive: true }));

test('the same bytes have the same identity, whenever they were written', async () => {
  await writeFile(path, 'x'.repeat(1_000_000));
  const before = await inputIdentity(path);
  await utimes(path, 1, 1);
  const after = await inputIdentity(path);
  expect(after).toEqual({ ...before, mtimeMs: 1000 });
  expect(before.size).toBe(1_000_000);
  expect(before.sample).toMatch(/^[0-9a-f]{64}$/);
});

const sizeBytes = 1_000_000;
/** Where the sample begins, as the format of the identity says. */
const sampleAt = (sample: number): number => Math.floor(((sizeBytes - 4096) * sample) / 63);

test.each([0, 65_535, sampleAt(5), sampleAt(20) + 4095, sizeBytes - 65_536, sizeBytes - 1])(
  'a changed byte in a part that is sampled shows (%i)',
  async (at) => {
    const data = Buffer.alloc(sizeBytes, 'x');
    await writeFile(path, data);
    const before = await inputIdentity(path);
    data[at] = 0x79;
    await writeFile(path, data);
    expect((await inputIdentity(path)).sample).not.toBe(before.sample);
  },
);

test('small and empty files have one, and their size tells', async () => {
  const samples = new Set<string>();
  for (const content of ['', 'a', 'b', 'aa']) {
    await writeFile(path, content);
    samples.add((await inputIdentity(path)).sample);
  }
  expect(samples.size).toBe(4);
});

// Journals keep it: a file that is read at once has the hash that one which is read in pieces has.
test.each([0, 300, 4096, 65_536, 65_537, 200_000])(
  'of %i bytes the hash is that of the ends and of 64 samples',
  async (size) => {
    const data = Buffer.from(Array.from({ length: size }, (_, at) => (at * 31) % 251));
    await writeFile(path, data);
    const hash = createHash('sha256').update(`${size}\n`);
    hash.update(data.subarray(0, 65_536)).update(data.subarray(Math.max(0, size - 65_536)));
    for (let sample = 0; sample < 64; sample++) {
      const at = Math.floor((Math.max(0, size - 4096) * sample) / 63);
      hash.update(data.subarray(at, at + 4096));
    }
    expect((await inputIdentity(path)).sample).toBe(hash.digest('hex'));
  },
);

test('a folder, a pipe and a missing file have none', async () => {
  await expect(inputIdentity(join(path, '..'))).rejects.toMatchObject({ code: 'bad_input' });
  await expect(inputIdentity('/dev/null')).rejects.toMatchObject({ code: 'bad_input' });
  await expect(inputIdentity(`${path}x`)).rejects.toMatchObject({ code: 'no_such_file' });
});
