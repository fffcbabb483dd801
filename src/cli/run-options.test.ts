import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../batch/options/resolve-options.ts';
import { batchOptionsFrom } from './batch-options-from.ts';
import { parseArguments } from './parse-arguments.ts';
import { resumeCommand } from './resume-command.ts';
import { runSpec } from './run-options.ts';

function optionsOf(...words: string[]): object {
  return batchOptionsFrom(parseArguments(runSpec, ['in.jsonl', ...words]), { TOKEN: 't0k', EMPTY: '' });
}

test('names and short names are unique', () => {
  const names = runSpec.options.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short]));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

/** Not options of a run, but of how it is shown. */
const ofTheCommand = ['dry-run', 'progress', 'summary', 'quiet'];
const values: Readonly<Record<string, string>> = { N: '1', 'N|auto': '1', D: '1s', SIZE: '1', 'NAME:PASS': 'a:b' };

test.each(runSpec.options.filter(({ name }) => !ofTheCommand.includes(name)))(
  '--$name sets an option of a run',
  (option) => {
    const words = option.value === undefined ? [`--${option.name}`] : [`--${option.name}`, values[option.value] ?? 'x'];
    expect(Object.keys(optionsOf(...words))).toHaveLength(2);
  },
);

// A default in the help is true if giving it changes nothing. That of --idempotency-key is the planner's.
const literal = runSpec.options.filter(
  ({ name, default: value }) =>
    ![...ofTheCommand, 'idempotency-key'].includes(name) && value !== undefined && !value.includes(' '),
);

/** All that was resolved, as text. */
function comparable(options: object): string {
  return JSON.stringify(resolveOptions({ input: 'in.jsonl', ...options }), (_, value: unknown) =>
    value instanceof Set ? [...(value as Set<number>)].toSorted((a, b) => a - b) : value,
  );
}

test.each(literal)('the default of --$name is $default', ({ name, default: value }) => {
  expect(comparable(optionsOf(`--${name}`, value ?? ''))).toBe(comparable({}));
});

test('there are such defaults', () => {
  expect(literal.length).toBeGreaterThan(12);
});

test('texts become numbers, times, sizes, lists and switches', () => {
  expect(
    optionsOf(
      ...'-c 64 --rate 10/s --timeout 1.5s --grace 0s --max-body-bytes 1MiB -k -X PUT -o - --retries two'.split(' '),
      '-H',
      'A: 1',
      '-H',
      'B: 2',
    ),
  ).toEqual({
    input: 'in.jsonl',
    concurrency: 64,
    rate: ['10/s'],
    timeoutMs: 1500,
    graceMs: 0,
    maxBodyBytes: 1_048_576,
    insecure: true,
    method: 'PUT',
    output: '-',
    retries: 'two',
    headers: ['A: 1', 'B: 2'],
  });
});

test('several rates hold together, and go into the command that resumes', () => {
  const words = ['--rate', '10/s', '--rate', '9/m:cost', '--cost', '{{n}}', '--cost-from', 'usage.n'];
  expect(optionsOf(...words)).toEqual({
    input: 'in.jsonl',
    rate: ['10/s', '9/m:cost'],
    cost: '{{n}}',
    costFrom: 'usage.n',
  });
  expect(resumeCommand(parseArguments(runSpec, ['in.jsonl', ...words]))).toBe(
    "manyfetch run in.jsonl --rate 10/s --rate 9/m:cost --cost '{{n}}' --cost-from usage.n",
  );
});

describe('credentials', () => {
  test('come out of the environment', () => {
    expect(optionsOf('--bearer', '{{$env.TOKEN}}')).toMatchObject({ bearer: 't0k' });
    expect(optionsOf('--user', 'me:{{ $env.TOKEN }}')).toMatchObject({ user: 'me:t0k' });
    expect(optionsOf('--user', 'me:plain')).toMatchObject({ user: 'me:plain' });
  });

  test.each(['NONE', 'EMPTY'])('that are not in the environment are missed: %s', (name) => {
    expect(() => optionsOf('--bearer', `{{$env.${name}}}`)).toThrow(
      `The environment variable ${name}, which \`--bearer\` names, is not set`,
    );
  });

  test('files that are not there are named', () => {
    expect(() => optionsOf('--bearer', '@/nowhere/token')).toThrow(
      'There is no file /nowhere/token, which `--bearer` names',
    );
    expect(() => optionsOf('--user', '@/')).toThrow('The file /, which `--user` names, cannot be read: EISDIR');
  });
});

function resumed(...words: string[]): string {
  return resumeCommand(parseArguments(runSpec, words));
}

describe('the command that resumes', () => {
  test.each([
    [['in.jsonl'], 'manyfetch run in.jsonl'],
    [
      ['a b.jsonl', '--url', 'http://h/{{id}}', '-k', '-c64'],
      `manyfetch run 'a b.jsonl' --url 'http://h/{{id}}' --concurrency 64 --insecure`,
    ],
    [['in.jsonl', '--fresh', '-o', 'r.jsonl'], 'manyfetch run in.jsonl --output r.jsonl'],
    [['--', '-odd'], 'manyfetch run ./-odd'],
    [['-', '--data=-5'], 'manyfetch run - --data=-5'],
    [['i', '--bearer', '@t', '-u', '{{$env.U}}'], `manyfetch run i --user '{{$env.U}}' --bearer @t`],
  ])('of %j', (words, expected) => {
    expect(resumed(...words)).toBe(expected);
  });

  test('keeps headers that are no secret', () => {
    expect(resumed('i', '-H', 'X-Tenant: 5', '-H', 'Authorization: {{$env.A}}')).toBe(
      `manyfetch run i --header 'X-Tenant: 5' --header 'Authorization: {{$env.A}}'`,
    );
  });
});
