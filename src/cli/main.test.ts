import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { DiskError, RecordError, UsageError } from '../errors.ts';
import { allowsColor } from './cli-io.ts';
import { main } from './main.ts';
import { reportError } from './report-error.ts';

/** What `reportError` writes, and the exit code. */
function reported(error: unknown, terminal = false, env = {}): { code: number; text: string } {
  const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: terminal });
  const code = reportError(error, { stderr, env });
  return { code, text: String(stderr.read() ?? '') };
}

test('an error of ours is one sentence and a hint', () => {
  expect(reported(new UsageError('bad_option', 'No good', { hint: 'do this' }))).toEqual({
    code: 2,
    text: 'manyfetch: No good\n  hint: do this\n',
  });
  expect(reported(new UsageError('bad_option', 'No good'))).toEqual({ code: 2, text: 'manyfetch: No good\n' });
});

test('the family of an error decides the exit code', () => {
  expect(reported(new DiskError('disk_full', 'x')).code).toBe(4);
  expect(reported(new RecordError('bad_record', 'x')).code).toBe(1);
});

test('escape codes of foreign origin do not reach the terminal', () => {
  const { text } = reported(new UsageError('bad_input', 'a\u001B[2Jb\rc\nd', { hint: 'x\u0007y' }));
  expect(text).toBe('manyfetch: ab c d\n  hint: x y\n');
});

test('colour is for terminals that want it', () => {
  const error = new UsageError('bad_option', 'No');
  expect(reported(error, true).text).toBe('\u001B[31mmanyfetch:\u001B[39m No\n');
  expect(reported(error, true, { NO_COLOR: '1' }).text).toBe('manyfetch: No\n');
  expect(reported(error, true, { TERM: 'dumb' }).text).toBe('manyfetch: No\n');
  expect(allowsColor(Object.assign(new PassThrough(), { isTTY: true }), { NO_COLOR: '' })).toBe(true);
  expect(allowsColor(new PassThrough(), {})).toBe(false);
});

test('what is not an error of ours is a bug, with all that is needed to report it', () => {
  const { code, text } = reported(new TypeError('x is not a function', { cause: new Error('deep \u001B[2J') }));
  expect(code).toBe(4);
  expect(text).toMatch(/^manyfetch: this is a bug in manyfetch \d+\.\d+\.\d+ \(Node 24\.\d+\.\d+, \w+\)\n/u);
  expect(text).toContain('\n  TypeError: x is not a function\n      at ');
  expect(text).toContain('[cause]: Error: deep');
  expect(text).not.toContain('\u001B');
  expect(text).toMatch(/\n {2}hint: please report it with the lines above; .*\n$/u);
  expect(reported('just a text').text).toContain("\n  thrown: 'just a text'\n");
});

test('main never rejects: a stream that throws is a bug with its exit code', async () => {
  const stderr = new PassThrough({ encoding: 'utf8' });
  const stdout = Object.assign(new PassThrough(), {
    write: () => {
      throw new RangeError('broken stream');
    },
  });
  expect(await main(['--version'], { stdout, stderr, stdin: new PassThrough(), env: {} })).toBe(4);
  expect(String(stderr.read())).toContain('RangeError: broken stream');
});
