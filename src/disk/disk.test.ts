import { expect, test } from 'vitest';
import { diskError } from './disk.ts';

test.each([
  ['ENOSPC', 'disk_full', 'no space is left to save /a/b', 'make space'],
  ['EMFILE', 'disk_failed', 'could not save /a/b: this process may open no more files', 'ulimit -n'],
  ['ENFILE', 'disk_failed', 'could not save /a/b: this machine may open no more files', 'ulimit -n'],
  ['EIO', 'disk_failed', 'could not save /a/b: it broke', 'when the disk is well again'],
])('%s is told with what to do about it', (code, ours, message, hint) => {
  const error = diskError(Object.assign(new Error('it broke'), { code }), '/a/b', 'save');
  expect([error.code, error.message]).toEqual([ours, message]);
  expect(error.hint).toContain(hint);
  expect(diskError(error, '/c', 'write')).toBe(error);
});
