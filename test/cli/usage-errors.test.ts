// What the command says to a mistake, literally: exit code 2, nothing on stdout, one sentence, one hint.

import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { manyfetch } from './manyfetch.ts';

const runUsage = 'usage: manyfetch run <input> [-o results.jsonl] [options]';

const mistakes: [line: string, message: string, hint?: string][] = [
  ['rnu orders.jsonl', 'There is no command `rnu`', 'did you mean `run`?'],
  ['quetzalcoatl', 'There is no command `quetzalcoatl`', '`manyfetch --help` lists the commands'],
  [
    'package.json',
    'There is no command `package.json`',
    'to send the records of this file: manyfetch run package.json',
  ],
  [
    '-c 5 run x',
    'There is no option `-c` before a command',
    'options follow the command: manyfetch run <input> [options]',
  ],
  ['run', '<input> is missing: the path of a file, or - for standard input', runUsage],
  ['run a.jsonl b.jsonl', 'Expected one <input>, got "a.jsonl" and "b.jsonl"', runUsage],
  ['run x --concurency 5', '`manyfetch run` has no option `--concurency`', 'did you mean `--concurrency`?'],
  ['run x -Z', '`manyfetch run` has no option `-Z`', '`manyfetch run --help` lists the options'],
  ['run x --limit', '`--limit` needs a value', 'write --limit N'],
  [
    'run x --url --fresh',
    '`--url` needs a value, and the option --fresh follows',
    'if that is the value, write --url=--fresh',
  ],
  ['run x --fresh=no', '`--fresh` takes no value, got "no"'],
  ['run x -c many', 'Expected `--concurrency` to be a whole number from 1 up, or auto, got "many"'],
  ['run x --per-origin 0', 'Expected `--per-origin` to be a whole number from 1 up, got 0'],
  [
    'run x --rate 10',
    'Expected `--rate` to be a rate such as 10/s, 600/m or 5000/h, got "10"',
    'write 10/s, 10/m or 10/h',
  ],
  ['run x --retries 1.5', 'Expected `--retries` to be a whole number from 0 up, got 1.5'],
  [
    'run x --retry-on 5xx,dns',
    'Expected `--retry-on` to be a list such as 408,429,5xx,network,timeout, got "5xx,dns"',
    '"dns" is none of these',
  ],
  ['run x --success ok', 'Expected `--success` to be a list of statuses such as 2xx,304,400-404, got "ok"'],
  [
    'run x --timeout 30',
    'Expected `--timeout` to be a duration such as 250ms, 30s, 5m or 2h, got "30"',
    'write 30s or 30ms',
  ],
  ['run x --grace soon', 'Expected `--grace` to be a duration such as 250ms, 30s, 5m or 2h, got "soon"'],
  ['run x --timeout 0s', 'Expected `--timeout` to be a time from 1 ms to 24 days, in milliseconds, got 0'],
  ['run x --max-body-bytes 1XB', 'Expected `--max-body-bytes` to be a size such as 1000B, 64MB or 16MiB, got "1XB"'],
  ['run x --delivery once', 'Expected `--delivery` to be at-least-once or at-most-once, got "once"'],
  ['run x --format xml', 'Expected `--format` to be jsonl, csv, tsv, txt or json, got "xml"'],
  ['run x --http 3', 'Expected `--http` to be 1.1, 2 or auto, got "3"'],
  ['run x --progress bar', 'Expected `--progress` to be none, lines or live, got "bar"'],
  ['run x --summary none', 'Expected `--summary` to be text or json, got "none"'],
  ['run x --dry-run=0', 'Expected `--dry-run` to be a whole number from 1 up, got 0'],
  [
    'run x -H Accept',
    'Expected `--header` to be texts such as "Name: value", got one that does not begin with a name and a colon',
  ],
  ['run x --json {} --data x', '`--json` and `--data` cannot be given together', 'leave one of them out'],
  ['run x --cert c.pem', '`--cert` was given without `--key`', 'give both; if one file holds both, name it twice'],
  [
    'run x -o - --fresh',
    '`--fresh` makes no sense with results on standard output',
    'such a run cannot be resumed, so each one starts afresh',
  ],
  ['run x -o x', '`--output` is the input itself: x', 'give the results a name of their own'],
  [
    'run x --bearer {{$env.NO_SUCH}}',
    'The environment variable NO_SUCH, which `--bearer` names, is not set',
    'set it first: export NO_SUCH=…',
  ],
  [
    'run x --user hush',
    'Expected `--user` to be name:password, got something else',
    'the value is not shown, as it may hold a password',
  ],
  [
    'verify',
    '<results> is missing: the path that the run was given with -o',
    'usage: manyfetch verify <results> [options]',
  ],
  [
    'failed r --only time-out',
    'Expected `--only` to be a list of error codes, got "time-out"',
    'did you mean `timeout`?',
  ],
  [
    'report /nowhere/r.jsonl',
    'there are no results at /nowhere/r.jsonl',
    'give the path that the run was given with -o',
  ],
  ['target x', '`manyfetch target` takes no argument, got "x"', 'usage: manyfetch target [--port N] [options]'],
  ['target --port 99999', 'Expected `--port` to be a whole number from 0 to 65535, got 99999'],
  ['target --faults 0.1', '`--faults` has no effect without `--api`', 'add --api'],
];

function said(message: string, hint: string | undefined): string {
  return `manyfetch: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`;
}

test.each(mistakes)('manyfetch %s', async (line, message, hint) => {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough(), env: {} };
  const code = await main(line.split(' '), io);
  io.stdout.end();
  io.stderr.end();
  const [stdout, stderr] = [await text(io.stdout), await text(io.stderr)];
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: said(message, hint) });
});

const everySixth = mistakes.filter((_, at) => at % 6 === 0);

test.each(everySixth)('and in a process of its own: manyfetch %s', async (line, message, hint) => {
  expect(await manyfetch(line.split(' '))).toEqual({ code: 2, stdout: '', stderr: said(message, hint) });
});
