// A client that was left open does not keep a program from ending, and what is under way does. Each in a process of its own.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hello, startHttp2 } from '../testing/http2-server.ts';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';

const library = new URL('./client.ts', import.meta.url).href;

let target: Target;

beforeAll(async () => {
  target = await startTarget();
});

afterAll(() => target.close());

/** What a program prints that uses clients and closes none; it has to end by itself. */
async function run(program: string): Promise<string[]> {
  const source = `import { Client } from '${library}';\n${program}`;
  const args = ['--input-type=module', '-e', source];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 5_000 });
  return stdout.trim().split('\n');
}

test('connections that are idle do not keep the process', async () => {
  await using http2 = await startHttp2(hello);
  const printed = await run(`
    for (const url of ['${target.url}/hello/a', '${http2.origin}/a']) {
      const client = new Client({ insecure: true });
      for (const _ of [1, 2]) console.log((await client.get(url)).status);
    }`);
  expect(printed).toEqual(['200', '200', '200', '200']);
});

test('what waits for an answer on a kept connection does', async () => {
  await using http2 = await startHttp2((stream, headers) => void setTimeout(() => hello(stream, headers), 200));
  const printed = await run(`
    for (const url of ['${target.url}/delay/0.2', '${http2.origin}/a']) {
      const client = new Client({ insecure: true, timeoutMs: null, bodyTimeoutMs: null });
      await client.get(url);
      await new Promise((resolve) => setTimeout(resolve, 30));
      console.log((await client.get(url)).status);
      const stream = await client.stream('GET', url);
      console.log((await stream.bytes()).length > 0);
    }`);
  expect(printed).toEqual(['200', 'true', '200', 'true']);
});
