// `manyfetch run`: checks what was asked for, then lets the run go while it is shown, and says what came
// of it. How a run works is not known here. Nothing is sent before every option was found to be good.

import { Console } from 'node:console';
import { badOption } from '../batch/options/bad-option.ts';
import type { BatchOptions } from '../batch/options/batch-options.ts';
import type { OpenHook } from '../batch/hook/record-hook.ts';
import { resolveOptions } from '../batch/options/resolve-options.ts';
import { systemClock } from '../concurrency/clock.ts';
import { UsageError } from '../errors.ts';
import { startProgress } from '../report/progress.ts';
import { printable } from '../report/terminal-text.ts';
import { batchOptionsFrom, numberOrText } from './batch-options-from.ts';
import { allowsColor, type CliIo } from './cli-io.ts';
import type { Command } from './command.ts';
import { untilCrash } from './crash-guard.ts';
import { displayFrom, type Display } from './display.ts';
import { onEarlyExit } from './early-exit.ts';
import { exitCode } from './exit-code.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { concludeRun } from './conclude-run.ts';
import { isThrownElsewhere, reportError, reportUncaught } from './report-error.ts';
import { resumeCommand } from './resume-command.ts';
import { runSpec } from './run-options.ts';
import { stopOnSignals } from './signals.ts';
import { keepHeapSmall } from './small-heap.ts';

/** What a hook has left to do when all is recorded. */
const lingerMs = 1000;
/** A hook whose module takes longer to be loaded is named. */
const slowToLoadMs = 5000;

export const runCommand: Command = { spec: runSpec, execute: run };

async function run(parsed: ParsedArguments, io: CliIo): Promise<number> {
  const options = batchOptionsFrom(parsed, io.env);
  resolveOptions(options, 'command-line');
  const display = displayFrom(parsed, io);
  const { console } = globalThis;
  // The standard output is for results alone, whatever a hook or a map module prints.
  if (options.output === '-') globalThis.console = new Console(io.stderr);
  const forgetExit = onEarlyExit(() => reportExit(options, parsed, io));
  try {
    if (parsed.has('dry-run')) return await showRequests(options, dryRunCount(parsed), io);
    return await send(options, display, parsed, io);
  } finally {
    forgetExit();
    globalThis.console = console;
    // A connection that a hook keeps open, or a call of it that never ends, would keep the process alive.
    if (options.onResult !== undefined) systemClock.setTimer(lingerMs, () => process.exit(), true);
  }
}

async function send(options: BatchOptions, display: Display, parsed: ParsedArguments, io: CliIo): Promise<number> {
  const letGrow = keepHeapSmall(systemClock);
  try {
    return await conduct(options, display, parsed, io);
  } finally {
    letGrow();
  }
}

async function conduct(options: BatchOptions, display: Display, parsed: ParsedArguments, io: CliIo): Promise<number> {
  const { startBatch } = await import('../batch/run-batch.ts');
  const openHook = openHookWhenAsked(io, options.output === '-');
  const running = await startBatch(options, { stdout: io.stdout, env: io.env, openHook });
  if (!display.quiet) announce(running, io);
  const progress = startProgress({
    mode: display.progress,
    stream: io.stderr,
    clock: systemClock,
    snapshot: () => running.snapshot(),
    color: allowsColor(io.stderr, io.env),
  });
  const forgetSignals = stopOnSignals(running, systemClock);
  try {
    const outcome = await untilCrash(running, systemClock);
    progress.stop();
    return concludeRun(outcome, display, parsed, io);
  } catch (error) {
    const modules = modulesOf(options);
    if (modules === '' || !isThrownElsewhere(error)) throw error;
    progress.stop();
    return reportUncaught(error, modules, io);
  } finally {
    progress.stop();
    forgetSignals();
    // A pipe whose writer lives on would keep the process alive.
    if (options.input === '-') io.stdin.destroy();
  }
}

/** What hooks need is loaded only if there is one. */
function openHookWhenAsked(io: CliIo, printsToStderr = false): OpenHook {
  return async (source) => {
    const { openHook } = await import('../client/hook/open-hook.ts');
    const say = (): void => void io.stderr.write(`waits for ${printable(String(source.hook))} to be loaded\n`);
    const timer = systemClock.setTimer(slowToLoadMs, say);
    try {
      return await openHook({ ...source, printsToStderr });
    } finally {
      systemClock.clearTimer(timer);
    }
  };
}

/** Code of the user that runs in this process; empty if there is none. */
function modulesOf({ onResult, map }: BatchOptions): string {
  return [onResult, map].filter((module) => module !== undefined).join(' or ');
}

/** The process ends, and the run has not come to its end. */
function reportExit(options: BatchOptions, parsed: ParsedArguments, io: CliIo): number {
  const modules = modulesOf(options);
  const by = modules === '' ? '' : `, most likely by process.exit in ${modules}`;
  const goOn = `the results so far are safe; to go on: ${resumeCommand(parsed)}`;
  const hint = options.output === '-' ? {} : { hint: goOn };
  reportError(new UsageError('bad_option', `The process was ended before the run was${by}`, hint), io);
  return exitCode.stopped;
}

function announce(running: { description: readonly string[] }, io: CliIo): void {
  for (const line of running.description) io.stderr.write(`${printable(line)}\n`);
}

async function showRequests(options: BatchOptions, count: number, io: CliIo): Promise<number> {
  const { dryRun } = await import('../batch/dry-run.ts');
  for await (const text of dryRun(options, count, openHookWhenAsked(io))) io.stdout.write(`${text}\n`);
  return exitCode.ok;
}

function dryRunCount(parsed: ParsedArguments): number {
  const given = numberOrText(parsed.text('dry-run') || '10');
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 1) return given;
  throw badOption('`--dry-run`', 'a whole number from 1 up', given);
}
