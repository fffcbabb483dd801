import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ManyfetchError } from '../errors.ts';
import { Client } from '../client/client.ts';
import { fetchMany } from '../client/fetch-many/fetch-many.ts';
import { errorInCode, textInCode } from './in-code.ts';

const root = join(import.meta.dirname, '..');

test.each([
  ['Raise --timeout if it needs longer.', 'Raise `timeoutMs` if it needs longer.'],
  ['Use --http auto.', "Use `http: 'auto'`."],
  ['Use --http 1.1.', "Use `http: '1.1'`."],
  ['--base-url: "foo" has no scheme', '`baseUrl`: "foo" has no scheme'],
  ['longer than --outage and --max-outage let it wait', 'longer than `outage` and `maxOutageMs` let it wait'],
  ['add --fresh; see --on-result and --header', 'add `fresh: true`; see `onResult` and `headers`'],
  ['with --cacert, or --insecure', 'with `ca`, or `insecure`'],
  ['http://h/a--timeout and --timeouts --unknown', 'http://h/a--timeout and --timeouts --unknown'],
])('%s', (flags, options) => {
  expect(textInCode(flags)).toBe(options);
  expect(textInCode(options)).toBe(options);
});

test('options may be called otherwise where they are given', () => {
  expect(textInCode('with --cacert, or --http 2', { cacert: 'tls.ca' })).toBe("with `tls.ca`, or `http: '2'`");
});

test('no message that callers of functions may get speaks of a flag', () => {
  const sources = globSync(['{http,plan,input,output,journal,client}/**/*.ts', 'engine/*.ts', 'batch/*.ts'], {
    cwd: root,
  }).filter((path) => !path.endsWith('.test.ts'));
  const texts = sources.flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .filter((line) => /['"`(\s]--[a-z]/.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
      // Those have no option in code: they are of commands.
      .filter((line) => !/--(?:dry-run|except|input|this)\b/.test(line)),
  );
  expect(texts.length).toBeGreaterThan(15);
  expect(texts.map((text) => textInCode(text)).filter((text) => /[\s'"`(]--[a-z]/.test(text))).toEqual([]);
});

test('an error stays the same but for its words', () => {
  const error = new ManyfetchError('tls_failed', 'no --http 2 here', { hint: 'Use --http auto.' });
  expect(errorInCode(error)).toBe(error);
  expect([error.message, error.hint]).toEqual(["no `http: '2'` here", "Use `http: 'auto'`."]);
  expect(error.stack).toMatch(/^ManyfetchError: no `http: '2'` here\n +at /);
});

test('a client and fetchMany speak of options', async () => {
  await using client = new Client();
  await expect(client.get('/a')).rejects.toMatchObject({ code: 'bad_url', hint: 'Give `baseUrl` https://host' });
  expect(() => new Client({ baseUrl: 'foo' })).toThrow('`baseUrl`: "foo" has no scheme');
  expect(() => fetchMany([], { baseUrl: 'foo' })).toThrow(/^[^-]*$/);
  const [result] = await fetchMany(['/a']).toArray();
  expect(result?.error?.message).toContain('`baseUrl`');
});
