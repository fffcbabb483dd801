// Whole pages, as they are printed. After a change that is meant: `npx vitest run test/cli -u`, and read the difference.

import { expect, test } from 'vitest';
import { packageVersion } from '../../src/cli/version.ts';
import { manyfetch } from './manyfetch.ts';

const pages: readonly (readonly [page: string, words: string[]])[] = [
  ['overall', ['--help']],
  ['run', ['run', '--help']],
  ['verify', ['verify', '--help']],
  ['failed', ['failed', '-h']],
  ['report', ['help', 'report']],
  ['ctl', ['ctl', '--help']],
  ['target', ['target', 'ignored', '--help']],
  ['compare', ['compare', '--help']],
];

test.each(pages)('help: %s', async (page, words) => {
  const { code, stdout, stderr } = await manyfetch(words);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  await expect(stdout.replace(packageVersion(), 'VERSION')).toMatchFileSnapshot(`golden/help-${page}.txt`);
});

test.each([['--version'], ['-V']])('%s is the version of the package', async (flag) => {
  expect(await manyfetch([flag])).toEqual({ code: 0, stdout: `${packageVersion()}\n`, stderr: '' });
});

test('without a command the help goes to stderr', async () => {
  const { code, stdout, stderr } = await manyfetch([]);
  expect([code, stdout, stderr]).toEqual([2, '', (await manyfetch(['-h'])).stdout]);
});
