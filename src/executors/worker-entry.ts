// What runs in a thread or process of a pool: it takes calls, makes them, and answers. It decides nothing about itself: when
// it takes calls and when it leaves is up to the pool.
//
// Invariant: each call is answered once, as long as the worker lives.

import { parentPort, type Transferable, Worker } from 'node:worker_threads';
import { isConsequence } from '../concurrency/scopes/cancellation.ts';
import { CancelledError, UsageError } from '../errors.ts';
import { callableOf, explained } from './call-target.ts';
import { enterWorker } from './inside-worker.ts';
import type { CallMessage, FromWorker, SetupMessage, ToWorker } from './messages.ts';
import { packError } from './packed-error.ts';
import { siblingModule } from './sibling-module.ts';
import { currentCall } from './task-signal.ts';
import { withoutTransfer } from './transfer.ts';

const running = new Map<number, AbortController>();
const ready = Promise.withResolvers<void>();

/** @param sent called when it is on its way */
function answer(message: FromWorker, list: readonly Transferable[] = [], sent: () => void = () => undefined): void {
  if (parentPort === null) {
    process.send?.(message, undefined, undefined, sent);
  } else {
    parentPort.postMessage(message, list);
    sent();
  }
}

async function setUp({ initializer, args }: SetupMessage): Promise<void> {
  try {
    if (initializer !== null) await (await callableOf(initializer))(...args);
    ready.resolve();
  } catch (thrown) {
    const error = initializer === null ? thrown : explained(thrown, initializer);
    answer({ kind: 'broken', error: packError(error) }, [], () => process.exit(1));
  }
}

async function carryOut(call: CallMessage): Promise<void> {
  const { id, target } = call;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    await ready.promise;
    const list: Transferable[] = [];
    const result = await currentCall.run({ id, signal: abort.signal }, () => resultOf(call, abort.signal, list));
    if (running.has(id)) answerResult(id, target.name, result, list);
  } catch (thrown) {
    const aborted = abort.signal.aborted && isConsequence(thrown, abort.signal.reason);
    if (running.has(id)) answer({ kind: 'failed', id, error: packError(explained(thrown, target)), aborted });
  } finally {
    running.delete(id);
  }
}

async function resultOf(
  { id, target, args, each }: CallMessage,
  signal: AbortSignal,
  list: Transferable[],
): Promise<unknown> {
  const work = await callableOf(target);
  signal.throwIfAborted();
  answer({ kind: 'began', id });
  if (!each) return withoutTransfer(await work(...args), list);
  const results: unknown[] = [];
  for (const item of args) {
    signal.throwIfAborted();
    results.push(withoutTransfer(await work(item), list));
  }
  return results;
}

function answerResult(id: number, name: string, result: unknown, list: readonly Transferable[]): void {
  try {
    answer({ kind: 'done', id, result }, list);
  } catch (cause) {
    throw new UsageError('bad_option', `What ${name} returned cannot be sent back: ${String(cause)}`, {
      hint: 'Return plain data: functions, promises, sockets and the like stay where they are.',
      cause,
    });
  }
}

/** Others that are at work here go on, if it is known whose error it was; the pool gives this worker nothing more. */
function uncaught(error: unknown): void {
  const id = currentCall.getStore()?.id ?? null;
  const own = id !== null && running.delete(id);
  if (!own && (id !== null || running.size === 0)) console.error(error);
  const stays = id !== null && running.size > 0;
  answer({ kind: 'uncaught', id, error: packError(error) }, [], () => {
    if (!stays) process.exit(1);
  });
}

function take(message: ToWorker): void {
  if (message.kind === 'setup') void setUp(message);
  else if (message.kind === 'call') void carryOut(message);
  else if (message.kind === 'cancel') running.get(message.id)?.abort(new CancelledError(message.reason));
  else process.exit(0);
}

/** Node calls `import()` in a function that came as its text an experiment. Who wrote that function has made none. */
function passOverOurWarning(): void {
  const warn = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: never[]): void => {
    if (!String(warning).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) warn(warning, ...rest);
  };
}

enterWorker();
passOverOurWarning();
process.on('uncaughtException', uncaught);
// Bun does not make the former of the latter.
process.on('unhandledRejection', uncaught);
if (parentPort === null) {
  process.on('message', take);
  // Whoever started it is gone, or wants it to be.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches all processes of a terminal: what follows is for the first of them to say.
  process.on('SIGINT', () => undefined);
  new Worker(siblingModule('watch-parent'), { workerData: Number(process.argv[2]) }).unref();
} else {
  parentPort.on('message', take);
}
