// `manyfetch ctl`: looks at a run that goes on and changes it. It must not know how a run is reached;
// what was told to the run and what came of it is said in one line, and `--json` has the whole status.

import { UsageError } from '../errors.ts';
import type { RemoteRun } from '../control/connect-control.ts';
import type { RunChange, RunStatus } from '../control/controlled-run.ts';
import { formatAmount, formatCount } from '../report/format-numbers.ts';
import { shellWord } from '../report/shell-word.ts';
import { printable } from '../report/terminal-text.ts';
import type { CliIo } from './cli-io.ts';
import type { Command } from './command.ts';
import { exitCode } from './exit-code.ts';
import { nearestOf } from './parse-arguments.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { renderRunStatus } from './render-run-status.ts';

const verbs = ['status', 'pause', 'resume', 'drain', 'set'] as const;
type Verb = (typeof verbs)[number];

const usage = 'ctl <results> [status|pause|resume|drain|set name=value...]';

export const ctlCommand: Command = {
  spec: {
    name: 'ctl',
    summary: 'Looks at a run that goes on, and changes it, from another terminal of the same machine and user.',
    usage,
    argument: { name: 'results', help: 'the path that the run was given with -o' },
    further: { name: 'command', help: 'what to do; without it: status' },
    options: [{ name: 'json', group: 'Display', help: 'print the status after the command as one JSON line' }],
    notes: [
      'status shows the run, and for each origin its limit, what is in flight, what waits and why, latencies and its breaker.',
      'pause starts nothing new until resume; what is in flight goes on.',
      'drain starts no new record, finishes those that were begun, and ends the run with exit code 3: its own command goes on with it later.',
      'set changes concurrency=N (or auto), per-origin=N (or none), rate=50/s (or none; several as rate=10/s,500/m: they take the place of all there were). The new values hold until the run ends.',
      'A run with -o - has no files, and cannot be controlled from outside. Exit codes: 0 done; 2 there is no such run, or a value is not a good one.',
    ],
    examples: [
      'manyfetch ctl orders.results.jsonl',
      'manyfetch ctl orders.results.jsonl set concurrency=200 rate=50/s',
      'manyfetch ctl orders.results.jsonl drain',
    ],
  },
  execute: ctl,
};

async function ctl(parsed: ParsedArguments, io: CliIo): Promise<number> {
  const results = parsed.argument;
  const verb = verbFrom(parsed);
  const change = verb === 'set' ? changeFrom(parsed.further.slice(1)) : {};
  const { connectControl } = await import('../control/connect-control.ts');
  const control = await connectControl(results);
  const before = verb === 'set' ? await control.status() : null;
  const status = await tell(control, verb, change);
  const text = before === null ? said(verb, status, results) : changed(change, before, status);
  io.stdout.write(parsed.has('json') ? `${JSON.stringify(status)}\n` : text);
  return exitCode.ok;
}

function tell(control: RemoteRun, verb: Verb, change: RunChange): Promise<RunStatus> {
  return verb === 'set' ? control.set(change) : control[verb]();
}

function verbFrom({ argument, further }: ParsedArguments): Verb {
  const [word = 'status', ...rest] = further;
  const verb = verbs.find((name) => name === word);
  if (verb === undefined) {
    const isSwapped = verbs.some((name) => name === argument);
    const near = nearestOf(word, verbs);
    throw new UsageError('unknown_option', `\`manyfetch ctl\` has no command ${JSON.stringify(word)}`, {
      hint: isSwapped
        ? `the results come first: manyfetch ctl ${shellWord(word)} ${argument}`
        : near === null
          ? `the commands are ${verbs.join(', ')}`
          : `did you mean \`${near}\`?`,
    });
  }
  if (verb !== 'set' && rest[0] !== undefined)
    throw new UsageError('bad_option', `\`${verb}\` takes nothing more, got ${JSON.stringify(rest[0])}`, {
      hint: `usage: manyfetch ${usage}`,
    });
  return verb;
}

const settings = ['concurrency', 'per-origin', 'rate'];

/** `concurrency=200 rate=10/s,500/m`; numbers are made numbers, and all else is the run's to judge. */
function changeFrom(words: readonly string[]): RunChange {
  let change: RunChange = {};
  for (const word of words) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/su.exec(word) ?? [];
    if (value === '')
      throw new UsageError('bad_option', `Expected something such as concurrency=200, got ${JSON.stringify(word)}`, {
        hint: settingsHint(name === '' ? word : name),
      });
    change = { ...change, ...settingFrom(name, value, change.rate ?? []) };
  }
  if (words.length > 0) return change;
  throw new UsageError('bad_option', '`set` needs something to set', { hint: settingsHint('') });
}

function settingFrom(name: string, value: string, rates: readonly string[]): RunChange {
  switch (name) {
    case 'concurrency':
      return { concurrency: value === 'auto' ? value : wholeFrom(name, value, 'auto') };
    case 'per-origin':
      return { perOrigin: value === 'none' ? null : wholeFrom(name, value, 'none') };
    case 'rate':
      return { rate: [...rates, ...value.split(',')] };
    default: {
      const near = nearestOf(name, settings);
      throw new UsageError('unknown_option', `There is nothing called ${JSON.stringify(name)} that can be set`, {
        hint: near === null ? `what can be set: ${settings.join(', ')}` : `did you mean \`${near}\`?`,
      });
    }
  }
}

function settingsHint(name: string): string {
  if (name === 'rate') return 'write rate=50/s, or rate=none';
  if (name === 'per-origin') return 'write per-origin=20, or per-origin=none';
  return 'write concurrency=200, per-origin=20 or rate=50/s';
}

function wholeFrom(name: string, value: string, word: string): number {
  if (/^\d{1,15}$/u.test(value) && Number(value) > 0) return Number(value);
  throw new UsageError(
    'bad_option',
    `Expected \`${name}\` to be a whole number from 1 up, or ${word}, got ${JSON.stringify(value)}`,
  );
}

/** One line: what came of it; the whole table for `status`. */
function said(verb: Verb, status: RunStatus, results: string): string {
  const inFlight = `${formatAmount(status.inFlight, 'request')} in flight`;
  const own = shellWord(results);
  if (verb === 'status' || verb === 'set') return renderRunStatus(status);
  if (status.state === 'draining')
    return verb === 'drain'
      ? `Draining: no new record is started, and the run ends when those that were begun are finished (${inFlight}). Its own command goes on with it later.\n`
      : `The run is draining, which is not taken back: it ends when what was begun is finished (${inFlight}).\n`;
  return status.state === 'paused'
    ? `Paused: nothing new is started (${inFlight}). To go on: manyfetch ctl ${own} resume\n`
    : `Running (${inFlight}).\n`;
}

/** One line: what is different now, and what it was. */
function changed(change: RunChange, before: RunStatus, after: RunStatus): string {
  const parts: string[] = [];
  if (change.concurrency !== undefined) {
    const bounded = after.concurrency !== 'auto' && after.ceiling < after.concurrency;
    const limit = bounded ? `, bounded to ${formatCount(after.ceiling)} by this machine` : '';
    parts.push(`concurrency ${after.concurrency}${limit} (was ${before.concurrency})`);
  }
  if (change.perOrigin !== undefined)
    parts.push(`per-origin ${after.perOrigin ?? 'none'} (was ${before.perOrigin ?? 'none'})`);
  if (change.rate !== undefined) parts.push(`rate ${ratesOf(after)} (was ${ratesOf(before)})`);
  return `${printable(`Set ${parts.join(', ')}.`)}\n`;
}

function ratesOf({ rates }: RunStatus): string {
  return rates.length === 0 ? 'none' : rates.join(',');
}
