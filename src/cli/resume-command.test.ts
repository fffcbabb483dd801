import { expect, test } from 'vitest';
import { requestFingerprints } from '../plan/request-fingerprints.ts';
import { createPlanner } from '../plan/create-planner.ts';
import { shellWord } from '../report/shell-word.ts';
import { batchOptionsFrom } from './batch-options-from.ts';
import { parseArguments } from './parse-arguments.ts';
import { resumeCommand } from './resume-command.ts';
import { runSpec } from './run-options.ts';

const printed = (...words: string[]): string => resumeCommand(parseArguments(runSpec, ['in.jsonl', ...words]));
const env = (name: string): string => `{{$env.${name}}}`;

const parsed = (line: readonly string[], given: Record<string, string> = {}) => ({
  ...batchOptionsFrom(parseArguments(runSpec, ['in.jsonl', ...line]), given),
  runId: 'run',
});

const typed: readonly (readonly [words: readonly string[], resumed: readonly string[], env: readonly string[]])[] = [
  [['--bearer', 'S3CRET'], ['--bearer', env('TOKEN')], ['TOKEN']],
  [['--user', 'ann:S3CRET'], ['--user', env('USER_AND_PASSWORD')], ['USER_AND_PASSWORD']],
  [['-H', 'Authorization: S3CRET'], ['--header', `Authorization: ${env('AUTHORIZATION')}`], ['AUTHORIZATION']],
  [['-H', 'X-Auth:S3CRET'], ['--header', `X-Auth: ${env('X_AUTH')}`], ['X_AUTH']],
  [['-H', 'X-Session: S3CRET'], ['--header', `X-Session: ${env('X_SESSION')}`], ['X_SESSION']],
  [['-H', 'X-Api-Signature: S3CRET'], ['--header', `X-Api-Signature: ${env('X_API_SIGNATURE')}`], ['X_API_SIGNATURE']],
  [['--form', 'client_secret=S3CRET'], ['--form', `client_secret=${env('CLIENT_SECRET')}`], ['CLIENT_SECRET']],
  [
    ['--url', 'https://h.test/?api_key=S3CRET&q={{q}}'],
    ['--url', `https://h.test/?api_key=${env('API_KEY')}&q={{q}}`],
    ['API_KEY'],
  ],
];

test.each(typed)('%j: the variable that is asked for', async (words, resumed, variables) => {
  expect(printed(...words)).toBe(`manyfetch run in.jsonl ${resumed[0]} '${resumed[1]}'`);
  // Not filled in, nothing is sent.
  const plan = async (given: Record<string, string>) => createPlanner({ ...parsed(resumed, given), env: given });
  await expect(plan({})).rejects.toMatchObject({
    code: 'bad_option',
    message: expect.stringContaining(variables[0] ?? ''),
  });
  // Filled in, it is the same run.
  const filled = Object.fromEntries(variables.map((name) => [name, 'ann:S3CRET']));
  await expect(plan(filled)).resolves.toBeDefined();
  expect(await requestFingerprints(parsed(resumed, filled))).toEqual(await requestFingerprints(parsed(words)));
});

test.each([
  ['--bearer', '@token.txt'],
  ['--bearer', env('MINE')],
  ['--user', `ann:${env('MINE')}`],
  ['--header', `Authorization: Bearer ${env('MINE')}`],
  ['--header', 'Accept: text/html'],
  ['--header', 'Cookie:'],
  ['--header', 'X-Api-Key: {{key}}'],
  ['--form', 'q=1'],
  ['--url', `https://h.test/?api_key=${env('MINE')}`],
  ['--url', `https://${env('ME')}:${env('MINE')}@h.test/`],
  ['--url', 'https://h.test/@me?author=1'],
])('%s %s is printed as it was given', (name, value) => {
  expect(printed(name, value)).toBe(`manyfetch run in.jsonl ${name} ${shellWord(value)}`);
});

test.each([
  ['--url', 'https://u:p@S3CRET@h.test/a', 'https://***@h.test/a'],
  ['--base-url', 'https://u:S3CRET@h.test/', 'https://***@h.test/'],
  ['--proxy', 'u:S3CRET@h.test:1', '***@h.test:1'],
])('%s %s: user info is to be put in again', (name, value, shown) => {
  expect(printed(name, value)).toBe(`manyfetch run in.jsonl ${name} '${shown}'`);
});
