// What is said over a control socket: one JSON object a line each way. Here a line becomes a call of the
// run, and what comes of it a line. docs/control.md describes it to those who write clients; fields may
// be added, `controlVersion` rises when one changes its meaning. It must not throw, whatever the line is.

import type { ErrorCode } from '../errors.ts';
import { ManyfetchError, UsageError } from '../errors.ts';
import type { ControlledRun, RunChange, RunStatus } from './controlled-run.ts';

export const controlVersion = 1;

/** A longer line is no request. */
export const maxRequestBytes = 64 * 1024;

/** What can be asked of a run. */
export type ControlRequest =
  | { readonly command: 'status' | 'pause' | 'resume' | 'drain' }
  | { readonly command: 'set'; readonly change: RunChange };

/** What it answers; the status is the one after the command took effect. */
export type ControlReply =
  | { readonly ok: true; readonly version: number; readonly status: RunStatus }
  | { readonly ok: false; readonly version: number; readonly error: ControlError };

/** `bug`: the run's own fault. */
export interface ControlError {
  readonly code: ErrorCode | 'bug';
  readonly message: string;
  readonly hint: string | null;
}

const commands = ['status', 'pause', 'resume', 'drain', 'set'] as const;

/** What can be set, and the form of its value; whether it is a good one the run knows. */
const changes: Readonly<Record<keyof RunChange, readonly [form: string, fits: (value: unknown) => boolean]>> = {
  concurrency: ['a number or "auto"', (value) => typeof value === 'number' || value === 'auto'],
  rate: [
    'a list of texts such as "50/s"',
    (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  ],
  perOrigin: ['a number or null', (value) => typeof value === 'number' || value === null],
};

/** Does what a line asks for, and gives the line of the answer, without its end. Without a run: it is starting. */
export function answerRequest(run: ControlledRun | null, line: string): string {
  let reply: ControlReply;
  try {
    if (run === null)
      throw new UsageError('no_control', 'the run is still starting', { hint: 'try again in a moment' });
    perform(run, readRequest(line));
    reply = { ok: true, version: controlVersion, status: run.status() };
  } catch (error) {
    reply = refusal(error);
  }
  return JSON.stringify(reply);
}

/** The answer to what went wrong. */
export function refusal(error: unknown): ControlReply {
  const { code, message, hint } =
    error instanceof ManyfetchError ? error : { code: 'bug' as const, message: String(error), hint: null };
  return { ok: false, version: controlVersion, error: { code, message, hint } };
}

/** What is answered to a line that has no end. */
export function tooLong(): UsageError {
  return badCommand(`Expected a line of at most ${maxRequestBytes} bytes, got a longer one`);
}

function perform(run: ControlledRun, request: ControlRequest): void {
  switch (request.command) {
    case 'status':
      return;
    case 'pause':
      run.pause();
      return;
    case 'resume':
      run.resume();
      return;
    case 'drain':
      run.drain();
      return;
    case 'set':
      run.set(request.change);
  }
}

function readRequest(line: string): ControlRequest {
  const { version = controlVersion, command: word, change } = parseObject(line);
  if (version !== controlVersion)
    throw badCommand(
      `Expected \`version\` to be ${controlVersion}, got ${shown(version)}`,
      'this run and what talks to it are of different versions of manyfetch',
    );
  const command = commands.find((name) => name === word);
  if (command === undefined)
    throw badCommand(`Expected \`command\` to be ${commands.slice(0, -1).join(', ')} or set, got ${shown(word)}`);
  return command === 'set' ? { command, change: readChange(change) } : { command };
}

function readChange(change: unknown): RunChange {
  if (!isObject(change)) throw badCommand(`Expected \`change\` to be an object, got ${shown(change)}`);
  const what = { hint: `what can be set: ${Object.keys(changes).join(', ')}` };
  if (Object.keys(change).length === 0) throw new UsageError('bad_command', '`change` is empty', what);
  for (const [key, value] of Object.entries(change)) {
    if (!Object.hasOwn(changes, key))
      throw new UsageError('unknown_option', `There is nothing called ${shown(key)} that can be set`, what);
    const [form, fits] = changes[key as keyof RunChange];
    if (!fits(value)) throw new UsageError('bad_option', `Expected \`${key}\` to be ${form}, got ${shown(value)}`);
  }
  return change;
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw badCommand(`Expected a JSON object, got ${shown(line)}`, 'write {"command":"status"}');
  }
  if (!isObject(value)) throw badCommand(`Expected a JSON object, got ${shown(value)}`, 'write {"command":"status"}');
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badCommand(message: string, hint?: string): UsageError {
  return new UsageError('bad_command', message, hint === undefined ? {} : { hint });
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
