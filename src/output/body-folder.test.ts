import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { sampleAnswer, sampleOk } from '../testing/sample-result.ts';
import { BodyFolder } from './body-folder.ts';

const root = await mkdtemp(join(tmpdir(), 'manyfetch-'));
afterAll(() => rm(root, { recursive: true }));

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

test('bodies are saved under their index, by type, a thousand to a folder', async () => {
  const folder = new BodyFolder(join(root, 'deep', 'bodies'));
  const bytes = Buffer.from([0, 255, 10, 13]);
  const saved = await Promise.all([
    folder.save(sampleOk({ index: 0 })),
    folder.save(sampleOk({ index: 999, answer: sampleAnswer('<p>', 'text/html; charset=utf-8') })),
    folder.save(sampleOk({ index: 1000, answer: sampleAnswer(bytes, null) })),
    folder.save(sampleOk({ index: 123_456_789_012, answer: sampleAnswer('x', 'text/x-odd') })),
  ]);
  const names = ['00000/00000000.json', '00000/00000999.html', '00001/00001000.bin', '123456789/123456789012.txt'];
  expect(saved).toEqual(names);
  expect(await filesOf(join(root, 'deep', 'bodies'))).toEqual(names);
  expect(await readFile(join(root, 'deep', 'bodies', '00001/00001000.bin'))).toEqual(bytes);
});

test('no body is no file', async () => {
  const folder = new BodyFolder(join(root, 'none'));
  expect(await folder.save(sampleOk({ answer: null }))).toBeNull();
  expect(await folder.save(sampleOk({ answer: sampleAnswer('') }))).toBeNull();
  await expect(readdir(join(root, 'none'))).rejects.toThrow('ENOENT');
});

test('what a run that died left for a record is replaced, whatever type it had; other files stay', async () => {
  const path = join(root, 'again');
  await mkdir(join(path, '00000'), { recursive: true });
  const leftovers = [
    '00000007.json',
    '00000007.json.part',
    '00000007.html',
    '00000007.txt.part',
    '00000008.html',
    'notes',
  ];
  for (const name of leftovers) await writeFile(join(path, '00000', name), 'old');
  expect(await new BodyFolder(path).save(sampleOk({ index: 7 }))).toBe('00000/00000007.json');
  expect(await filesOf(path)).toEqual(['00000/00000007.json', '00000/00000008.html', '00000/notes']);
  expect(await readFile(join(path, '00000', '00000007.json'), 'utf8')).toBe('{"done":true}');
});

test('a record of a folder that was left and come back to keeps its file', async () => {
  const path = join(root, 'many');
  const folder = new BodyFolder(path);
  for (let index = 0; index < 100_000; index += 1000) await folder.save(sampleOk({ index }));
  await folder.save(sampleOk({ index: 1 }));
  const files = await filesOf(path);
  expect(files).toHaveLength(101);
  expect(files.slice(0, 2)).toEqual(['00000/00000000.json', '00000/00000001.json']);
});

test('32 bodies are written at a time, the others when these are done', async () => {
  const path = join(root, 'busy');
  const folder = new BodyFolder(path);
  const state = { most: 0, isDone: false };
  const saved = Promise.all(Array.from({ length: 300 }, (_, index) => folder.save(sampleOk({ index })))).finally(
    () => (state.isDone = true),
  );
  while (!state.isDone) {
    // A body that is being written has its other name.
    const files = existsSync(join(path, '00000')) ? readdirSync(join(path, '00000')) : [];
    state.most = Math.max(state.most, files.filter((name) => name.endsWith('.part')).length);
    await turn();
  }
  expect(new Set(await saved).size).toBe(300);
  expect(await filesOf(path)).toHaveLength(300);
  expect(state.most).toBeGreaterThan(0);
  expect(state.most).toBeLessThanOrEqual(32);
});

test('bodies that cannot be saved leave their places to others', async () => {
  const path = join(root, 'blocked');
  await writeFile(path, '');
  const folder = new BodyFolder(path);
  const failed = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => folder.save(sampleOk({ index }))));
  expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
  await rm(path);
  expect(await folder.save(sampleOk({ index: 1000 }))).toBe('00001/00001000.json');
});

test('a folder that cannot be written is a disk error that names the file', async () => {
  await writeFile(join(root, 'file'), '');
  const path = join(root, 'file', '00000', '00000000.json');
  await expect(new BodyFolder(join(root, 'file')).save(sampleOk())).rejects.toMatchObject({
    code: 'disk_failed',
    message: expect.stringContaining(path) as string,
  });
});
