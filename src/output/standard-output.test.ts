import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { StandardOutput } from './standard-output.ts';

test('a reader that comes late gets what was written, though its bytes were overwritten since', async () => {
  const stream = new PassThrough();
  const output = new StandardOutput(stream);
  const bytes = Buffer.from('one\n');
  await output.write(bytes);
  bytes.fill('x');
  await output.write(bytes);
  expect(String(stream.read())).toBe('one\nxxxx');
  await output.close();
});
